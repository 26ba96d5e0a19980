"""Series by themselves: rules, times, ids, neighbours (providers/graph.md 2.4; trap 10)."""

import pytest

from tests.contract.microsoft_simulator.driver import GraphFailure, Microsoft, daily
from tests.support.simulator_driver import Json, timed


async def test_series_are_whole_minutes(microsoft: Microsoft) -> None:
    """Trap 10: seconds are cut off for series, not for single events."""
    odd = {
        name: {"dateTime": f"2026-12-01T1{hour}:36:12.8650000", "timeZone": "Europe/Berlin"}
        for hour, name in enumerate(("start", "end"))
    }
    single = await microsoft.graph("POST", "/me/events", odd)
    series = await microsoft.graph("POST", "/me/events", odd | daily(2))
    assert single["start"]["dateTime"] == "2026-12-01T09:36:12.8650000"
    assert series["start"]["dateTime"] == "2026-12-01T09:36:00.0000000"


async def test_a_series_keeps_its_local_time_over_dst(microsoft: Microsoft) -> None:
    start = {
        name: {"dateTime": f"2026-10-24T1{hour}:00:00", "timeZone": "Europe/Berlin"}
        for hour, name in enumerate(("start", "end"))
    }
    weekly = daily(2)
    weekly["recurrence"]["range"]["startDate"] = "2026-10-24"
    master = await microsoft.graph("POST", "/me/events", start | weekly)
    window = {"startDateTime": "2026-10-01", "endDateTime": "2026-12-01"}
    rows = (await microsoft.graph("GET", f"/me/events/{master['id']}/instances", params=window))["value"]
    assert [row["start"]["dateTime"][5:16] for row in rows] == ["10-24T08:00", "10-25T09:00"]


async def test_recurrence_is_completed(microsoft: Microsoft) -> None:
    """Facts 2.4: every field is there in the answer; null ends the series."""
    master = await microsoft.create(**daily(3))
    assert master["recurrence"]["pattern"] == {
        "type": "daily",
        "interval": 1,
        "month": 0,
        "dayOfMonth": 0,
        "daysOfWeek": [],
        "firstDayOfWeek": "sunday",
        "index": "first",
    }
    assert master["recurrence"]["range"]["recurrenceTimeZone"] == "W. Europe Standard Time"
    single = await microsoft.graph("PATCH", f"/me/events/{master['id']}", {"recurrence": None})
    assert (single["type"], single["recurrence"]) == ("singleInstance", None)


async def test_the_start_moves_to_the_first_day_of_the_pattern(microsoft: Microsoft) -> None:
    """2026-12-01 is a Tuesday."""
    master = await microsoft.create(**daily(2, type="weekly", daysOfWeek=["thursday"]))
    assert master["start"]["dateTime"] == "2026-12-03T09:00:00.0000000"
    assert master["recurrence"]["range"]["startDate"] == "2026-12-03"


@pytest.mark.parametrize(
    "wrong",
    [
        {"pattern": {"type": "weekly", "interval": 1}},
        {"pattern": {"type": "absoluteMonthly", "interval": 1}},
        {"range": {"type": "endDate", "startDate": "2026-12-01"}},
        {"range": {"type": "noEnd", "startDate": "2026-12-02"}},
        {"range": {"type": "endDate", "startDate": "2026-12-01", "endDate": "2026-11-01"}},
        {"pattern": None},
    ],
    ids=str,
)
async def test_impossible_recurrences(microsoft: Microsoft, wrong: Json) -> None:
    with pytest.raises(GraphFailure) as error:
        await microsoft.create(recurrence=daily()["recurrence"] | wrong)
    assert error.value.refusal == (400, "ErrorInvalidRequest")


async def test_occurrences_do_not_cross(microsoft: Microsoft) -> None:
    """Facts 2.4: an exception may not pass its neighbour."""
    _, ids = await microsoft.series()
    await microsoft.graph("PATCH", f"/me/events/{ids[1]}", timed(2, 18))
    with pytest.raises(GraphFailure) as error:
        await microsoft.graph("PATCH", f"/me/events/{ids[1]}", timed(4))
    assert error.value.refusal == (400, "ErrorOccurrenceCrossingBoundary")


async def test_an_occurrences_own_recurrence_is_refused(microsoft: Microsoft) -> None:
    _, ids = await microsoft.series()
    with pytest.raises(GraphFailure) as error:
        await microsoft.graph("PATCH", f"/me/events/{ids[1]}", daily())
    assert error.value.refusal[0] == 400


async def test_uids(microsoft: Microsoft) -> None:
    """Facts 2.3: iCalUId differs for each occurrence, uid is the series' own."""
    master, ids = await microsoft.series(2)
    rows = [await microsoft.graph("GET", f"/me/events/{one}") for one in ids]
    assert len({master["iCalUId"], *(row["iCalUId"] for row in rows)}) == 3
    assert {row["uid"] for row in rows} == {master["uid"]}
