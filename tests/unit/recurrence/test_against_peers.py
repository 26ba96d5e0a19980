"""E3: our expansion and that of recurring-ical-events and dateutil agree, on many rules and on real calendars."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
from dateutil.rrule import rrulestr

from connector.domain.provider.zones import iana_zone
from connector.domain.series.recurrence import UnexpandableRule, original_start
from contracts.times import AllDay, EventTime, Timed
from tests.unit.recurrence.series import days, expanded, moved, series, timed

REAL_CALENDARS = Path(__file__).parents[4] / "shared" / "data" / "ics"
WINDOW = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 6, 30, tzinfo=UTC))
RULES = [
    "FREQ=DAILY;INTERVAL=3",
    "FREQ=DAILY;COUNT=40;BYDAY=MO,TU,WE,TH,FR",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;WKST=SU",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=MO",
    "FREQ=WEEKLY;BYDAY=MO;BYMONTH=1,3",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=MONTHLY;BYMONTHDAY=31",
    "FREQ=MONTHLY;BYDAY=1MO,-1FR",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=MONTHLY;INTERVAL=2;COUNT=5",
    "FREQ=YEARLY",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
    "FREQ=YEARLY;BYDAY=20MO",
    "FREQ=YEARLY;BYWEEKNO=1,53;BYDAY=MO",
    "FREQ=YEARLY;BYYEARDAY=1,100,-1",
    "FREQ=HOURLY;INTERVAL=37",
    "FREQ=MINUTELY;INTERVAL=1440;COUNT=50",
    "FREQ=DAILY;UNTIL=20260601T120000Z",
    "FREQ=WEEKLY;UNTIL=20260329T100000Z;BYDAY=SU",
]
ZONES = ["Europe/Berlin", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe", "UTC"]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("first", ["2025-12-31T10:30:00", "2012-02-29T23:15:00"])
def test_timed_rules_agree_with_dateutil(rule: str, zone: str, first: str) -> None:
    local = datetime.fromisoformat(first)
    span = timed(local.replace(tzinfo=ZoneInfo(zone)).isoformat(), zone=zone)
    ours = [event.fields.time.start for event in expanded(series(span, f"RRULE:{rule}"), window=WINDOW)]
    assert ours == _by_dateutil(rule, local, zone)


def _by_dateutil(rule: str, local: datetime, zone: str) -> list[datetime]:
    parts = dict(part.split("=") for part in rule.split(";"))
    if "UNTIL" in parts:
        until = datetime.strptime(parts["UNTIL"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
        parts["UNTIL"] = until.strftime("%Y%m%dT%H%M%S")
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    made = rrulestr(text, dtstart=local).between(
        WINDOW[0].replace(tzinfo=None) - timedelta(days=3), WINDOW[1].replace(tzinfo=None) + timedelta(days=3), inc=True
    )
    instants = sorted({wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for wall in made})
    return [one for one in instants if one + timedelta(hours=1) > WINDOW[0] and one < WINDOW[1]]


@pytest.mark.parametrize("rule", [rule for rule in RULES if "HOURLY" not in rule and "MINUTELY" not in rule])
def test_all_day_rules_agree_with_dateutil(rule: str) -> None:
    first = datetime(2024, 2, 29)  # noqa: DTZ001 - a day, no instant
    events = expanded(series(days("2024-02-29", "2024-03-01"), f"RRULE:{rule}"), window=WINDOW)
    text = rule.replace("UNTIL=20260601T120000Z", "UNTIL=20260601").replace("UNTIL=20260329T100000Z", "UNTIL=20260329")
    begin, end = (one.replace(tzinfo=None) for one in WINDOW)
    made = rrulestr(text, dtstart=first).between(begin, end, inc=True)
    assert [event.fields.time.start for event in events if event.fields.time.start >= WINDOW[0].date()] == [
        one.date() for one in made
    ]


@pytest.mark.skipif(not REAL_CALENDARS.is_dir(), reason=f"the real calendar files are not at {REAL_CALENDARS}")
def test_real_calendars_agree_with_recurring_ical_events() -> None:
    compared = 0
    for path in sorted(REAL_CALENDARS.glob("*.ics")):
        for master, exceptions in _series_of(icalendar.Calendar.from_ical(path.read_bytes())):
            _compare(path.stem, master, exceptions)
            compared += 1
    assert compared > 20


def _series_of(calendar: Any) -> Iterator[tuple[Any, list[Any]]]:
    by_uid: dict[str, list[Any]] = {}
    for event in calendar.walk("VEVENT"):
        by_uid.setdefault(str(event.get("UID")), []).append(event)
    for events in by_uid.values():
        masters = [one for one in events if "RECURRENCE-ID" not in one and ("RRULE" in one or "RDATE" in one)]
        exceptions = [one for one in events if "RECURRENCE-ID" in one]
        if len(masters) == 1 and all(_time(one) is not None for one in events):
            yield masters[0], exceptions


def _time(event: Any) -> EventTime | None:
    try:
        start, end = event.start, event.end
    except (icalendar.InvalidCalendar, icalendar.IncompleteComponent):
        return None
    if not isinstance(start, datetime):
        return AllDay(start=start, end=max(end, start + timedelta(days=1)))
    zone = iana_zone(str(getattr(start.tzinfo, "key", start.tzinfo))) if start.tzinfo else None
    if zone is None or end.tzinfo is None or end < start:
        return None
    return Timed(start=start.astimezone(UTC), end=end.astimezone(UTC), timezone=zone)


def _compare(name: str, master: Any, exceptions: list[Any]) -> None:
    span = _time(master)
    assert span is not None
    lines = [
        line
        for line in master.to_ical().decode().replace("\r\n ", "").splitlines()
        if line.split(":")[0].split(";")[0] in {"RRULE", "RDATE", "EXDATE", "EXRULE"}
    ]
    first = span.start if isinstance(span, Timed) else datetime.combine(span.start, datetime.min.time(), UTC)
    window = (first - timedelta(days=30), first + timedelta(days=400))
    changed = [moved(_place(one, span), time) for one in exceptions if (time := _time(one)) is not None]
    try:
        theirs = [one.start for one in _theirs(master, exceptions, window)]
    except recurring_ical_events.BadRuleStringFormat:
        with pytest.raises(UnexpandableRule):
            expanded(series(span, *lines), *changed, window=window)
        return
    ours = [event.fields.time.start for event in expanded(series(span, *lines), *changed, window=window)]
    assert _inside(ours, window) == _inside(theirs, window), name


def _place(event: Any, master: EventTime) -> str:
    place = event["RECURRENCE-ID"].dt
    if not isinstance(place, datetime):
        return original_start(place)
    return (
        place.date().isoformat() if isinstance(master, AllDay) else place.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    )


def _theirs(master: Any, exceptions: list[Any], window: tuple[datetime, datetime]) -> list[Any]:
    calendar = icalendar.Calendar()
    for event in [master, *exceptions]:
        calendar.add_component(event)
    return list(recurring_ical_events.of(calendar).between(*window))


def _inside(starts: list[Any], window: tuple[datetime, datetime]) -> list[str]:
    """Return the starts away from the window's edges, where a plain day counts differently."""
    instants = [
        (one if isinstance(one, datetime) else datetime.combine(one, datetime.min.time(), UTC)) for one in starts
    ]
    first, last = window[0] + timedelta(days=2), window[1] - timedelta(days=2)
    return sorted(one.astimezone(UTC).isoformat() for one in instants if first < one < last)
