"""Every property of an item that is shown, in the order of the schema's `ItemType` and `CalendarItemType`."""

import base64
from collections.abc import Callable
from urllib.parse import urlencode

from simulators.exchange.domain import ids
from simulators.exchange.domain.events import meetings, properties, times
from simulators.exchange.domain.events.views import View, named
from simulators.exchange.domain.events.words import FREE_BUSY
from simulators.exchange.domain.mime.writing import content as mime_content
from simulators.exchange.domain.recurring import occurrences, patterns
from simulators.exchange.domain.xml import Element, t
from simulators.frame.store import bodies
from simulators.frame.store.calendar import Item
from simulators.frame.store.identity import kind, uid
from simulators.frame.store.times import Moment

_KINDS = {
    "singleInstance": "Single",
    "occurrence": "Occurrence",
    "exception": "Exception",
    "seriesMaster": "RecurringMaster",
}

Show = Callable[[View], Element | None]


def rendered(view: View, *, summary: bool) -> Element:
    """Return the `t:CalendarItem` of what is asked for."""
    made = t("CalendarItem")
    for name, show in PROPERTIES.items():
        if name == "ExtendedProperty":
            found = (properties.shown(view.item, path) for path in view.shape.extended)
            made.extend(one for one in found if one is not None)
        elif view.shape.wants(name, summary=summary):
            one = show(view)
            if one is not None:
                made.append(one)
    return made


def _mime(view: View) -> str:
    return base64.b64encode(mime_content(view.calendar, view.item).encode()).decode()


def _plain(name: str, word: str) -> Show:
    return lambda view: t(name, view.item.fields[word])


def _capital(name: str, word: str) -> Show:
    return lambda view: t(name, view.item.fields[word].capitalize())


def _instant(name: str, value: Callable[[Item], Moment]) -> Show:
    return lambda view: t(name, view.time(value(view.item).instant))


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
    return t("ReminderDueBy", view.time(view.item.start.instant))


def _uid(view: View) -> Element:
    return t("UID", view.item.uid or uid(view.item, None))


def _recurrence_id(view: View) -> Element | None:
    original = view.item.original
    return t("RecurrenceId", view.time(times.instant(original))) if original else None


def _original(view: View) -> Element | None:
    original = view.item.original
    return t("OriginalStart", view.time(times.instant(original))) if original else None


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
    zone = "" if view.quirks.plain_dates else times.offset(start.instant, view.zone)
    return patterns.shown(full, zone, as_words=view.quirks.weekday_words)


def _zone(name: str, value: Callable[[Item], Moment]) -> Show:
    def show(view: View) -> Element:
        named = value(view.item).given if view.quirks.zone is None else view.quirks.zone
        return t(name, Id=named, Name=named or None)

    return show


def _zone_text(name: str, value: Callable[[Item], Moment]) -> Show:
    return lambda view: t(name, value(view.item).given if view.quirks.zone is None else view.quirks.zone)


def _zone_of_series(view: View) -> Element | None:
    """Exchange 2016 and later show it of series only (MS-OXWSMTGS 2.2.4.6)."""
    in_series = view.item.is_series or view.item.master is not None
    return t("TimeZone", view.item.start.given) if in_series else None


def _start(item: Item) -> Moment:
    return item.start


def _end(item: Item) -> Moment:
    return item.end


#: Every property that is shown, in the order of `ItemType` and `CalendarItemType`.
PROPERTIES: dict[str, Show] = {
    "MimeContent": lambda view: t("MimeContent", _mime(view), CharacterSet="UTF-8"),
    "ItemId": lambda view: named(view.calendar, view.item),
    "ParentFolderId": lambda view: t("ParentFolderId", Id=view.folder, ChangeKey=ids.change_key(0)),
    "ItemClass": lambda view: t("ItemClass", meetings.item_class(view.item)),
    "Subject": _plain("Subject", "subject"),
    "Sensitivity": _capital("Sensitivity", "sensitivity"),
    "Body": _body,
    "DateTimeReceived": lambda view: t("DateTimeReceived", view.time(times.instant(view.item.created))),
    "Size": lambda view: t("Size", 1024 + len(view.item.body)),
    "Categories": _categories,
    "Importance": _capital("Importance", "importance"),
    "IsSubmitted": _fixed("IsSubmitted", value=False),
    "IsDraft": _fixed("IsDraft", value=False),
    "IsFromMe": _fixed("IsFromMe", value=False),
    "IsResend": _fixed("IsResend", value=False),
    "IsUnmodified": _fixed("IsUnmodified", value=False),
    "DateTimeSent": lambda view: t("DateTimeSent", view.time(times.instant(view.item.created))),
    "DateTimeCreated": lambda view: t("DateTimeCreated", view.time(times.instant(view.item.created))),
    "ReminderDueBy": _due,
    "ReminderIsSet": _plain("ReminderIsSet", "isReminderOn"),
    "ReminderMinutesBeforeStart": _plain("ReminderMinutesBeforeStart", "reminderMinutesBeforeStart"),
    "DisplayTo": meetings.display_to,
    "HasAttachments": _fixed("HasAttachments", value=False),
    "ExtendedProperty": lambda _: None,
    "Culture": _fixed("Culture", "en-US"),
    "LastModifiedName": lambda view: t("LastModifiedName", view.organizer),
    "LastModifiedTime": lambda view: t("LastModifiedTime", view.time(times.instant(view.item.modified))),
    "IsAssociated": _fixed("IsAssociated", value=False),
    "WebClientReadFormQueryString": _web_link,
    "Preview": _preview,
    "TextBody": lambda view: t("TextBody", bodies.to_text(view.item.body), BodyType="Text", IsTruncated=False),
    "UID": _uid,
    "RecurrenceId": _recurrence_id,
    "DateTimeStamp": lambda view: t("DateTimeStamp", view.time(times.instant(view.item.modified))),
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
    "RequiredAttendees": lambda view: meetings.attendees(view, "RequiredAttendees"),
    "OptionalAttendees": lambda view: meetings.attendees(view, "OptionalAttendees"),
    "Resources": lambda view: meetings.attendees(view, "Resources"),
    "Duration": lambda view: t("Duration", times.duration(view.item.start, view.item.end)),
    "TimeZone": _zone_of_series,
    "AppointmentSequenceNumber": _fixed("AppointmentSequenceNumber", 0),
    "AppointmentState": lambda view: t("AppointmentState", meetings.state(view.item)),
    "Recurrence": _recurrence,
    "FirstOccurrence": occurrences.first,
    "LastOccurrence": occurrences.last,
    "ModifiedOccurrences": occurrences.modified,
    "DeletedOccurrences": occurrences.deleted,
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
    "JoinOnlineMeetingUrl": lambda view: meetings.join_url(view.item),
    "IsOrganizer": _plain("IsOrganizer", "isOrganizer"),
}
