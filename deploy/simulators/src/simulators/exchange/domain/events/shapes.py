"""An item as a `t:CalendarItem`: which properties an ItemShape asks for, in the schema's order."""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from simulators.exchange.domain import ids
from simulators.exchange.domain.call import Call
from simulators.exchange.domain.errors import EwsError
from simulators.exchange.domain.events import meetings, properties, times
from simulators.exchange.domain.events.reading import FREE_BUSY, name_of
from simulators.exchange.domain.recurring import occurrences, patterns
from simulators.exchange.domain.xml import Element, child, children, local, t, text
from simulators.frame.domain.traps import Parameters
from simulators.frame.store import bodies
from simulators.frame.store.calendar import Calendar, Item
from simulators.frame.store.identity import kind, uid
from simulators.frame.store.times import Moment

_KINDS = {
    "singleInstance": "Single",
    "occurrence": "Occurrence",
    "exception": "Exception",
    "seriesMaster": "RecurringMaster",
}
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
_ONLY_WHOLE = frozenset(
    {"Body", "TextBody", "Attachments", "RequiredAttendees", "OptionalAttendees", "Resources", "Recurrence"}
    | {"FirstOccurrence", "LastOccurrence", "ModifiedOccurrences", "DeletedOccurrences"}
)
#: What AllProperties leaves out.
_ONLY_ASKED = frozenset({"TextBody", "Preview"})


@dataclass(frozen=True, slots=True)
class Shape:
    """What a client wants to see: of `fields` every property (None: all), of `extended` those paths."""

    base: str
    body: str = "Best"
    fields: frozenset[str] = frozenset()
    extended: tuple[Element, ...] = ()

    def wants(self, name: str, *, summary: bool) -> bool:
        """Whether a property is shown; `summary`: to FindItem, which has no more than a row."""
        if name == "ItemId" or name in self.fields:
            return True
        if summary and name in _ONLY_WHOLE:
            return False
        if self.base == "Default":
            return name in _DEFAULT
        return self.base == "AllProperties" and name not in _ONLY_ASKED


def read(element: Element) -> Shape:
    """Return the shape of an `m:ItemShape`."""
    paths = children(child(element, "t:AdditionalProperties"))
    return Shape(
        base=text(element, "t:BaseShape") or "IdOnly",
        body=text(element, "t:BodyType") or "Best",
        fields=frozenset(name_of(one) for one in paths if local(one) == "FieldURI"),
        extended=tuple(one for one in paths if local(one) == "ExtendedFieldURI"),
    )


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
    quirks: Quirks = field(default_factory=Quirks)

    def id_of(self, item: Item) -> Element:
        """The `t:ItemId` of an item of the same calendar."""
        key = item.master or item.key
        return t("ItemId", Id=ids.item_id(key, item.folder, item.day), ChangeKey=ids.change_key(item.change))


def shown(call: Call, calendar: Calendar, item: Item, element: Element, *, summary: bool = False) -> Element:
    """Return an item as an `m:ItemShape` asks for it.

    `summary`: for FindItem, which refuses what only GetItem has and leaves it out of the ready shapes.
    """
    shape = read(element)
    if summary and shape.fields & _ONLY_WHOLE:
        raise EwsError("ErrorInvalidPropertyRequest", "The property cannot be used with this type of request.")
    owner = call.world.accounts[calendar.owner]
    folder = call.account.id_of(calendar.key) or ""
    return _rendered(View(calendar, item, folder, owner.name, shape, _quirks(call, shape)), summary=summary)


def _quirks(call: Call, shape: Shape) -> Quirks:
    """Draw the traps of what is shown; each strikes one item of an answer at the most."""

    def struck(trap: str, shows: str) -> Parameters | None:
        asked = shape.wants(shows, summary=False) and trap not in call.traps
        return call.trap(trap) if asked else None

    odd = struck("zone.odd_name", "StartTimeZone")
    return Quirks(
        zone=odd["name"] if odd else None,
        weekday_words=struck("series.weekday_words", "Recurrence") is not None,
        plain_dates=struck("series.plain_dates", "Recurrence") is not None,
        unknown_status=struck("event.no_data", "LegacyFreeBusyStatus") is not None,
    )


def identified(item: Item) -> Element:
    """Return an item that is only named, as writes answer it."""
    key = item.master or item.key
    named = t("ItemId", Id=ids.item_id(key, item.folder, item.day), ChangeKey=ids.change_key(item.change))
    return t("CalendarItem", named)


