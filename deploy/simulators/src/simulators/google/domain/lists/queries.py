"""What a client asks of `events.list` and `events.instances`, and which events fit."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulators.frame.domain.tokens import fingerprint
from simulators.google.domain import times
from simulators.google.domain.errors import bad_request, invalid
from simulators.google.domain.events.calendar import Calendar, Event
from simulators.google.domain.recurring import recurrence

Parameters = dict[str, Any]

# events.list: "cannot be specified together with" a sync token.
REFUSED_WITH_TOKEN = (
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMin",
    "timeMax",
    "updatedMin",
)
# "All other query parameters should be the same as for the initial synchronization."
_SAME = ("singleEvents", "eventTypes", "showHiddenInvitations", "maxAttendees", "timeZone")
_SEARCHED = ("summary", "description", "location")
_DEFAULT_PAGE, _MAX_PAGE = 250, 2500


@dataclass(frozen=True, slots=True)
class Query:
    """A list request, its parameters checked and typed."""

    single: bool
    show_deleted: bool
    time_min: datetime | None
    time_max: datetime | None
    updated_min: datetime | None
    order_by: str | None
    kinds: frozenset[str]
    text: str | None
    uid: str | None
    private: tuple[str, ...]
    shared: tuple[str, ...]
    page_size: int
    sync_token: str | None
    page_token: str | None
    same: str
    exact: str

    @property
    def syncable(self) -> bool:
        """Whether the last page ends with a sync token."""
        return not (self.order_by or self.text or self.uid or self.private or self.shared or self.updated_min)


def parse(given: Parameters, page_cap: int | None = None) -> Query:
    """Check what belongs together, as the reference says."""
    if "syncToken" in given:
        _check_with_token(given)
    low, high = _moment(given, "timeMin"), _moment(given, "timeMax")
    if low and high and low >= high:
        raise bad_request("Bad Request: timeMin must be smaller than timeMax")
    if given.get("orderBy") == "startTime" and not given.get("singleEvents"):
        raise bad_request("The requested ordering is not available for the particular query.")
    size = min(given.get("maxResults", _DEFAULT_PAGE), _MAX_PAGE, page_cap or _MAX_PAGE)
    without_paging = {name: value for name, value in given.items() if name not in {"pageToken", "maxResults", "fields"}}
    return Query(
        single=bool(given.get("singleEvents")),
        show_deleted=bool(given.get("showDeleted")),
        time_min=low,
        time_max=high,
        updated_min=_moment(given, "updatedMin"),
        order_by=given.get("orderBy"),
        kinds=frozenset(given.get("eventTypes", ())),
        text=given.get("q"),
        uid=given.get("iCalUID"),
        private=tuple(given.get("privateExtendedProperty", ())),
        shared=tuple(given.get("sharedExtendedProperty", ())),
        page_size=size,
        sync_token=given.get("syncToken"),
        page_token=given.get("pageToken"),
        same=fingerprint(*(given.get(name) for name in _SAME)),
        exact=fingerprint(sorted(without_paging.items(), key=str)),
    )


def _check_with_token(given: Parameters) -> None:
    refused = [name for name in REFUSED_WITH_TOKEN if name in given]
    if refused:
        raise invalid(f"Sync token cannot be combined with: {', '.join(refused)}")
    if given.get("showDeleted") is False:
        raise invalid("showDeleted cannot be false when a sync token is given.")


def _moment(given: Parameters, name: str) -> datetime | None:
    return times.parse_instant(given[name], name) if name in given else None


def fits(event: Event, query: Query, calendar: Calendar) -> bool:
    """Whether a row passes the filters (not the question of deleted ones)."""
    if query.kinds and event["eventType"] not in query.kinds:
        return False
    if query.uid and event["iCalUID"] != query.uid:
        return False
    properties = event.get("extendedProperties", {})
    if not _has(properties.get("private", {}), query.private):
        return False
    if not _has(properties.get("shared", {}), query.shared):
        return False
    if query.updated_min and datetime.fromisoformat(event["updated"]) < query.updated_min:
        return False
    return _mentions(event, query.text) and in_window(event, query, calendar)


def deletion_fits(event: Event, query: Query, calendar: Calendar) -> bool:
    """Whether a live row, or a deleted one that this list shows, may pass."""
    if event["status"] != "cancelled":
        return True
    if query.sync_token or query.show_deleted or query.updated_min:
        return True
    # "Cancelled instances [...] will still be included if showDeleted and singleEvents are
    # both False", while their series lives.
    master = calendar.get(event.get("recurringEventId", ""))
    return not query.single and master is not None and master["status"] != "cancelled"


def in_window(event: Event, query: Query, calendar: Calendar) -> bool:
    """Whether any of it lies between `timeMin` (its end) and `timeMax` (its start)."""
    if not (query.time_min or query.time_max):
        return True
    return any(_overlaps(start, end, query, calendar.time_zone) for start, end in _spans(event, query))


def _spans(event: Event, query: Query) -> Iterator[tuple[times.EventTime, times.EventTime]]:
    """One by one: a series may have no end."""
    if not recurrence.is_master(event):
        yield event["start"], event["end"]
        return
    length = times.span_of(event["start"], event["end"])
    for start in recurrence.originals(event, query.time_min, query.time_max):
        yield start, times.plus(start, length)


def _overlaps(start: times.EventTime, end: times.EventTime, query: Query, zone: str) -> bool:
    if query.time_min and times.instant(end, zone) <= query.time_min:
        return False
    return not (query.time_max and times.instant(start, zone) >= query.time_max)


def _has(properties: dict[str, str], wanted: tuple[str, ...]) -> bool:
    pairs = (one.partition("=") for one in wanted)
    return all(properties.get(name) == value for name, _, value in pairs)


def _mentions(event: Event, text: str | None) -> bool:
    if not text:
        return True
    people = [*event.get("attendees", ()), event["organizer"]]
    parts = [event.get(name, "") for name in _SEARCHED]
    parts += [person.get(name, "") for person in people for name in ("email", "displayName")]
    whole = "\n".join(parts).casefold()
    return all(word in whole for word in text.casefold().split())
