"""The activity as it is stored: one document with its state, its answers to commands and its outbox.

Everything that is looked up is a flat field, `starts_at` to `linked` being computed from the others on every change.
`revision` is the public version: it counts content alone, while the document's own `version` counts every write.
"""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from chassis.persistence.document import Document
from contracts.activities import (
    ActivityAttendee,
    ActivityField,
    ExternalRef,
    LinkedItemKind,
    Participant,
    Schedule,
    SyncSummary,
    Visibility,
)
from contracts.activity_outcomes import ActivityOutcome

LINKS: dict[str, LinkedItemKind] = {
    "deal_id": "deal",
    "lead_id": "lead",
    "person_id": "person",
    "org_id": "organization",
}
"""Fields that refer to a linked item, and the item's kind."""

SCHEDULE_FIELDS = ("due_date", "due_time", "duration", "timezone")
MAPPED_FIELDS = ("subject", *SCHEDULE_FIELDS, "location", "public_description", "busy")
"""F3: what both sides of a link agree on."""

HIDDEN_FIELDS = ("subject", "location", "public_description", "attendees", "conference_meeting_url")
"""G2: what never leaves the connector of a private event."""

CRM_FIELDS = ("done", "note", *LINKS, "participants")
"""E2: what belongs to the CRM alone and may be edited whatever the event is."""

CONTENT_FIELDS = (
    *MAPPED_FIELDS,
    *CRM_FIELDS,
    "type",
    "owner_id",
    "attendees",
    "conference_meeting_url",
    "recurring",
    "read_only",
    "private",
    "visibility",
)
"""What makes a new version when it changes."""


class Answer(BaseModel):
    """How a command was answered, kept so that its repetition is answered alike."""

    model_config = ConfigDict(frozen=True)

    command_id: str
    outcome: ActivityOutcome
    version: int


class Activity(Document):
    """An activity or its tombstone, which keeps id and version for good."""

    company_id: str
    activity_id: str
    revision: int = 1
    deleted: bool = False
    owner_id: str
    owners: tuple[str, ...] = ()
    """The owner and all former ones: a replay tells an owner of what left him too."""

    subject: str
    type: str
    due_date: str | None = None
    due_time: str | None = None
    duration: str | None = None
    timezone: str = "UTC"
    busy: bool = True
    done: bool = False
    location: str = ""
    public_description: str = ""
    note: str = ""
    deal_id: str | None = None
    lead_id: str | None = None
    person_id: str | None = None
    org_id: str | None = None
    participants: tuple[Participant, ...] = ()
    matched_persons: tuple[str, ...] = ()
    """Participants that came by an attendee's e-mail (F5) and go with it; the user's own stay."""

    attendees: tuple[ActivityAttendee, ...] = ()
    conference_meeting_url: str | None = None
    recurring: bool = False
    read_only: bool = False
    private: bool = False
    visibility: Visibility = "everyone"
    add_time: datetime
    update_time: datetime
    changed_at: dict[ActivityField, datetime] = Field(default_factory=dict)
    type_changed_at: datetime | None = None
    external_ref: ExternalRef | None = None
    sync: SyncSummary | None = None
    sync_versions: dict[str, int] = Field(default_factory=dict)
    """Last link version taken in, per connection (inbox)."""

    answers: tuple[Answer, ...] = ()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    local_date: str | None = None
    linked: tuple[str, ...] = ()

    @property
    def schedule(self) -> Schedule:
        """The four schedule fields as the one field that merging treats them as (J2)."""
        return schedule_from({name: getattr(self, name) for name in SCHEDULE_FIELDS})

    @property
    def sync_closed(self) -> bool:
        """Whether the link is closed, which lifts its locks (D8)."""
        return self.sync is not None and self.sync.state == "closed"


def schedule_from(fields: dict[str, str | None]) -> Schedule:
    """Return the schedule that stored fields say."""
    return Schedule.model_validate(fields)


def linked_key(kind: LinkedItemKind, item_id: str) -> str:
    """Return how an activity notes a linked item; unique within its company."""
    return f"{kind}:{item_id}"
