"""Guests of an event who are persons of the CRM (F5): they become participants; nobody is ever created."""

from collections.abc import Iterable, Mapping

from activity_store.domain.model.activity import Activity
from activity_store.domain.model.linked_items import normalized_email
from contracts.activities import ActivityAttendee, Participant


def matched_persons(attendees: Iterable[ActivityAttendee], persons: Mapping[str, str]) -> tuple[str, ...]:
    """Return the ids of the known persons among the guests; `persons` maps normalized addresses to person ids."""
    addresses = [normalized_email(attendee.email) for attendee in attendees]
    return tuple(dict.fromkeys(persons[address] for address in addresses if address in persons))


def participants_with(
    activity: Activity | None, matched: tuple[str, ...]
) -> tuple[tuple[Participant, ...], tuple[str, ...]]:
    """Return the participants with the matched persons among them, and which of them are there by their match only.

    Who was matched before and is no more goes; those whom the user added stay.
    """
    present = activity.participants if activity else ()
    formerly = activity.matched_persons if activity else ()
    kept = [one for one in present if one.person_id not in formerly or one.person_id in matched]
    known = {one.person_id for one in kept}
    added = [Participant(person_id=person) for person in matched if person not in known]
    own = known - set(formerly)
    return (*kept, *added), tuple(person for person in matched if person not in own)
