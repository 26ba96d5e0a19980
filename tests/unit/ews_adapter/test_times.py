"""EWS's times: instants, zones by Windows' names, whole days in the zone in which they were made (3.6)."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from lxml import etree
from tzlocal.windows_tz import win_tz

from connector.adapters.providers.ews.events.times import read_time, written_time
from connector.adapters.providers.ews.xml import Element, t
from connector.domain.provider.zones import iana_zone, windows_zone
from contracts.times import AllDay, EventTime, Timed
from tests.unit.ews_adapter.items import item, snapshot, zone

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
SPRING = [
    ("W. Europe Standard Time", "Europe/Berlin", date(2026, 3, 29)),
    ("GMT Standard Time", "Europe/London", date(2026, 3, 29)),
    ("Eastern Standard Time", "America/New_York", date(2026, 3, 8)),
    ("Egypt Standard Time", "Africa/Cairo", date(2026, 4, 24)),
    ("W. Europe Standard Time", "Europe/Berlin", date(2026, 10, 25)),
    ("Eastern Standard Time", "America/New_York", date(2026, 11, 1)),
    ("New Zealand Standard Time", "Pacific/Auckland", date(2026, 9, 27)),
    ("Samoa Standard Time", "Pacific/Apia", date(2026, 6, 1)),
    ("Dateline Standard Time", "Etc/GMT+12", date(2026, 6, 1)),
]


def midnight(day: date, name: str) -> str:
    """Return when a day begins, as the wire has it."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(name)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def all_day(start: str, end: str, **zones: str | None) -> EventTime:
    """Return how a whole day reads."""
    return snapshot(item(Start=start, End=end, IsAllDayEvent="true", **zones)).fields.time


def wire(when: EventTime, days_zone: str = "Europe/Berlin") -> dict[str, str]:
    """Return what is written of a time."""
    return {etree.QName(one).localname: one.get("Id") or one.text or "" for one in written_time(when, days_zone)}


def back(when: EventTime, days_zone: str = "Europe/Berlin", written_zone: str | None = None) -> EventTime:
    """Return how what is written of a time reads."""
    raw: Element = t("CalendarItem", list(written_time(when, days_zone)))
    return read_time(raw, written_zone)


@pytest.mark.parametrize(("windows", "iana", "day"), SPRING)
def test_3_6_a_whole_day_is_that_day_also_when_the_clocks_change(windows: str, iana: str, day: date) -> None:
    after = day + timedelta(days=1)
    read = all_day(midnight(day, iana), midnight(after, iana), StartTimeZone=zone(windows), EndTimeZone=None)
    assert read == AllDay(start=day, end=after)


@pytest.mark.parametrize(("_windows", "iana", "day"), SPRING)
def test_3_6_whole_days_are_written_at_midnight_of_the_mailboxs_zone(_windows: str, iana: str, day: date) -> None:
    days = AllDay(start=day - timedelta(days=1), end=day + timedelta(days=2))
    assert back(days, iana) == days


