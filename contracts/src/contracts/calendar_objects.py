"""An event as every connector shows it: canonical, provider-neutral content and what decides about it."""

from typing import Final, Literal

from pydantic import AwareDatetime, Field

from contracts.envelope import Id, Value
from contracts.times import EventTime

EventField = Literal["summary", "time", "location", "description", "transparency"]
"""The mapped fields (F3). Start, end, zone and all-day are one field, `time` (J2)."""

AttendeeStatus = Literal["needsAction", "declined", "tentative", "accepted"]
"""How a guest answered, in Google's words."""

MASKED_TITLE: Final = "Private"
"""What stands for the title of a private event (G2)."""


class EventFields(Value):
    """The mapped content, canonicalised: `canonical(read(write(x))) == canonical(x)` holds per provider."""

    summary: str = Field(default="", description="empty where the event has no title (F7)")
    time: EventTime
    location: str = ""
    description: str = Field(default="", description="plain text")
    transparency: Literal["opaque", "transparent"] = Field(default="opaque", description="opaque is busy (RFC 5545)")

    def at(self, time: EventTime) -> "EventFields":
        """Return the same content at another time."""
        return self.model_copy(update={"time": time})

    def redacted(self) -> "EventFields":
        """Return the content of a private event as others may see it: when it is, and that it is private (G2)."""
        return self.model_copy(update={"summary": MASKED_TITLE, "location": "", "description": ""})


class EventAttendee(Value):
    """A guest of an event."""

    email: str
    name: str | None = None
    status: AttendeeStatus = "needsAction"
    is_organizer: bool = False


class EventChanges(Value):
    """Only what changes: None leaves a field as it is, an empty text clears it."""

    summary: str | None = None
    time: EventTime | None = None
    location: str | None = None
    description: str | None = None
    transparency: Literal["opaque", "transparent"] | None = None
    attendees: tuple[EventAttendee, ...] | None = Field(default=None, description="only where guests are invited (I1)")


class Marker(Value):
    """Our private mark on an event that we wrote or took over: which link it belongs to (K2, K3)."""

    account_key: Id
    activity_id: Id
    version: int = Field(ge=0, description="the activity's version that was written")
    origin: Literal["crm", "calendar"]

    def of_calendar_origin(self) -> "Marker":
        """Return the mark as a mere copy of the event has it (K3)."""
        return self.model_copy(update={"origin": "calendar"})


class Occurrence(Value):
    """The place of an event in its series (E3, E4)."""

    series_id: Id
    lineage: Id = Field(description="the same for all series that came from one by splits")
    original_start: str = Field(description="RFC 3339 instant (UTC) or date, as the rule made it")


class EventSnapshot(Value):
    """A whole event as the provider showed it."""

    event_id: Id
    calendar_id: Id
    ical_uid: str | None = None
    hash: str = Field(description="of the canonical content; the mapper passes it back, never computes it")
    fields: EventFields
    updated: AwareDatetime = Field(description="the provider's time of the last modification")
    status: Literal["confirmed", "tentative"] = "confirmed"
    event_type: Literal["default", "out_of_office", "focus_time", "from_gmail", "working_location", "birthday"] = (
        "default"
    )
    visibility: Literal["default", "public", "private"] = "default"
    masked: bool = Field(default=False, description="content hidden before it left the connector (G2)")
    is_organizer: bool = Field(default=True, description="the account's user organises it (H3)")
    editable: bool = Field(default=True, description="the provider lets the user change it (E5)")
    mails_guests: bool = Field(default=False, description="its guests get mail from every change, asked or not (I2)")
    response: AttendeeStatus | None = Field(default=None, description="the user's own answer, where he is a guest")
    attendees: tuple[EventAttendee, ...] = ()
    conference_url: str | None = None
    occurrence: Occurrence | None = None
    marker: Marker | None = None
    web_link: str | None = None

    def with_hash(self, content_hash: str) -> "EventSnapshot":
        """Return the event with this hash of its content."""
        return self.model_copy(update={"hash": content_hash})

    def marked(self, marker: Marker) -> "EventSnapshot":
        """Return the event with this mark. The hash is still that of the original."""
        return self.model_copy(update={"marker": marker})

    def redacted(self) -> "EventSnapshot":
        """Return the event without anything that a private event hides (G2). The hash is still that of the original."""
        hidden = {"attendees": (), "conference_url": None, "web_link": None, "masked": True}
        return self.model_copy(update=hidden | {"fields": self.fields.redacted()})

    def as_occurrence(self, event_id: str, time: EventTime, place: Occurrence) -> "EventSnapshot":
        """Return an occurrence of this recurring master. The hash is still that of the master."""
        return self.model_copy(update={"event_id": event_id, "fields": self.fields.at(time), "occurrence": place})

    def in_lineage(self, lineage: str) -> "EventSnapshot":
        """Return an occurrence as part of this lineage (E4). The hash is still that of the original."""
        if self.occurrence is None:
            return self
        return self.model_copy(update={"occurrence": self.occurrence.model_copy(update={"lineage": lineage})})
