"""Times as they are written (D6): what a wall clock cannot say is said in UTC, and keeps its zone."""

from datetime import UTC, datetime, timedelta

import pytest

from connector.adapters.providers.graph.events.times import read_time, write_time
from contracts.times import Timed

SECOND_HALF_PAST_TWO = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
"""Berlin's clocks show half past two for the second time."""


@pytest.mark.parametrize("before", [timedelta(0), timedelta(hours=1), timedelta(hours=2)])
def test_d6_an_hour_that_comes_twice_is_written_as_the_one_that_is_meant(before: timedelta) -> None:
    start = SECOND_HALF_PAST_TWO - before
    time = Timed(start=start, end=start + timedelta(hours=1), timezone="Europe/Berlin")
    body = write_time(time)
    shown = body | {"originalStartTimeZone": body["start"]["timeZone"]}
    assert read_time(shown, "Europe/Berlin") == time
