"""Recurring events: expansion by dateutil in `start.timeZone`, instance ids, `_R` splits."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from dateutil.rrule import rrule, rruleset, rrulestr

from simulators.google.domain import times
from simulators.google.domain.errors import invalid

Event = dict[str, Any]

# "Long but finite" (events.list): how many instances of one series a list shows at most.
MAX_INSTANCES = 730

_INSTANCE = re.compile(r"^(?P<master>.+)_(?P<key>\d{8}(?:T\d{6}Z)?)$")
_UNTIL = re.compile(r"UNTIL=(\d{8})(T\d{6})?(Z)?", re.IGNORECASE)
_COUNT = re.compile(r";?COUNT=(\d+)", re.IGNORECASE)
_LINE = re.compile(r"^(RRULE|EXRULE|RDATE|EXDATE)((?:;[^:]*)?):(.+)$", re.IGNORECASE)


def is_master(event: Event) -> bool:
    """Whether the event is a series."""
    return bool(event.get("recurrence"))


def key_of(original: times.EventTime) -> str:
    """The instance suffix: a UTC instant, or a date for an all-day series."""
    if times.is_all_day(original):
        return str(original["date"]).replace("-", "")
    moment = datetime.fromisoformat(original["dateTime"]).astimezone(UTC)
    return moment.strftime("%Y%m%dT%H%M%SZ")


def instance_id(master_id: str, original: times.EventTime) -> str:
    """`{master}_{YYYYMMDDTHHMMSSZ}` or `{master}_{YYYYMMDD}`."""
    return f"{master_id}_{key_of(original)}"


def split_id(event_id: str) -> tuple[str, str] | None:
    """Master id and suffix of an instance id; a `_R` suffix is a master's own, no instance."""
    found = _INSTANCE.match(event_id)
    return (found["master"], found["key"]) if found else None


def check(event: Event) -> None:
    """Refuse rules that cannot be expanded (400 `invalid`)."""
    if is_master(event):
        next(iter(_rules(event)), None)


def originals(
    master: Event, after: datetime | None = None, before: datetime | None = None
) -> Iterator[times.EventTime]:
    """Original starts in order, those between the two instants; both may be open."""
    span = times.span_of(master["start"], master["end"])
    for wall in _rules(master):
        start = times.at_local(wall, master["start"])
        begin = times.instant(start, "UTC")
        if before is not None and begin >= before + timedelta(days=1):
            return
        if after is None or begin + span >= after - timedelta(days=1):
            yield start


def has_original(master: Event, key: str) -> times.EventTime | None:
    """The original start that belongs to an instance suffix, if the series has it."""
    wall = _wall_of(key, master["start"])
    if wall is None or not _rules(master).between(wall, wall, inc=True):
        return None
    return times.at_local(wall, master["start"])


def instance(master: Event, original: times.EventTime) -> Event:
    """The instance as Google shows it while nobody has changed it."""
    span = times.span_of(master["start"], master["end"])
    event = {name: value for name, value in master.items() if name != "recurrence"}
    return {
        **event,
        "id": instance_id(master["id"], original),
        "start": original,
        "end": times.plus(original, span),
        "recurringEventId": master["id"],
        "originalStartTime": original,
    }


def cut_before(master: Event, original: times.EventTime) -> list[str]:
    """The recurrence that ends before `original`: first half of "this and following"."""
    if times.is_all_day(original):
        day = datetime.fromisoformat(original["date"]) - timedelta(days=1)
        until = day.strftime("%Y%m%d")
    else:
        moment = datetime.fromisoformat(original["dateTime"]).astimezone(UTC)
        until = (moment - timedelta(seconds=1)).strftime("%Y%m%dT%H%M%SZ")
    return [_with_until(line, until) for line in master["recurrence"]]


def rest_from(master: Event, original: times.EventTime) -> list[str]:
    """The recurrence of the second half: a COUNT keeps only what is left of it."""
    wall = times.local(original)
    gone = sum(1 for one in _rules(master) if one < wall) if _counts(master) else 0
    return [_COUNT.sub(lambda found: _left(found, gone), line) for line in master["recurrence"]]


