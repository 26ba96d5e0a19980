"""Activities over HTTP: what is taken in and what is given out (F1, docs/http.md); none is recurring (E1)."""

from datetime import datetime
from typing import Annotated, Literal, Self, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from activity_store.domain.model.activity import Activity
from activity_store.domain.model.content import ActivityContent
from activity_store.domain.model.errors import LockReason
from activity_store.domain.rules.locks import lock_reasons
from activity_store.domain.rules.overlaps import Overlap
from activity_store.entrypoints.http.fields import (
    Body,
    DateIn,
    DurationIn,
    EmailIn,
    Flag,
    IdIn,
    LongTextIn,
    NameIn,
    TextIn,
    TimeIn,
    WebAddressIn,
    ZoneIn,
    optional,
)
from contracts.activities import ActivityAttendee, Participant, Visibility
from contracts.calendar_objects import AttendeeStatus

_MOST_PEOPLE = 200


class ParticipantIn(Body):
    """A person who takes part."""

    person_id: IdIn
    primary: Flag = False


class AttendeeIn(Body):
    """A guest."""

    email: EmailIn
    name: TextIn | None = None
    status: AttendeeStatus | None = None
    is_organizer: Flag = False


def _distinct(participants: tuple[ParticipantIn, ...]) -> tuple[ParticipantIn, ...]:
    if len({one.person_id for one in participants}) < len(participants):
        raise ValueError("name each person once")
    if sum(one.primary for one in participants) > 1:
        raise ValueError("only one is primary")
    return participants


ParticipantsIn = Annotated[tuple[ParticipantIn, ...], Field(max_length=_MOST_PEOPLE), AfterValidator(_distinct)]
AttendeesIn = Annotated[tuple[AttendeeIn, ...], Field(max_length=_MOST_PEOPLE)]


class ActivityPatch(Body):
    """Fields to change; what is left out stays, null empties a field that may be empty."""

    subject: NameIn = optional()
    type: NameIn = optional()
    owner_id: IdIn = optional()
    due_date: DateIn | None = optional()
    due_time: TimeIn | None = optional()
    duration: DurationIn | None = optional()
    timezone: ZoneIn = optional()
    busy: Flag = optional()
    done: Flag = optional()
    location: TextIn = optional()
    public_description: LongTextIn = optional()
    note: LongTextIn = optional()
    deal_id: IdIn | None = optional()
    lead_id: IdIn | None = optional()
    person_id: IdIn | None = optional()
    org_id: IdIn | None = optional()
    participants: ParticipantsIn = optional()
    attendees: AttendeesIn = optional()
    conference_meeting_url: WebAddressIn | None = optional()

    def changes(self) -> ActivityContent:
        """Return the named fields as the domain has them."""
        given = self.given()
        if "participants" in given:
            given["participants"] = tuple(Participant.model_validate(one.model_dump()) for one in self.participants)
        if "attendees" in given:
            given["attendees"] = tuple(ActivityAttendee.model_validate(one.model_dump()) for one in self.attendees)
        return cast("ActivityContent", given)


class ActivityCreate(ActivityPatch):
    """A new activity: only `subject` and `type` are required."""

    subject: NameIn
    type: NameIn


class SyncOut(BaseModel):
    """How an activity stands in the sync."""

    model_config = ConfigDict(from_attributes=True)

    origin: Literal["crm", "calendar"]
    state: str
    reason: str | None
    connection_id: str


class ActivityOut(BaseModel):
    """An activity."""

    id: str
    subject: str
    type: str
    owner_id: str
    due_date: str | None
    due_time: str | None
    duration: str | None
    timezone: str
    busy: bool
    done: bool
    location: str
    public_description: str
    note: str
    deal_id: str | None
    lead_id: str | None
    person_id: str | None
    org_id: str | None
    participants: tuple[Participant, ...]
    attendees: tuple[ActivityAttendee, ...]
    conference_meeting_url: str | None
    add_time: datetime
    update_time: datetime
    version: int
    recurring: bool
    read_only: bool = Field(description="would an edit of a mapped field be refused now?")
    read_only_reason: LockReason | None = Field(description="why it would")
    private: bool
    visibility: Visibility
    sync: SyncOut | None

    @classmethod
    def of(cls, activity: Activity, **extras: object) -> Self:
        """Return the stored activity as HTTP shows it."""
        reason = next(iter(lock_reasons(activity)), None)
        renamed = {
            "id": activity.activity_id,
            "version": activity.revision,
            "read_only": reason is not None,
            "read_only_reason": reason,
        }
        own = {name: getattr(activity, name) for name in ActivityOut.model_fields if name not in renamed}
        return cls.model_validate(own | renamed | extras)


class ConflictOut(BaseModel):
    """Another busy activity of the same owner, and the time both would take."""

    activity_id: str
    start: datetime
    end: datetime


class ActivityWithConflicts(ActivityOut):
    """An activity as just written, with the double bookings it is part of (L3)."""

    conflicts: list[ConflictOut]

    @classmethod
    def written(cls, activity: Activity, overlaps: list[Overlap]) -> Self:
        """Return the answer to a write."""
        conflicts = [
            ConflictOut(activity_id=overlap.second.activity_id, start=overlap.start, end=overlap.end)
            for overlap in overlaps
        ]
        return cls.of(activity, conflicts=conflicts)


class OverlapOut(BaseModel):
    """Two busy activities of one owner and the time that both take."""

    activity_ids: tuple[str, str]
    start: datetime
    end: datetime

    @classmethod
    def of(cls, overlap: Overlap) -> Self:
        """Return the overlap as HTTP shows it."""
        ids = (overlap.first.activity_id, overlap.second.activity_id)
        return cls(activity_ids=ids, start=overlap.start, end=overlap.end)
