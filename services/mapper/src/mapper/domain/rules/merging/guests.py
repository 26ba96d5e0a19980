"""Guests merge one by one (I3, J1): the calendar's come and go with it, those that the CRM added or took off stay so.

What was last taken over from the event is what both are compared with. They are never written out (I1).
"""

from collections.abc import Iterable, Mapping

from contracts.activities import ActivityAttendee
from mapper.domain.model.link import Link
from mapper.domain.model.sides import Guests

ByAddress = Mapping[str, ActivityAttendee]


def with_own_guests(link: Link, guests: Guests) -> Link:
    """Return the link with the CRM's own guests noted: whom the calendar invites too stays for that (I3).

    Where nothing was taken over yet, nobody can tell who added a guest that both sides have: he is the calendar's.
    """
    taken_over = _by_address((link.agreed_guests or guests).attendees)
    own = (one for one in _in_crm(link) if one in link.own_guests or one not in taken_over)
    return link.with_own_guests(tuple(own))


def new_guests(link: Link, guests: Guests) -> Guests | None:
    """Return what the activity takes over of `guests_of` its event; None where it has all of it."""
    crm = _in_crm(link)
    merged = _merged(link, _by_address(guests.attendees), crm)
    known = link.agreed_guests or _known_in_crm(link)
    if merged == crm and (known is None or guests.with_attendees(()) == known.with_attendees(())):
        return None
    return guests.with_attendees(tuple(merged.values()))


def _merged(link: Link, calendar: ByAddress, crm: ByAddress) -> ByAddress:
    base = _by_address(link.agreed_guests.attendees) if link.agreed_guests else {}
    present = {one: guest for one, guest in calendar.items() if one in crm or one not in base}
    changed = {one: crm[one] if one in crm and base.get(one) == guest else guest for one, guest in present.items()}
    return changed | {one: crm[one] for one in link.own_guests if one not in changed}


def _in_crm(link: Link) -> ByAddress:
    return _by_address(link.activity.live.attendees) if link.activity.live else {}


def _by_address(attendees: Iterable[ActivityAttendee]) -> ByAddress:
    return {guest.email.lower(): guest for guest in attendees}


def _known_in_crm(link: Link) -> Guests | None:
    """Return what the CRM has of an event already: a rebuilt link of calendar origin has agreed on nothing yet."""
    activity = link.activity.live
    return Guests.model_validate(activity, from_attributes=True) if activity and link.origin == "calendar" else None
