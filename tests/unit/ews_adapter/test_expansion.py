"""E3: series of Exchange Server expand as recurring-ical-events expands the same ones.

300 of them, made by chance, in seven zones over three years: the days on which clocks change among them.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from icalendar import Calendar, Event, vRecur

from connector.adapters.providers.ews.recurring.series import modified_occurrences, read_series
from connector.adapters.providers.instances import instance_id
from connector.domain.provider.items import SeriesRead, deviation_id
from connector.domain.series.recurrence import expand
from contracts.calendar_objects import EventSnapshot
from contracts.times import AllDay, EventTime, Timed
from tests.unit.ews_adapter.generated_series import WINDOW, ZONES, Generated, generated, wire
from tests.unit.ews_adapter.items import CALENDAR, deleted, item, master, modified

EACH = 43
"""In each of seven zones: 301."""
Span = tuple[str, str]


@pytest.mark.parametrize("number", range(EACH))
@pytest.mark.parametrize("name", ZONES)
def test_e3_series_expand_as_a_second_engine_expands_them(name: str, number: int) -> None:
    series = generated(number, name)
    assert sorted(ours(series)) == sorted(theirs(series)), series.rule


def test_the_days_on_which_clocks_change_are_among_them() -> None:
    hours = {
        (name, one.first.hour)
        for name in ZONES
        for one in (generated(number, name) for number in range(EACH))
        if not one.all_day
    }
    assert {("Europe/Berlin", 2), ("America/New_York", 2), ("Africa/Cairo", 0), ("Australia/Lord_Howe", 2)} <= hours
    assert sum(len(theirs(generated(number, name))) for name in ZONES for number in range(3)) > 500


def ours(series: Generated) -> list[Span]:
    """Return what the adapter reads and the connector expands."""
    rows = [
        {
            "id": f"moved{number}",
            "start": wire(start, series.zone),
            "end": wire(start + series.length, series.zone),
            "original": wire(place, series.zone),
        }
        for number, (place, start) in enumerate(series.moved.items())
    ]
    changes = {"ModifiedOccurrences": modified(*rows)} if rows else {}
    if series.gone:
        changes["DeletedOccurrences"] = deleted(*(wire(place, series.zone) for place in series.gone))
    raw = master(None, None, **{**series.properties(), **changes})
    shown = {one["id"]: one for one in rows}
    found = {
        one: item(
            **{
                **series.properties(),
                "Recurrence": None,
                "CalendarItemType": "Exception",
                "Start": shown[one.item_id]["start"],
                "End": shown[one.item_id]["end"],
            }
        )
        for one in modified_occurrences(raw, WINDOW[0])
    }
    read = read_series(raw, CALENDAR, found)
    assert isinstance(read, SeriesRead), read
    events = expand(
        read, read.exceptions or (), window_start=WINDOW[0], window_end=WINDOW[1], occurrence_id=instance_id
    ).events
    lengths = {one.fields.time.end - one.fields.time.start for one in events if not _is_moved(one, read)}
    assert lengths <= {read.event.fields.time.end - read.event.fields.time.start}
    return [span for event in events if (span := in_window(event.fields.time))]


def _is_moved(event: EventSnapshot, series: SeriesRead) -> bool:
    return event.event_id in {deviation_id(one) for one in series.exceptions or ()}


def theirs(series: Generated) -> list[Span]:
    """Return what recurring-ical-events makes of it."""
    calendar = Calendar()
    for event in components(series):
        calendar.add_component(event)
    found = recurring_ical_events.of(calendar).between(*WINDOW)
    times = (time_of(one.start, one.end, series.zone) for one in found)
    return [span for time in times if (span := in_window(time))]


def components(series: Generated) -> Iterator[Event]:
    """Yield the series as iCalendar has it: a master, and its moved occurrences."""
    whole = component(series, series.first)
    whole.add("RRULE", vRecur.from_ical(series.rule))
    for place in series.gone:
        whole.add("EXDATE", moment(place, series))
    yield whole
    for place, start in series.moved.items():
        changed = component(series, start)
        changed.add("RECURRENCE-ID", moment(place, series))
        yield changed


def component(series: Generated, start: datetime) -> Event:
    event = Event()
    event.add("UID", "series")
    event.add("DTSTAMP", datetime(2026, 1, 1, tzinfo=UTC))
    event.add("DTSTART", moment(start, series))
    event.add("DURATION", series.length)
    return event


def moment(wall: datetime, series: Generated) -> object:
    return wall.date() if series.all_day else wall.replace(tzinfo=ZoneInfo(series.zone))


def time_of(start: object, end: object, zone: str) -> EventTime:
    if isinstance(start, datetime) and isinstance(end, datetime):
        begin = start.astimezone(UTC)
        return Timed(start=begin, end=max(begin, end.astimezone(UTC)), timezone=zone)
    return AllDay.model_validate({"start": start, "end": end})


def in_window(when: EventTime) -> Span | None:
    """Return an event as texts where it begins well inside of the window: its edges are no question.

    Of a timed one the start: the second engine counts lengths in the wall clock, where RFC 5545 (3.8.5.3) has the exact
    one, which differs on the days on which clocks change.
    """
    if isinstance(when, AllDay):
        return (str(when.start), str(when.end)) if WINDOW[0].date() < when.start < WINDOW[1].date() else None
    return (str(when.start), "") if WINDOW[0] < when.start < WINDOW[1] else None
