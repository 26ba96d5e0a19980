"""The content of an activity, field by field, with what the rules have to know of each.

`ActivityContent` is the one table: the lists of mapped, hidden and CRM-only fields below derive from it.
`StoredContent` holds the same fields in a stored activity; a test compares both with the contracts and with the HTTP
schemas.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Literal, TypedDict, get_type_hints

from pydantic import BaseModel

from contracts.activities import (
    ActivityAttendee,
    ActivityField,
    LinkedItemKind,
    Participant,
    Visibility,
)
from contracts.activity_commands import ActivityChanges

ScheduleField = Literal["due_date", "due_time", "duration", "timezone"]


@dataclass(frozen=True)
class Marks:
    """What the rules have to know of a field."""

    mapped: ActivityField | None = None
    """F3: both sides of a link agree on it, under this name in messages; start, end and zone are one (J2)."""

    hidden: bool = False
    """G2: never leaves the connector of a private event."""

    crm_only: bool = False
    """E2: belongs to the CRM alone and may be edited whatever the event is."""

    refers_to: LinkedItemKind | None = None
    """The kind of linked item whose id it holds."""


class ActivityContent(TypedDict, total=False):
    """Content of an activity, or a change of it: what is left out stays as it is. A change makes a new version."""

    subject: Annotated[str, Marks(mapped="subject", hidden=True)]
    due_date: Annotated[str | None, Marks(mapped="schedule")]
    due_time: Annotated[str | None, Marks(mapped="schedule")]
    duration: Annotated[str | None, Marks(mapped="schedule")]
    timezone: Annotated[str, Marks(mapped="schedule")]
    location: Annotated[str, Marks(mapped="location", hidden=True)]
    public_description: Annotated[str, Marks(mapped="public_description", hidden=True)]
    busy: Annotated[bool, Marks(mapped="busy")]
    done: Annotated[bool, Marks(crm_only=True)]
    note: Annotated[str, Marks(crm_only=True)]
    deal_id: Annotated[str | None, Marks(crm_only=True, refers_to="deal")]
    lead_id: Annotated[str | None, Marks(crm_only=True, refers_to="lead")]
    person_id: Annotated[str | None, Marks(crm_only=True, refers_to="person")]
    org_id: Annotated[str | None, Marks(crm_only=True, refers_to="organization")]
    participants: Annotated[tuple[Participant, ...], Marks(crm_only=True)]
    type: Annotated[str, Marks()]
    owner_id: Annotated[str, Marks()]
    attendees: Annotated[tuple[ActivityAttendee, ...], Marks(hidden=True)]
    conference_meeting_url: Annotated[str | None, Marks(hidden=True)]
    recurring: Annotated[bool, Marks()]
    read_only: Annotated[bool, Marks()]
    would_mail_guests: Annotated[bool, Marks()]
    private: Annotated[bool, Marks()]
    visibility: Annotated[Visibility, Marks()]


class StoredContent(BaseModel):
    """The same fields as an activity stores them, with what they are where nothing is said."""

    subject: str
    due_date: str | None = None
    due_time: str | None = None
    duration: str | None = None
    timezone: str = "UTC"
    location: str = ""
    public_description: str = ""
    busy: bool = True
    done: bool = False
    note: str = ""
    deal_id: str | None = None
    lead_id: str | None = None
    person_id: str | None = None
    org_id: str | None = None
    participants: tuple[Participant, ...] = ()
    type: str
    owner_id: str
    attendees: tuple[ActivityAttendee, ...] = ()
    conference_meeting_url: str | None = None
    recurring: bool = False
    read_only: bool = False
    """The user may not change its event (E5)."""

    would_mail_guests: bool = False
    """A change of its event would mail the guests (I2)."""

    private: bool = False
    visibility: Visibility = "everyone"


MARKS: dict[str, Marks] = {
    name: hint.__metadata__[0] for name, hint in get_type_hints(ActivityContent, include_extras=True).items()
}
"""The table above by field name."""


def _fields(wanted: Callable[[Marks], object]) -> tuple[str, ...]:
    return tuple(name for name, marks in MARKS.items() if wanted(marks))


CONTENT_FIELDS = tuple(MARKS)
MAPPED_FIELDS = _fields(lambda marks: marks.mapped)
HIDDEN_FIELDS = _fields(lambda marks: marks.hidden)
CRM_FIELDS = _fields(lambda marks: marks.crm_only)
SCHEDULE_FIELDS = _fields(lambda marks: marks.mapped == "schedule")
LINKS: dict[str, LinkedItemKind] = {name: marks.refers_to for name, marks in MARKS.items() if marks.refers_to}
"""Fields that refer to a linked item, and the item's kind."""

PUT_FIELDS = tuple(name for name in CONTENT_FIELDS if name in ActivityChanges.model_fields)
"""What a command of the sync sets under the same name; the schedule comes as one value."""


def mapped_names(fields: Iterable[str]) -> tuple[ActivityField, ...]:
    """Return the mapped fields among some fields, as messages name them."""
    found = (marks.mapped for name in fields if (marks := MARKS.get(name)) and marks.mapped)
    return tuple(dict.fromkeys(found))


def message_names(fields: Iterable[str]) -> tuple[str, ...]:
    """Return fields as messages name them: those of the schedule are one."""
    return tuple(dict.fromkeys("schedule" if name in SCHEDULE_FIELDS else name for name in fields))
