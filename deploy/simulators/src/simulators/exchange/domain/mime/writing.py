"""An item's MimeContent: an iCalendar file (RFC 5545), zones by their Windows names. Clients like DavMail read it."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

from simulators.exchange.domain.zone_rules import Rules, Turn, rules_of
from simulators.frame.store import bodies
from simulators.frame.store.calendar import Calendar, Item
from simulators.frame.store.identity import uid
from simulators.frame.store.recurring import rules
from simulators.frame.store.times import Moment

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_ESCAPED = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\r": "", "\n": "\\n"}
_WIDEST = 74


def content(calendar: Calendar, item: Item) -> str:
    """Return the file of a single, or of a master with what was changed of its occurrences."""
    apart = calendar.exceptions(item.key) if item.is_series else []
    events = [item, *apart]
    lines = ["BEGIN:VCALENDAR", "METHOD:PUBLISH", "PRODID:Microsoft Exchange Server 2010", "VERSION:2.0"]
    for zone, name in {one.start.zone: one.start.given for one in events}.items():
        lines += _zone(rules_of(zone, item.start.local.year), name)
    for one in events:
        lines += _event(calendar, one)
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _event(calendar: Calendar, item: Item) -> Iterator[str]:
    all_day = bool(item.fields["isAllDay"])
    master = calendar.items[item.master] if item.master else item
    yield from ("BEGIN:VEVENT", f"UID:{item.uid or uid(master, None)}", f"SUMMARY:{_text(item.fields['subject'])}")
    if item.day is not None:
        original = master.start.at(datetime.combine(date.fromisoformat(item.day), master.start.local.time()))
        yield _moment("RECURRENCE-ID", original, all_day=bool(master.fields["isAllDay"]))
    yield _moment("DTSTART", item.start, all_day=all_day)
    yield _moment("DTEND", item.end, all_day=all_day)
    if item.recurrence is not None:
        yield from rules.to_lines(item.recurrence, item.start)
    for day in item.cancelled:
        gone = item.start.at(datetime.combine(date.fromisoformat(day), item.start.local.time()))
        yield _moment("EXDATE", gone, all_day=all_day)
    yield f"DESCRIPTION:{_text(bodies.to_text(item.body))}"
    yield f"LOCATION:{_text(item.fields['location']['displayName'])}"
    yield f"TRANSP:{'TRANSPARENT' if item.fields['showAs'] == 'free' else 'OPAQUE'}"
    yield f"CLASS:{'PRIVATE' if item.fields['sensitivity'] == 'private' else 'PUBLIC'}"
    yield f"DTSTAMP:{datetime.fromisoformat(item.modified).astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield "END:VEVENT"


def _moment(name: str, moment: Moment, *, all_day: bool) -> str:
    if all_day:
        return f"{name};VALUE=DATE:{moment.local:%Y%m%d}"
    return f"{name};TZID={moment.given}:{moment.local:%Y%m%dT%H%M%S}"


def _zone(found: Rules, name: str) -> Iterator[str]:
    yield from ("BEGIN:VTIMEZONE", f"TZID:{name}")
    if not found.turns:
        yield from _period("STANDARD", found.standard, found.standard, "16010101T000000")
    for turn in found.turns:
        kind = "STANDARD" if turn.to == found.standard else "DAYLIGHT"
        yield from _period(kind, turn.before, turn.to, f"16010101T{turn.wall:%H%M%S}", _yearly(turn))
    yield "END:VTIMEZONE"


def _period(kind: str, before: timedelta, to: timedelta, start: str, *more: str) -> Iterable[str]:
    offsets = (f"TZOFFSETFROM:{_offset(before)}", f"TZOFFSETTO:{_offset(to)}")
    return (f"BEGIN:{kind}", f"DTSTART:{start}", *offsets, *more, f"END:{kind}")


def _yearly(turn: Turn) -> str:
    return f"RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY={turn.occurrence}{_DAYS[turn.wall.weekday()]};BYMONTH={turn.wall.month}"


def _offset(span: timedelta) -> str:
    minutes = int(abs(span).total_seconds()) // 60
    return f"{'-' if span < timedelta() else '+'}{minutes // 60:02}{minutes % 60:02}"


def _text(value: str) -> str:
    return "".join(_ESCAPED.get(letter, letter) for letter in value)


def _folded(line: str) -> str:
    parts = [line[at : at + _WIDEST] for at in range(0, len(line), _WIDEST)]
    return "\r\n ".join(parts or [""])
