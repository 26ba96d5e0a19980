"""Calendar items as Exchange's schema has them, and how they read."""

from collections.abc import Mapping

from lxml import etree

from connector.adapters.providers.ews.events.canonical import read_single
from connector.adapters.providers.ews.events.marker import written_properties
from connector.adapters.providers.ews.recurring.series import is_master, read_series
from connector.adapters.providers.ews.xml import MESSAGES, TYPES, Element
from connector.domain.provider.items import EventRead, Item, OccurrenceRead, SeriesRead
from contracts.calendar_objects import EventSnapshot, Marker
from tests.unit.ews_adapter.schema import check

MARKER = Marker(account_key="k", activity_id="a", version=3, origin="crm")
BERLIN = "W. Europe Standard Time"
CALENDAR = "calendar"
_ORDER = """
    ItemId ParentFolderId ItemClass Subject Sensitivity Body DateTimeCreated ExtendedProperty LastModifiedTime
    WebClientReadFormQueryString UID Start End IsAllDayEvent LegacyFreeBusyStatus Location IsCancelled
    CalendarItemType MyResponseType Organizer RequiredAttendees OptionalAttendees Resources AppointmentState
    Recurrence ModifiedOccurrences DeletedOccurrences StartTimeZone EndTimeZone JoinOnlineMeetingUrl IsOrganizer
""".split()  # noqa: SIM905 - the schema's order, to be read as a text
_NAMESPACES = f'xmlns="{TYPES}" xmlns:m="{MESSAGES}"'


def person(address: str, name: str = "", routing: str = "SMTP") -> str:
    """Return a `Mailbox`."""
    named = f"<Name>{name}</Name>" if name else ""
    return f"<Mailbox>{named}<EmailAddress>{address}</EmailAddress><RoutingType>{routing}</RoutingType></Mailbox>"


def guest(address: str, answer: str = "Unknown", name: str = "") -> str:
    """Return an `Attendee`."""
    return f"<Attendee>{person(address, name)}<ResponseType>{answer}</ResponseType></Attendee>"


def zone(name: str, tag: str = "StartTimeZone") -> str:
    """Return a zone by its id."""
    return f'<{tag} Id="{name}"/>'


def _plain() -> dict[str, str]:
    return {
        "ItemId": '<ItemId Id="AAMk/ALg+A=" ChangeKey="key1"/>',
        "Subject": "<Subject>Lunch</Subject>",
        "Sensitivity": "<Sensitivity>Normal</Sensitivity>",
        "Body": '<Body BodyType="HTML">&lt;html&gt;&lt;body&gt;A&lt;br&gt;B&lt;/body&gt;&lt;/html&gt;</Body>',
        "DateTimeCreated": "<DateTimeCreated>2026-10-30T08:00:00Z</DateTimeCreated>",
        "LastModifiedTime": "<LastModifiedTime>2026-11-01T08:00:00Z</LastModifiedTime>",
        "UID": "<UID>0400</UID>",
        "Start": "<Start>2026-11-03T11:00:00Z</Start>",
        "End": "<End>2026-11-03T12:00:00Z</End>",
        "IsAllDayEvent": "<IsAllDayEvent>false</IsAllDayEvent>",
        "LegacyFreeBusyStatus": "<LegacyFreeBusyStatus>Busy</LegacyFreeBusyStatus>",
        "Location": "<Location>Café</Location>",
        "IsCancelled": "<IsCancelled>false</IsCancelled>",
        "CalendarItemType": "<CalendarItemType>Single</CalendarItemType>",
        "MyResponseType": "<MyResponseType>Organizer</MyResponseType>",
        "Organizer": f"<Organizer>{person('ana@example.org')}</Organizer>",
        "StartTimeZone": zone(BERLIN),
        "EndTimeZone": zone(BERLIN, "EndTimeZone"),
        "IsOrganizer": "<IsOrganizer>true</IsOrganizer>",
    }


def item(marker: Marker | None = None, written_zone: str | None = None, /, **changes: str | None) -> Element:
    """Return a live single event; a change of None takes the property away, one of another text sets it."""
    parts = {**_plain(), **changes}
    found = {name: _whole(name, text) for name, text in parts.items() if text is not None}
    if marker:
        properties = written_properties(marker, written_zone)
        found["ExtendedProperty"] = "".join(etree.tostring(value).decode() for _, value in properties)
    inside = "".join(found[name] for name in _ORDER if name in found)
    return _checked(f"<CalendarItem {_NAMESPACES}>{inside}</CalendarItem>")


def _whole(name: str, text: str) -> str:
    return text if text.startswith(f"<{name}") else f"<{name}>{text}</{name}>"


def _checked(text: str) -> Element:
    answer = etree.fromstring(
        f'<m:GetItemResponse {_NAMESPACES}><m:ResponseMessages><m:GetItemResponseMessage ResponseClass="Success">'
        f"<m:ResponseCode>NoError</m:ResponseCode><m:Items>{text}</m:Items>"
        "</m:GetItemResponseMessage></m:ResponseMessages></m:GetItemResponse>"
    )
    check(answer)
    return answer[0][0][1][0]


def weekly(days: str = "Tuesday", more: str = "", span: str = "") -> str:
    """Return a recurrence."""
    numbered = "<StartDate>2026-11-03Z</StartDate><NumberOfOccurrences>4</NumberOfOccurrences>"
    until = span or f"<NumberedRecurrence>{numbered}</NumberedRecurrence>"
    pattern = f"<WeeklyRecurrence><Interval>1</Interval><DaysOfWeek>{days}</DaysOfWeek>{more}</WeeklyRecurrence>"
    return f"<Recurrence>{pattern}{until}</Recurrence>"


def master(recurrence: str | None = None, marker: Marker | None = None, /, **changes: str | None) -> Element:
    """Return a recurring master."""
    kind = {"CalendarItemType": "RecurringMaster", "Recurrence": recurrence or weekly()}
    return item(marker, **{**kind, **changes})


def modified(*rows: Mapping[str, str]) -> str:
    """Return the occurrences that differ: their id, start, end and original start."""
    inside = "".join(
        f'<Occurrence><ItemId Id="{one["id"]}"/><Start>{one["start"]}</Start><End>{one["end"]}</End>'
        f"<OriginalStart>{one['original']}</OriginalStart></Occurrence>"
        for one in rows
    )
    return f"<ModifiedOccurrences>{inside}</ModifiedOccurrences>"


def deleted(*starts: str) -> str:
    """Return the occurrences that were taken out."""
    inside = "".join(f"<DeletedOccurrence><Start>{one}</Start></DeletedOccurrence>" for one in starts)
    return f"<DeletedOccurrences>{inside}</DeletedOccurrences>"


def read(raw: Element) -> Item:
    """Return an item as the adapter reads it."""
    return read_series(raw, CALENDAR, {}) if is_master(raw) else read_single(raw, CALENDAR)


def snapshot(raw: Element) -> EventSnapshot:
    """Return the event of an item that must be readable."""
    found = read(raw)
    assert isinstance(found, EventRead | SeriesRead | OccurrenceRead), found
    return found.event