def _rendered(view: View, *, summary: bool) -> Element:
    made = t("CalendarItem")
    for name, show in _PROPERTIES.items():
        if name == "ExtendedProperty":
            found = (properties.shown(view.item, path) for path in view.shape.extended)
            made.extend(one for one in found if one is not None)
        elif view.shape.wants(name, summary=summary):
            one = show(view)
            if one is not None:
                made.append(one)
    return made


Show = Callable[[View], Element | None]


def _plain(name: str, word: str) -> Show:
    return lambda view: t(name, view.item.fields[word])


def _capital(name: str, word: str) -> Show:
    return lambda view: t(name, view.item.fields[word].capitalize())


def _instant(name: str, value: Callable[[Item], Moment]) -> Show:
    return lambda view: t(name, times.shown(value(view.item).instant))


def _fixed(name: str, value: str | bool | int) -> Show:
    return lambda _: t(name, value)


def _body(view: View) -> Element:
    as_text = view.shape.body == "Text" or (view.shape.body == "Best" and bodies.is_from_text(view.item.body))
    if as_text:
        return t("Body", bodies.to_text(view.item.body), BodyType="Text", IsTruncated=False)
    return t("Body", view.item.body, BodyType="HTML", IsTruncated=False)


def _categories(view: View) -> Element | None:
    found = view.item.fields["categories"]
    return t("Categories", [t("String", one) for one in found]) if found else None


def _due(view: View) -> Element:
    return t("ReminderDueBy", times.shown(view.item.start.instant))


def _uid(view: View) -> Element:
    return t("UID", view.item.uid or uid(view.item, None))


def _recurrence_id(view: View) -> Element | None:
    original = view.item.original
    return t("RecurrenceId", original) if original else None


def _original(view: View) -> Element | None:
    original = view.item.original
    return t("OriginalStart", original) if original else None


def _location(view: View) -> Element | None:
    name = view.item.fields["location"]["displayName"]
    return t("Location", name) if name else None


def _free_busy(view: View) -> Element:
    word = "unknown" if view.quirks.unknown_status else view.item.fields["showAs"]
    return t("LegacyFreeBusyStatus", FREE_BUSY[word])


def _web_link(view: View) -> Element:
    """The item in Outlook on the web, by the address that the server is known by outside."""
    named = ids.item_id(view.item.master or view.item.key, view.item.folder, view.item.day)
    query = urlencode({"ItemID": named, "exvsurl": 1, "viewmodel": "ICalendarItemDetailsViewModelFactory"})
    return t("WebClientReadFormQueryString", f"https://mail.example.com/owa/?{query}")


def _preview(view: View) -> Element:
    return t("Preview", bodies.preview(view.item.body))


def _recurrence(view: View) -> Element | None:
    full = view.item.recurrence
    if full is None:
        return None
    start = view.item.start
    zone = "" if view.quirks.plain_dates else times.offset(start)
    return patterns.shown(full, zone, as_words=view.quirks.weekday_words)


def _zone(name: str, value: Callable[[Item], Moment]) -> Show:
    def show(view: View) -> Element:
        named = value(view.item).given if view.quirks.zone is None else view.quirks.zone
        return t(name, Id=named, Name=named or None)

    return show


def _zone_text(name: str, value: Callable[[Item], Moment]) -> Show:
    return lambda view: t(name, value(view.item).given if view.quirks.zone is None else view.quirks.zone)


def _start(item: Item) -> Moment:
    return item.start


def _end(item: Item) -> Moment:
    return item.end


