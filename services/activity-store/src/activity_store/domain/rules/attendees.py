"""Guests of an event who are persons of the CRM (F5): they become participants; nobody is ever created."""

from collections.abc import Iterable, Mapping

from activity_store.domain.model.activity import Activity
from contracts.activities import ActivityAttendee, Participant


def folded(email: str) -> str:
    """Return an e-mail address as it is compared: without case and surrounding blanks."""
    return email.strip().casefold()


def matched_persons(attendees: Iterable[ActivityAttendee], persons: Mapping[str, str]) -> tuple[str, ...]:
    """Return the ids of the known persons among the guests; `persons` maps folded addresses to person ids."""
    addresses = [folded(attendee.email) for attendee in attendees]
    return tuple(dict.fromkeys(persons[address] for address in addresses if address in persons))


def with_matched(activity: Activity | None, matched: tuple[str, ...]) -> dict[str, tuple[object, ...]]:
    """Return the changes that make participants of matched persons; who was matched before and is no more goes."""
    present = activity.participants if activity else ()
    formerly = activity.matched_persons if activity else ()
    kept = [one for one in present if one.person_id not in formerly or one.person_id in matched]
    known = {one.person_id for one in kept}
    added = [Participant(person_id=person) for person in matched if person not in known]
    own = known - set(formerly)
    return {
        "participants": (*kept, *added),
        "matched_persons": tuple(person for person in matched if person not in own),
    }
