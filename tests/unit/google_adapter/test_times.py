"""D6: times as Google tells them: DST, both sides of the date line, days, aliases, the ends of the calendar."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chassis.errors import Rejected
from connector.adapters.providers.google.writing import holdable
from connector.domain.provider.items import EventRead, Unreadable
from connector.domain.provider.zones import iana_zone
from contracts.calendar_objects import EventChanges
from contracts.times import AllDay, Timed
from tests.unit.google_adapter.resources import read, snapshot


def local(text: str, zone: str) -> dict[str, str]:
    """A time without an offset, as an import brings it in."""
    return {"dateTime": text, "timeZone": zone}


@pytest.mark.parametrize(
    ("text", "zone", "utc"),
    [
        ("2026-03-29T02:30:00", "Europe/Berlin", "2026-03-29T01:30"),  # does not exist: fold 0 goes on with winter time
        ("2026-10-25T02:30:00", "Europe/Berlin", "2026-10-25T00:30"),  # twice: the first, in summer time
        ("2026-03-08T02:30:00", "America/New_York", "2026-03-08T07:30"),
        ("2026-11-01T01:30:00", "America/New_York", "2026-11-01T05:30"),
        ("2026-10-04T02:15:00", "Australia/Lord_Howe", "2026-10-03T15:45"),  # a gap of half an hour
        ("2026-04-05T01:45:00", "Australia/Lord_Howe", "2026-04-04T14:45"),
        ("2026-09-06T00:30:00", "America/Santiago", "2026-09-06T04:30"),  # midnight itself does not exist
        ("2026-01-01T00:30:00", "Pacific/Kiritimati", "2025-12-31T10:30"),  # UTC+14
        ("2025-12-31T23:30:00", "Pacific/Niue", "2026-01-01T10:30"),  # UTC-11: the same hour of another year
    ],
)
def test_d6_a_local_time_becomes_its_instant_by_pep_495(text: str, zone: str, utc: str) -> None:
    event = snapshot(start=local(text, zone), end=local(text, zone))
    assert event.fields.time.start.isoformat()[:16] == utc
    assert isinstance(event.fields.time, Timed)
    assert event.fields.time.timezone == zone


def test_d6_an_event_over_midnight_and_new_year_keeps_both_instants() -> None:
    event = snapshot(
        start=local("2026-12-31T23:30:00", "Europe/Berlin"), end=local("2027-01-01T00:30:00", "Europe/Berlin")
    )
    start = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)
    assert event.fields.time == Timed(start=start, end=start + timedelta(hours=1), timezone="Europe/Berlin")


def test_d6_an_event_over_a_dst_change_keeps_both_instants() -> None:
    event = snapshot(
        start=local("2026-03-28T22:00:00", "Europe/Berlin"), end=local("2026-03-29T06:00:00", "Europe/Berlin")
    )
    assert event.fields.time.end - event.fields.time.start == timedelta(hours=7)


def test_d6_days_are_days_in_any_zone_and_several_stay_several() -> None:
    days = {"start": {"date": "2026-12-30"}, "end": {"date": "2027-01-02"}}
    wanted = AllDay(start=date(2026, 12, 30), end=date(2027, 1, 2))
    zones = ("Pacific/Kiritimati", "UTC", "Pacific/Niue")
    assert [snapshot(zone, **days).fields.time for zone in zones] == [wanted] * 3


@pytest.mark.parametrize(
    ("alias", "zone"),
    [
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("US/Eastern", "America/New_York"),
        ("Etc/UTC", "UTC"),
        ("India Standard Time", "Asia/Kolkata"),
        ("W. Europe Standard Time", "Europe/Berlin"),
    ],
)
def test_d6_a_zone_renamed_to_its_alias_is_no_change(alias: str, zone: str) -> None:
    one, other = (
        snapshot(start=local("2026-11-03T12:00:00", name), end=local("2026-11-03T13:00:00", name))
        for name in (alias, zone)
    )
    assert (one.fields.time, one.hash) == (other.fields.time, other.hash)
    written = holdable(EventChanges(time=one.fields.time.model_copy(update={"timezone": alias})))
    assert written.time == one.fields.time


@pytest.mark.parametrize("zone", ["Europe/Oslo", "Europe/Berlin", "Atlantic/Reykjavik", "EST", "UTC", "Etc/GMT+5"])
def test_d6_a_zone_of_its_own_is_kept(zone: str) -> None:
    assert iana_zone(zone) == zone


EXTREME: list[dict[str, Any]] = [
    {"start": {"date": "9999-12-31"}, "end": {"date": "9999-12-31"}},
    {"start": {"date": "9999-12-30"}, "end": {"date": "9999-12-31"}},
    {"start": {"date": "0001-01-01"}, "end": {"date": "0001-01-02"}},
    {"start": local("9999-12-31T23:00:00", "Pacific/Niue"), "end": local("9999-12-31T23:30:00", "Pacific/Niue")},
    {"start": local("0001-01-01T00:00:00", "Asia/Tokyo"), "end": local("0001-01-01T01:00:00", "Asia/Tokyo")},
    {"start": {"date": "2026-11-03"}, "end": {"date": "9998-01-01"}},
]


@pytest.mark.parametrize("times", EXTREME)
def test_d6_a_date_that_cannot_be_computed_with_is_refused_with_a_reason(times: dict[str, Any]) -> None:
    item = read(**times)
    assert isinstance(item, Unreadable)
    assert "malformed" not in item.reason
    assert item.reason


@pytest.mark.parametrize("day", ["0002-01-01", "9998-12-30"])
def test_d6_dates_inside_these_bounds_are_read(day: str) -> None:
    assert isinstance(read(start={"date": day}, end={"date": day}), EventRead)


@pytest.mark.parametrize("year", [1, 9999])
def test_d6_what_could_not_be_read_back_is_not_written_either(year: int) -> None:
    moment = datetime(year, 12, 31, 12, tzinfo=UTC)
    with pytest.raises(Rejected) as caught:
        holdable(EventChanges(time=Timed(start=moment, end=moment, timezone="UTC")))
    assert caught.value.code == "date_out_of_range"
