"""Dates, times, durations and zones (F2, D6)."""

from datetime import UTC, date, datetime

import pytest

from activity_store.domain.model.errors import InvalidError
from activity_store.domain.model.schedule import Span, check, local_date_of, span_of, time_on
from contracts.activities import Schedule


def schedule(**fields: str | None) -> Schedule:
    return Schedule.model_validate({"timezone": "UTC"} | fields)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "start", "end"),
    [
        ({"due_date": "2030-05-01", "due_time": "09:00"}, "2030-05-01T09:00", "2030-05-01T09:30"),
        ({"due_date": "2030-05-01", "due_time": "09:00", "duration": "26:15"}, "2030-05-01T09:00", "2030-05-02T11:15"),
        ({"due_date": "2030-05-01", "due_time": "09:00", "duration": "00:00"}, "2030-05-01T09:00", "2030-05-01T09:00"),
        ({"due_date": "2030-05-01"}, "2030-05-01T00:00", "2030-05-02T00:00"),
        ({"due_date": "2030-05-01", "duration": "72:00"}, "2030-05-01T00:00", "2030-05-04T00:00"),
        ({"due_date": "2030-05-01", "timezone": "Asia/Tokyo"}, "2030-04-30T15:00", "2030-05-01T15:00"),
        # the day on which the clocks go forward has 23 hours
        ({"due_date": "2030-03-31", "timezone": "Europe/Berlin"}, "2030-03-30T23:00", "2030-03-31T22:00"),
        # Lebanon skips midnight; fold=0 reads it with the offset before the change (PEP 495)
        ({"due_date": "2024-03-31", "timezone": "Asia/Beirut"}, "2024-03-30T22:00", "2024-03-31T21:00"),
        # Cuba doubles midnight; fold=0 is the first of the two
        ({"due_date": "2024-11-03", "timezone": "America/Havana"}, "2024-11-03T04:00", "2024-11-04T05:00"),
    ],
)
def test_when_it_takes_place(given: dict[str, str], start: str, end: str) -> None:
    assert span_of(schedule(**given)) == Span(utc(start), utc(end))


def test_undated_takes_no_time() -> None:
    """D4."""
    undated = schedule(duration="01:00")
    check(undated)
    assert (span_of(undated), local_date_of(undated)) == (None, None)


@pytest.mark.parametrize(
    ("given", "local"),
    [
        ({"due_date": "2030-05-01", "due_time": "23:30", "timezone": "Asia/Tokyo"}, "2030-05-02"),
        ({"due_date": "2030-05-01", "due_time": "02:00", "timezone": "America/New_York"}, "2030-04-30"),
        ({"due_date": "2030-05-01", "timezone": "America/New_York"}, "2030-05-01"),
    ],
)
def test_local_date(given: dict[str, str], local: str) -> None:
    assert local_date_of(schedule(**given)) == local


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"due_time": "09:00"}, "due_date"),
        ({"due_date": "2030-05-01", "timezone": "Mars/Phobos"}, "timezone"),
        ({"due_date": "2030-05-01", "timezone": "../etc/passwd"}, "timezone"),
        ({"due_date": "2030-05-01", "duration": "36:00"}, "duration"),
        ({"due_date": "2030-05-01", "duration": "00:00"}, "duration"),
        ({"due_date": "9999-12-31", "duration": "24:00"}, "due_date"),
        ({"due_date": "0001-01-01", "timezone": "Asia/Tokyo"}, "due_date"),
        ({"due_date": "9999-12-31", "due_time": "23:00", "duration": "00:30", "timezone": "Asia/Tokyo"}, "due_date"),
    ],
)
def test_contradictions_are_named(given: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        check(schedule(**given))
    assert [fault.field for fault in refused.value.faults] == [field]


@pytest.mark.parametrize(
    ("given", "day", "due_time"),
    [
        ({"due_date": "2026-03-22", "due_time": "08:00", "timezone": "Europe/Berlin"}, "2026-04-05", "07:00"),
        ({"due_date": "2026-04-05", "due_time": "07:00", "timezone": "Europe/Berlin"}, "2026-03-22", "08:00"),
        ({"due_date": "2026-03-22", "due_time": "08:00", "timezone": "Europe/Berlin"}, "2026-03-23", "08:00"),
        ({"due_date": "2026-03-22", "due_time": "08:00", "timezone": "UTC"}, "2026-04-05", "08:00"),
        # 19:30 in New York is on the next day in UTC in winter, and on the same in summer: the date given is UTC's
        ({"due_date": "2026-03-01", "due_time": "00:30", "timezone": "America/New_York"}, "2026-04-01", "23:30"),
        ({"due_date": "2026-04-01", "due_time": "23:30", "timezone": "America/New_York"}, "2026-03-01", "00:30"),
        ({"due_date": "2026-09-20", "due_time": "22:00", "timezone": "Australia/Sydney"}, "2026-10-10", "21:00"),
        # 02:30 is skipped when the clocks go forward, and comes twice when they go back (D6: fold 0)
        ({"due_date": "2026-03-22", "due_time": "01:30", "timezone": "Europe/Berlin"}, "2026-03-29", "01:30"),
        ({"due_date": "2026-10-20", "due_time": "00:30", "timezone": "Europe/Berlin"}, "2026-10-25", "00:30"),
        ({"due_date": "2026-03-22", "due_time": "08:00", "timezone": "Asia/Tokyo"}, "0001-01-01", "08:00"),
        ({"due_date": "2026-03-22", "due_time": "08:00", "timezone": "Asia/Tokyo"}, "9999-12-31", "08:00"),
        ({"due_date": "2026-03-22", "timezone": "Europe/Berlin"}, "2026-04-05", None),
        ({"timezone": "Europe/Berlin"}, "2026-04-05", None),
    ],
)
def test_f8_another_date_keeps_the_local_time(given: dict[str, str], day: str, due_time: str | None) -> None:
    before = schedule(**given)
    assert time_on(date.fromisoformat(day), before, before.timezone) == due_time
