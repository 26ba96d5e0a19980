"""What it takes to show an item: what is asked for (a shape), which traps touch it, whose it is."""

from dataclasses import dataclass, field
from datetime import datetime

from simulators.exchange.domain import ids
from simulators.exchange.domain.events.times import Zone, shown
from simulators.exchange.domain.xml import Element, t
from simulators.frame.store.calendar import Calendar, Item

#: The properties of calendar items in the Default shape ("Property sets and response shapes in EWS in Exchange").
_DEFAULT = frozenset(
    {"Subject", "Sensitivity", "Body", "ReminderDueBy", "ReminderIsSet", "ReminderMinutesBeforeStart"}
    | {"HasAttachments", "Start", "End", "LegacyFreeBusyStatus", "Location", "IsMeeting", "IsCancelled", "IsRecurring"}
    | {"MeetingRequestWasSent", "IsResponseRequested", "CalendarItemType", "MyResponseType", "Organizer", "UID"}
    | {"RequiredAttendees", "OptionalAttendees", "Resources", "Duration", "TimeZone", "AppointmentReplyTime"}
    | {"AppointmentSequenceNumber", "AppointmentState", "Recurrence", "FirstOccurrence", "LastOccurrence"}
    | {"ModifiedOccurrences", "DeletedOccurrences", "ConferenceType", "AllowNewTimeProposal", "IsOnlineMeeting"}
)
#: What only GetItem answers: FindItem and its kin read rows of a table.
ONLY_WHOLE = frozenset(
    {
        "MimeContent",
        "Body",
        "TextBody",
        "Attachments",
        "RequiredAttendees",
        "OptionalAttendees",
        "Resources",
        "Recurrence",
    }
    | {"FirstOccurrence", "LastOccurrence", "ModifiedOccurrences", "DeletedOccurrences"}
)
#: What AllProperties leaves out.
_ONLY_ASKED = frozenset({"MimeContent", "TextBody", "Preview"})


@dataclass(frozen=True, slots=True)
class Shape:
    """What a client wants to see: a ready shape, the properties `fields` beside it, and the paths `extended`."""

    base: str
    body: str = "Best"
    fields: frozenset[str] = frozenset()
    extended: tuple[Element, ...] = ()

    def wants(self, name: str, *, summary: bool) -> bool:
        """Whether a property is shown; `summary`: to FindItem, which has no more than a row."""
        if name == "ItemId" or name in self.fields:
            return True
        if summary and name in ONLY_WHOLE:
            return False
        if self.base == "Default":
            return name in _DEFAULT
        return self.base == "AllProperties" and name not in _ONLY_ASKED


@dataclass(frozen=True, slots=True)
class Quirks:
    """The traps that touch what is shown, already drawn."""

    zone: str | None = None
    weekday_words: bool = False
    plain_dates: bool = False
    unknown_status: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """An item with what it takes to show it."""

    calendar: Calendar
    item: Item
    folder: str
    organizer: str
    shape: Shape
    zone: Zone
    quirks: Quirks = field(default_factory=Quirks)

    def time(self, moment: datetime) -> str:
        """Return an instant on the clock that the request asks for."""
        return shown(moment, self.zone)


def named(calendar: Calendar, item: Item) -> Element:
    """Return the `t:ItemId` of an item, with its present change key."""
    key = item.master or item.key
    return t("ItemId", Id=ids.item_id(key, item.folder, item.day), ChangeKey=change_key(calendar, item))


def change_key(calendar: Calendar, item: Item) -> str:
    """Return the change key, "the same for the recurring master and all occurrences" (OccurrenceItemIdType)."""
    bearer = calendar.items[item.master] if item.master else item
    return ids.change_key(bearer.change)
