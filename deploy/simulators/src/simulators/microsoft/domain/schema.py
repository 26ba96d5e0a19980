"""The types of what clients send, as data: an unknown or ill-typed property is 400, as Graph answers it.

The names and types are those of the v1.0 metadata (CSDL); a test compares them where the file is at hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulators.frame.store.errors import unreadable

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Enum:
    """One of a few words."""

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Complex:
    """An object with these properties."""

    name: str
    properties: Mapping[str, "Type"]


@dataclass(frozen=True, slots=True)
class Many:
    """A collection."""

    of: "Type"


Type = str | Enum | Complex | Many

_STRING, _BOOL, _INT, _DOUBLE, _TIME, _DATE = (
    f"Edm.{name}" for name in ("String", "Boolean", "Int32", "Double", "DateTimeOffset", "Date")
)
_PYTHON: dict[str, tuple[type, ...]] = {
    _STRING: (str,),
    _BOOL: (bool,),
    _INT: (int,),
    _DOUBLE: (int, float),
    _TIME: (str,),
    _DATE: (str,),
}

_WEEK = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_DAY = Enum("dayOfWeek", _WEEK)
_EMAIL = Complex("emailAddress", {"name": _STRING, "address": _STRING})
_RECIPIENT = Complex("recipient", {"emailAddress": _EMAIL})
_STATUS = Complex(
    "responseStatus",
    {
        "response": Enum(
            "responseType",
            ("none", "organizer", "tentativelyAccepted", "accepted", "declined", "notResponded"),
        ),
        "time": _TIME,
    },
)
_ZONED = Complex("dateTimeTimeZone", {"dateTime": _STRING, "timeZone": _STRING})
_SLOT = Complex("timeSlot", {"start": _ZONED, "end": _ZONED})
_ATTENDEE = Complex(
    "attendee",
    {
        "emailAddress": _EMAIL,
        "type": Enum("attendeeType", ("required", "optional", "resource")),
        "status": _STATUS,
        "proposedNewTime": _SLOT,
    },
)
_ADDRESS = Complex(
    "physicalAddress",
    dict.fromkeys(("street", "city", "state", "countryOrRegion", "postalCode"), _STRING),
)
_COORDINATES = Complex(
    "outlookGeoCoordinates",
    dict.fromkeys(("altitude", "latitude", "longitude", "accuracy", "altitudeAccuracy"), _DOUBLE),
)
_LOCATION = Complex(
    "location",
    {
        "displayName": _STRING,
        "locationEmailAddress": _STRING,
        "locationUri": _STRING,
        "uniqueId": _STRING,
        "address": _ADDRESS,
        "coordinates": _COORDINATES,
        "locationType": Enum(
            "locationType",
            (
                "default",
                "conferenceRoom",
                "homeAddress",
                "businessAddress",
                "geoCoordinates",
                "streetAddress",
                "hotel",
                "restaurant",
                "localBusiness",
                "postalAddress",
            ),
        ),
        "uniqueIdType": Enum("locationUniqueIdType", ("unknown", "locationStore", "directory", "private", "bing")),
    },
)
_BODY = Complex("itemBody", {"contentType": Enum("bodyType", ("text", "html")), "content": _STRING})
_PATTERN = Complex(
    "recurrencePattern",
    {
        "type": Enum(
            "recurrencePatternType",
            ("daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly", "relativeYearly"),
        ),
        "interval": _INT,
        "month": _INT,
        "dayOfMonth": _INT,
        "daysOfWeek": Many(_DAY),
        "firstDayOfWeek": _DAY,
        "index": Enum("weekIndex", ("first", "second", "third", "fourth", "last")),
    },
)
_RANGE = Complex(
    "recurrenceRange",
    {
        "type": Enum("recurrenceRangeType", ("endDate", "noEnd", "numbered")),
        "startDate": _DATE,
        "endDate": _DATE,
        "recurrenceTimeZone": _STRING,
        "numberOfOccurrences": _INT,
    },
)
_PROVIDER = Enum("onlineMeetingProviderType", ("unknown", "skypeForBusiness", "skypeForConsumer", "teamsForBusiness"))
_ONLINE = Complex(
    "onlineMeetingInfo",
    {
        "conferenceId": _STRING,
        "joinUrl": _STRING,
        "quickDial": _STRING,
        "tollFreeNumbers": Many(_STRING),
        "tollNumber": _STRING,
    },
)
_SINGLE = Complex("singleValueLegacyExtendedProperty", {"id": _STRING, "value": _STRING})

EVENT = Complex(
    "event",
    {
        "id": _STRING,
        "allowNewTimeProposals": _BOOL,
        "attendees": Many(_ATTENDEE),
        "body": _BODY,
        "bodyPreview": _STRING,
        "cancelledOccurrences": Many(_STRING),
        "categories": Many(_STRING),
        "changeKey": _STRING,
        "createdDateTime": _TIME,
        "end": _ZONED,
        "hasAttachments": _BOOL,
        "hideAttendees": _BOOL,
        "iCalUId": _STRING,
        "importance": Enum("importance", ("low", "normal", "high")),
        "isAllDay": _BOOL,
        "isCancelled": _BOOL,
        "isDraft": _BOOL,
        "isOnlineMeeting": _BOOL,
        "isOrganizer": _BOOL,
        "isReminderOn": _BOOL,
        "lastModifiedDateTime": _TIME,
        "location": _LOCATION,
        "locations": Many(_LOCATION),
        "onlineMeeting": _ONLINE,
        "onlineMeetingProvider": _PROVIDER,
        "onlineMeetingUrl": _STRING,
        "organizer": _RECIPIENT,
        "originalEndTimeZone": _STRING,
        "originalStart": _TIME,
        "originalStartTimeZone": _STRING,
        "recurrence": Complex("patternedRecurrence", {"pattern": _PATTERN, "range": _RANGE}),
        "reminderMinutesBeforeStart": _INT,
        "responseRequested": _BOOL,
        "responseStatus": _STATUS,
        "sensitivity": Enum("sensitivity", ("normal", "personal", "private", "confidential")),
        "seriesMasterId": _STRING,
        "showAs": Enum("freeBusyStatus", ("unknown", "free", "tentative", "busy", "oof", "workingElsewhere")),
        "singleValueExtendedProperties": Many(_SINGLE),
        "start": _ZONED,
        "subject": _STRING,
        "transactionId": _STRING,
        "type": Enum("eventType", ("singleInstance", "occurrence", "exception", "seriesMaster")),
        "webLink": _STRING,
    },
)
SUBSCRIPTION = Complex(
    "subscription",
    dict.fromkeys(
        (
            "id",
            "applicationId",
            "changeType",
            "clientState",
            "creatorId",
            "encryptionCertificate",
            "encryptionCertificateId",
            "latestSupportedTlsVersion",
            "lifecycleNotificationUrl",
            "notificationQueryOptions",
            "notificationUrl",
            "notificationUrlAppId",
            "resource",
        ),
        _STRING,
    )
    | {"expirationDateTime": _TIME, "includeResourceData": _BOOL},
)


def check(value: Any, kind: Type) -> None:  # noqa: ANN401 - any JSON value
    """400 `RequestBodyRead` unless the value is of the type; null is allowed anywhere."""
    if value is None:
        return
    if isinstance(kind, str):
        if not isinstance(value, _PYTHON[kind]) or (kind != _BOOL and isinstance(value, bool)):
            raise unreadable(f"Cannot convert the literal '{value}' to the expected type '{kind}'.")
    elif isinstance(kind, Enum):
        if value not in kind.words:
            raise unreadable(f"Requested value '{value}' was not found.")
    elif isinstance(kind, Many):
        _check_many(value, kind)
    else:
        _check_complex(value, kind)


def _check_many(value: Any, kind: Many) -> None:  # noqa: ANN401 - any JSON value
    if not isinstance(value, list):
        raise unreadable("A 'StartArray' node was expected.")
    for one in value:
        check(one, kind.of)


def _check_complex(value: Any, kind: Complex) -> None:  # noqa: ANN401 - any JSON value
    if not isinstance(value, dict):
        raise unreadable("A 'StartObject' node was expected.")
    for name, one in value.items():
        if "@" in name:
            continue
        if name not in kind.properties:
            raise unreadable(
                f"The property '{name}' does not exist on type 'microsoft.graph.{kind.name}'. Make sure to only use "
                "property names that are defined by the type or mark the type as open type."
            )
        check(one, kind.properties[name])