@pytest.fixture(params=["Asia/Tokyo", "America/Los_Angeles"])
def machine_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Run in a zone of the machine."""
    monkeypatch.setitem(os.environ, "TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("machine_zone")
@pytest.mark.parametrize("name", ["tzone://Microsoft/Custom", "", "Unheard Of Standard Time"])
def test_3_6_days_of_an_unknown_zone_are_the_nearest_and_never_the_machines(name: str) -> None:
    unknown = {"StartTimeZone": zone(name), "EndTimeZone": zone(name, "EndTimeZone")}
    assert all_day("2026-11-08T23:00:00Z", "2026-11-09T23:00:00Z", **unknown) == AllDay(
        start=date(2026, 11, 9), end=date(2026, 11, 10)
    )
    assert all_day("2026-11-09T05:00:00Z", "2026-11-11T05:00:00Z", **unknown) == AllDay(
        start=date(2026, 11, 9), end=date(2026, 11, 11)
    )


@pytest.mark.parametrize("name", ["tzone://Microsoft/Custom", "", "Unheard Of Standard Time"])
def test_3_6_an_unknown_zone_fails_no_read(name: str) -> None:
    event = snapshot(item(StartTimeZone=zone(name), EndTimeZone=None))
    assert event.fields.time == Timed(
        start=datetime(2026, 11, 3, 11, tzinfo=UTC), end=datetime(2026, 11, 3, 12, tzinfo=UTC), timezone="UTC"
    )


def test_d6_where_the_starts_zone_is_unknown_the_ends_counts() -> None:
    event = snapshot(item(StartTimeZone=zone("tzone://Microsoft/Custom")))
    assert getattr(event.fields.time, "timezone", "") == "Europe/Berlin"


@pytest.mark.parametrize(
    ("windows", "iana"),
    [
        ("Alberta Standard Time", "America/Edmonton"),
        ("British Columbia Standard Time", "America/Vancouver"),
        ("Manitoba Standard Time", "America/Winnipeg"),
    ],
)
def test_3_6_the_zones_of_2026_are_known(windows: str, iana: str) -> None:
    if windows not in win_tz:
        pytest.skip(f"the tables of today have no {windows}")
    assert getattr(snapshot(item(StartTimeZone=zone(windows))).fields.time, "timezone", "") == iana


def test_3_6_every_zone_of_the_tables_is_known_and_comes_back() -> None:
    assert not [name for name in win_tz if iana_zone(name) is None]
    for name in win_tz.values():
        when = Timed(start=NOON, end=NOON + timedelta(hours=1), timezone=iana_zone(name) or "")
        assert wire(when)["StartTimeZone"] == windows_zone(name)
        assert back(when, written_zone=when.timezone) == when


def test_3_6_both_zones_are_written_with_every_time() -> None:
    when = Timed(
        start=datetime(2026, 11, 3, 8, tzinfo=UTC), end=datetime(2026, 11, 3, 9, tzinfo=UTC), timezone="Asia/Tokyo"
    )
    assert wire(when) == {
        "Start": "2026-11-03T17:00:00+09:00",
        "End": "2026-11-03T18:00:00+09:00",
        "IsAllDayEvent": "false",
        "StartTimeZone": "Tokyo Standard Time",
        "EndTimeZone": "Tokyo Standard Time",
    }


@pytest.mark.parametrize("hour", [0, 1])
def test_d6_an_hour_that_comes_twice_is_written_as_the_one_it_is(hour: int) -> None:
    start = datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
    when = Timed(start=start, end=start + timedelta(hours=1), timezone="Europe/Berlin")
    assert back(when, written_zone="Europe/Berlin") == when
    assert wire(when)["Start"].startswith("2026-10-25T02:30:00")


@pytest.mark.parametrize("name", ["Europe/Rome", "Pacific/Pago_Pago", "Antarctica/Troll", "UTC", "Asia/Kathmandu"])
def test_d6_a_zone_that_we_wrote_is_kept(name: str) -> None:
    when = Timed(start=datetime(2026, 11, 3, 8, tzinfo=UTC), end=datetime(2026, 11, 3, 9, tzinfo=UTC), timezone=name)
    assert back(when, written_zone=name) == when


def test_d6_a_zone_that_somebody_chose_since_counts() -> None:
    raw = item(StartTimeZone=zone("Tokyo Standard Time"))
    assert read_time(raw, "Europe/Rome").timezone == "Asia/Tokyo"  # type: ignore[union-attr]


def test_d6_times_without_an_offset_are_the_utc_that_was_asked_for() -> None:
    local = snapshot(item(Start="2026-11-03T11:00:00", End="2026-11-03T12:00:00.123"))
    assert local.fields.time == snapshot(item()).fields.time


def test_d6_an_end_before_the_start_counts_as_the_start() -> None:
    when = snapshot(item(End="2026-11-03T10:00:00Z")).fields.time
    assert when.end == when.start


def test_f2_a_whole_day_without_a_zone_at_all_is_utcs() -> None:
    no_zones = {"StartTimeZone": None, "EndTimeZone": None}
    days = all_day("2026-11-09T00:00:00Z", "2026-11-10T00:00:00Z", **no_zones)
    assert days == AllDay(start=date(2026, 11, 9), end=date(2026, 11, 10))
