"""Topic `activity.events.v1` (public): events of CRM activities, each with the whole activity as it now is."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from contracts.envelope import Id, Message, Value

LinkedItemKind = Literal["deal", "lead", "person", "organization"]
Visibility = Literal["everyone", "owner"]
ItemVisibility = Literal["everyone", "owner", "group"]
"""Who sees a linked item (G1)."""

ActivityField = Literal["subject", "schedule", "location", "public_description", "busy"]
"""The mapped fields (F3). `schedule` is due_date, due_time, duration and timezone together (J2)."""


class Schedule(Value):
    """When an activity is due, in Pipedrive's fields (F1). Without `due_date` it is undated (D4)."""

    due_date: date | None = Field(default=None, description="UTC date where there is a due_time, else the local date")
    due_time: str | None = Field(default=None, pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="UTC; absent: all-day")
    duration: str | None = Field(default=None, pattern=r"^\d{2,5}:[0-5]\d$", description="HH:MM, hours may pass 23")
    timezone: str = Field(description="IANA name")


class ActivityAttendee(Value):
    """A guest, as Pipedrive's API v2 names the fields."""

    email: str
    name: str | None = None
    status: str | None = Field(default=None, description="needsAction, accepted, tentative or declined")
    is_organizer: bool = False


class Participant(Value):
    """A known person who takes part (F5)."""

    person_id: Id
    primary: bool = False


class ExternalRef(Value):
    """The event that an activity remembers, so that links can be rebuilt when the mapper's database was lost (K2)."""

    account_key: Id
    calendar_id: Id
    event_id: Id
    ical_uid: str | None = None
    original_start: str | None = Field(default=None, description="of an occurrence: RFC 3339 instant (UTC) or date")
    origin: Literal["crm", "calendar"] = Field(description="side on which the pair was born")


class LinkedItemSummary(Value):
    """What the calendar block of F4 and a subscriber's own visibility check (G1) need of a linked item."""

    kind: LinkedItemKind
    id: Id
    name: str
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    value: float | None = None
    currency: str | None = None
    visible_to: ItemVisibility = "everyone"
    owner_id: Id | None = Field(default=None, description="whom `visible_to: owner` means (G1)")
    group_id: Id | None = Field(default=None, description="whom `visible_to: group` means (G1)")


class SyncSummary(Value):
    """How the activity stands in the sync, as the API shows it in `sync`."""

    origin: Literal["crm", "calendar"]
    state: str
    reason: str | None = None
    connection_id: Id
    version: int = Field(default=0, ge=0, description="of the link, so that a rebuilt one continues from it")
    account_key: Id | None = Field(default=None, description="whose link it is; with the next two: its event (K2)")
    calendar_id: Id | None = None
    event_id: Id | None = None


class ActivitySnapshot(Value):
    """A whole activity. Field names and meanings are those of the HTTP API (F1)."""

    id: Id
    version: int = Field(ge=1)
    deleted: bool = False
    owner_id: Id
    subject: str
    type: str = Field(description="key_string of the activity type")
    schedule: Schedule
    busy: bool = True
    done: bool = False
    location: str = ""
    public_description: str = ""
    note: str = Field(default="", description="internal: never written to a calendar (F3)")
    deal_id: Id | None = None
    lead_id: Id | None = None
    person_id: Id | None = None
    org_id: Id | None = None
    participants: tuple[Participant, ...] = ()
    attendees: tuple[ActivityAttendee, ...] = ()
    conference_meeting_url: str | None = None
    recurring: bool = False
    read_only: bool = Field(default=False, description="the user may not change the event (E5)")
    would_mail_guests: bool = Field(default=False, description="a change of the event would mail its guests (I2)")
    private: bool = False
    visibility: Visibility = "everyone"
    add_time: AwareDatetime
    update_time: AwareDatetime
    changed_at: dict[str, AwareDatetime] = Field(
        default_factory=dict,
        description="when each mapped field last changed, by its name; absent: at add_time; unknown names are ignored",
    )
    type_changed_at: AwareDatetime | None = None
    external_ref: ExternalRef | None = None
    sync: SyncSummary | None = None


class MappedChanges(Value):
    """Changes of the mapped fields (F3). None leaves a field as it is, an empty text clears it."""

    subject: str | None = None
    schedule: Schedule | None = None
    busy: bool | None = None
    location: str | None = None
    public_description: str | None = None


class ActivityEventBody(Message):
    """Shared body of the three events."""

    activity: ActivitySnapshot
    linked_items: tuple[LinkedItemSummary, ...] = ()
    changed_fields: tuple[str, ...] = ()
    previous_owner_id: Id | None = Field(default=None, description="set when the owner changed (A8)")


class ActivityCreated(ActivityEventBody):
    """An activity now exists."""

    type: Literal["activity.created.v1"] = "activity.created.v1"


class ActivityUpdated(ActivityEventBody):
    """An activity changed; `changed_fields` names what."""

    type: Literal["activity.updated.v1"] = "activity.updated.v1"


class ActivityDeleted(ActivityEventBody):
    """An activity is gone; the snapshot is its last state, with `deleted` set and the tombstone's version."""

    type: Literal["activity.deleted.v1"] = "activity.deleted.v1"


ActivityEvent = Annotated[ActivityCreated | ActivityUpdated | ActivityDeleted, Field(discriminator="type")]
