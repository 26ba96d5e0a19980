"""E3: series that a person makes at the simulated server, and the adapter reads, expand as a second engine says."""

import re
from dataclasses import replace
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from connector.adapters.providers.instances import instance_id
from connector.domain.provider.items import SeriesRead
from connector.domain.series.recurrence import expand
from contracts.calendar_objects import EventChanges
from contracts.times import AllDay, EventTime, Timed
from tests.contract.providers.exchange_stage import exchange_stage
from tests.contract.providers.stage import Planned, pull
from tests.unit.ews_adapter.generated_series import WINDOW, ZONES, Generated, generated
from tests.unit.ews_adapter.test_expansion import in_window, theirs

EACH = 12
_DAY_31 = re.compile(r"BYMONTHDAY=28(?:,\d+)*,(\d+);BYSETPOS=-1")
"""What a person says as the 31st; Exchange takes the last day of shorter months."""


@pytest.mark.parametrize("name", ZONES)
async def test_e3_series_of_a_person_expand_as_a_second_engine_expands_them(name: str) -> None:
    plans = [replace(generated(number, name), gone=(), moved={}) for number in range(EACH)]
    async with exchange_stage() as stage:
        made = {await stage.create(_planned(one)): one for one in plans}
        items, _ = await pull(stage)
    read = {one.event.event_id: one for one in items if isinstance(one, SeriesRead)}
    for series_id, series in made.items():
        events = expand(
            read[series_id], (), window_start=WINDOW[0], window_end=WINDOW[1], occurrence_id=instance_id
        ).events
        ours = [span for event in events if (span := in_window(event.fields.time))]
        assert sorted(ours) == sorted(theirs(series)), (series.rule, read[series_id].recurrence)


def _planned(series: Generated) -> Planned:
    content = EventChanges(summary=series.name, time=_time(series))
    rule = _DAY_31.sub(r"BYMONTHDAY=\1", series.rule)
    return Planned(content, recurrence=(f"RRULE:{rule}",))


def _time(series: Generated) -> EventTime:
    if series.all_day:
        return AllDay(start=series.first.date(), end=(series.first + series.length).date())
    start = series.first.replace(tzinfo=ZoneInfo(series.zone)).astimezone(UTC)
    return Timed(start=start, end=start + series.length, timezone=series.zone)