#: Every property that is shown, in the order of `ItemType` and `CalendarItemType`.
_PROPERTIES: dict[str, Show] = {
    "ItemId": lambda view: view.id_of(view.item),
    "ParentFolderId": lambda view: t("ParentFolderId", Id=view.folder, ChangeKey=ids.change_key(0)),
    "ItemClass": lambda view: t("ItemClass", meetings.item_class(view.item)),
    "Subject": _plain("Subject", "subject"),
    "Sensitivity": _capital("Sensitivity", "sensitivity"),
    "Body": _body,
    "DateTimeReceived": lambda view: t("DateTimeReceived", times.stamped(view.item.created)),
    "Size": lambda view: t("Size", 1024 + len(view.item.body)),
    "Categories": _categories,
    "Importance": _capital("Importance", "importance"),
    "IsSubmitted": _fixed("IsSubmitted", value=False),
    "IsDraft": _fixed("IsDraft", value=False),
    "IsFromMe": _fixed("IsFromMe", value=False),
    "IsResend": _fixed("IsResend", value=False),
    "IsUnmodified": _fixed("IsUnmodified", value=False),
    "DateTimeSent": lambda view: t("DateTimeSent", times.stamped(view.item.created)),
    "DateTimeCreated": lambda view: t("DateTimeCreated", times.stamped(view.item.created)),
    "ReminderDueBy": _due,
    "ReminderIsSet": _plain("ReminderIsSet", "isReminderOn"),
    "ReminderMinutesBeforeStart": _plain("ReminderMinutesBeforeStart", "reminderMinutesBeforeStart"),
    "DisplayTo": meetings.display_to,
    "HasAttachments": _fixed("HasAttachments", value=False),
    "ExtendedProperty": lambda _: None,
    "Culture": _fixed("Culture", "en-US"),
    "LastModifiedName": lambda view: t("LastModifiedName", view.organizer),
    "LastModifiedTime": lambda view: t("LastModifiedTime", times.stamped(view.item.modified)),
    "IsAssociated": _fixed("IsAssociated", value=False),
    "WebClientReadFormQueryString": _web_link,
    "Preview": _preview,
    "TextBody": lambda view: t("TextBody", bodies.to_text(view.item.body), BodyType="Text", IsTruncated=False),
    "UID": _uid,
    "RecurrenceId": _recurrence_id,
    "DateTimeStamp": lambda view: t("DateTimeStamp", times.stamped(view.item.modified)),
    "Start": _instant("Start", _start),
    "End": _instant("End", _end),
    "OriginalStart": _original,
    "IsAllDayEvent": _plain("IsAllDayEvent", "isAllDay"),
    "LegacyFreeBusyStatus": _free_busy,
    "Location": _location,
    "IsMeeting": lambda view: t("IsMeeting", meetings.is_meeting(view.item)),
    "IsCancelled": _plain("IsCancelled", "isCancelled"),
    "IsRecurring": lambda view: t("IsRecurring", view.item.is_series or view.item.master is not None),
    "MeetingRequestWasSent": lambda view: t("MeetingRequestWasSent", view.item.sent),
    "IsResponseRequested": _plain("IsResponseRequested", "responseRequested"),
    "CalendarItemType": lambda view: t("CalendarItemType", _KINDS[kind(view.item)]),
    "MyResponseType": lambda view: t("MyResponseType", meetings.own_answer(view.item)),
    "Organizer": lambda view: meetings.organizer(view.item),
    "RequiredAttendees": lambda view: meetings.attendees(view.item, "RequiredAttendees"),
    "OptionalAttendees": lambda view: meetings.attendees(view.item, "OptionalAttendees"),
    "Resources": lambda view: meetings.attendees(view.item, "Resources"),
    "Duration": lambda view: t("Duration", times.duration(view.item.start, view.item.end)),
    "TimeZone": _zone_text("TimeZone", _start),
    "AppointmentSequenceNumber": _fixed("AppointmentSequenceNumber", 0),
    "AppointmentState": lambda view: t("AppointmentState", meetings.state(view.item)),
    "Recurrence": _recurrence,
    "FirstOccurrence": lambda view: occurrences.first(view.calendar, view.item, view.id_of),
    "LastOccurrence": lambda view: occurrences.last(view.calendar, view.item, view.id_of),
    "ModifiedOccurrences": lambda view: occurrences.modified(view.calendar, view.item, view.id_of),
    "DeletedOccurrences": lambda view: occurrences.deleted(view.item),
    "StartTimeZone": _zone("StartTimeZone", _start),
    "EndTimeZone": _zone("EndTimeZone", _end),
    "ConferenceType": _fixed("ConferenceType", 0),
    "AllowNewTimeProposal": _plain("AllowNewTimeProposal", "allowNewTimeProposals"),
    "IsOnlineMeeting": _plain("IsOnlineMeeting", "isOnlineMeeting"),
    "EnhancedLocation": lambda view: meetings.place(view.item),
    "StartWallClock": lambda view: t("StartWallClock", times.wall_clock(view.item.start)),
    "EndWallClock": lambda view: t("EndWallClock", times.wall_clock(view.item.end)),
    "StartTimeZoneId": _zone_text("StartTimeZoneId", _start),
    "EndTimeZoneId": _zone_text("EndTimeZoneId", _end),
    "IsOrganizer": _plain("IsOrganizer", "isOrganizer"),
}
