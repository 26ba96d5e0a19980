"""Whenever an item takes place and whenever it is edited: the edit crosses until the item has ended (D2)."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.times import AllDay, EventTime
from mapper.domain.model.schedules import schedule_of
from tests.support.bench import NOW, Bench, all_day, connection, timed

_MINUTES = st.integers(0, 3 * 24 * 60).map(lambda count: timedelta(minutes=count))
_TIMED = st.builds(lambda ahead, length: timed(NOW + ahead, length / timedelta(hours=1)), _MINUTES, _MINUTES)
_DAYS = st.builds(
    lambda ahead, days: all_day(NOW.date() + timedelta(days=ahead), days), st.integers(0, 3), st.integers(1, 4)
)


@settings(max_examples=60, derandomize=True, database=None)
@given(_TIMED | _DAYS, _MINUTES, st.sampled_from(["crm", "calendar"]), st.sampled_from(["crm", "calendar"]))
def test_d2_an_edit_crosses_until_the_item_has_ended(when: EventTime, later: timedelta, origin: str, side: str) -> None:
    bench = _linked(when, origin)
    bench.now = NOW + 2 * later
    if side == "crm":
        bench.crm(location="Room 4")
    else:
        bench.cal(location="Room 4")
    bench.settle()
    assert bench.event
    assert bench.activity
    crossed = bench.event.fields.location == bench.activity.location
    assert crossed == (not _has_ended(when, bench.now)), bench.decided.words
    assert bench.state() == (("active", None) if crossed else ("frozen", "past"))


def _linked(when: EventTime, origin: str) -> Bench:
    bench = Bench(connection(timezone="UTC"))
    if origin == "crm":
        bench.crm(schedule=schedule_of(when, None, "UTC"))
    else:
        bench.cal(time=when)
    bench.settle()
    assert bench.state() == ("active", None)
    return bench


def _has_ended(when: EventTime, moment: datetime) -> bool:
    if isinstance(when, AllDay):
        return moment.date() >= when.end
    return moment > when.start and moment >= when.end