def _left(found: re.Match[str], gone: int) -> str:
    return found[0].replace(found[1], str(int(found[1]) - gone))


def _counts(master: Event) -> bool:
    return any(_COUNT.search(line) for line in master["recurrence"])


def _with_until(line: str, until: str) -> str:
    if not line.upper().startswith("RRULE"):
        return line
    bare = _COUNT.sub("", re.sub(r";?UNTIL=[^;]*", "", line))
    return f"{bare};UNTIL={until}".replace(":;", ":")


def _wall_of(key: str, like: times.EventTime) -> datetime | None:
    if times.is_all_day(like) != ("T" not in key):
        return None
    if times.is_all_day(like):
        return datetime.strptime(key, "%Y%m%d")  # noqa: DTZ007 - a wall-clock day
    moment = datetime.strptime(key, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return moment.astimezone(times.zone_named(like["timeZone"])).replace(tzinfo=None)


def _rules(master: Event) -> rruleset:
    zone = master["start"].get("timeZone", "UTC")
    return _compiled(tuple(master["recurrence"]), times.local(master["start"]), zone)


@lru_cache(maxsize=4096)
def _compiled(lines: Sequence[str], start: datetime, zone: str) -> rruleset:
    rules = rruleset()
    try:
        # Google shows the start also where the rule leaves it out, and COUNT does not count it then; a rule that ended
        # before its start has no instance at all (docs/providers/google.md, Recurring events).
        if not _ended_before(lines, start, zone):
            rules.rdate(start)
        for line in lines:
            _add(rules, line, start, zone)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise invalid("Invalid recurrence rule.") from error
    return rules


def _ended_before(lines: Sequence[str], start: datetime, zone: str) -> bool:
    named = [line for line in lines if line.upper().startswith("RRULE")]
    ends = [_UNTIL.search(_UNTIL.sub(lambda until: _local_until(until, zone), line)) for line in named]
    return bool(ends) and all(end and f"{end[1]}{end[2]}" < f"{start:%Y%m%dT%H%M%S}" for end in ends)


def _add(rules: rruleset, line: str, start: datetime, zone: str) -> None:
    found = _LINE.match(line)
    if not found:
        raise ValueError(line)
    name, parameters, value = found[1].upper(), found[2], found[3]
    if name in {"RRULE", "EXRULE"}:
        text = _UNTIL.sub(lambda until: _local_until(until, zone), value)
        rule = rrulestr(text, dtstart=start, ignoretz=True)
        if not isinstance(rule, rrule):
            raise ValueError(line)
        (rules.rrule if name == "RRULE" else rules.exrule)(rule)
        return
    for one in value.split(","):
        wall = _wall_date(one, parameters, start, zone)
        (rules.rdate if name == "RDATE" else rules.exdate)(wall)


def _local_until(found: re.Match[str], zone: str) -> str:
    # dateutil compares UNTIL with the wall clock; a bare date means that whole day.
    day, clock, utc = found[1], found[2] or "T235959", found[3]
    wall = datetime.strptime(day + clock, "%Y%m%dT%H%M%S")  # noqa: DTZ007 - a wall-clock time
    if utc:
        wall = wall.replace(tzinfo=UTC).astimezone(times.zone_named(zone)).replace(tzinfo=None)
    return "UNTIL=" + wall.strftime("%Y%m%dT%H%M%S")


def _wall_date(text: str, parameters: str, start: datetime, zone: str) -> datetime:
    text = text.split("/", maxsplit=1)[0]
    if "T" not in text:
        day = datetime.strptime(text, "%Y%m%d")  # noqa: DTZ007 - a wall-clock day
        return day.replace(hour=start.hour, minute=start.minute, second=start.second)
    named = re.search(r"TZID=([^;:]+)", parameters)
    wall = datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - zone follows
    if not text.endswith("Z") and not named:
        return wall
    source = UTC if text.endswith("Z") else times.zone_named(named[1] if named else zone)
    return wall.replace(tzinfo=source).astimezone(times.zone_named(zone)).replace(tzinfo=None)
