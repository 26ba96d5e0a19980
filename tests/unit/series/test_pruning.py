"""D5: what ended well before the window is forgotten, and only that."""

from datetime import timedelta

from connector.adapters.providers.google.ids import instance_id
from connector.domain.event.window import window_at
from connector.domain.provider.items import deviation_id
from connector.domain.sync_state.documents import SeriesState, new_series_state
from connector.domain.sync_state.pruning import KEPT, over_before, without_past
from tests.unit.connector.support import NOW
from tests.unit.series.remembered import at, cancelled, days, exception, series

LATER = NOW + timedelta(days=30)
WINDOW = window_at(LATER, "Europe/Berlin", 180)


def known(*lines: str) -> SeriesState:
    one = new_series_state("c1", "cal", "x")
    return one.model_copy(update={"master": series("x", at(2), *(lines or ("RRULE:FREQ=DAILY",)))})


def ids(one: SeriesState) -> list[str]:
    left = without_past(one, WINDOW).deviations
    return [deviation_id(item) for item in left]


def test_what_ended_a_week_before_the_window_may_be_forgotten() -> None:
    assert over_before(WINDOW) == WINDOW.start - KEPT
    assert WINDOW.start < LATER


def test_exceptions_of_the_past_are_forgotten_those_of_the_window_kept() -> None:
    past, near = "2026-03-05T12:00:00Z", "2026-03-28T12:00:00Z"
    one = known().with_deviation(cancelled("x", past)).with_deviation(cancelled("x", near))
    assert ids(one) == [instance_id("x", near)]


def test_an_exception_moved_from_the_past_into_the_future_and_back_is_kept() -> None:
    ahead = exception("x", "2026-03-05T12:00:00Z", at(20, month=5))
    back = exception("x", "2026-05-20T12:00:00Z", at(5))
    assert len(ids(known().with_deviation(ahead).with_deviation(back))) == 2


def test_a_cancelled_stay_of_many_days_is_kept_until_it_would_be_over() -> None:
    long = series("x", days("2026-03-01", "2026-04-01"), "RRULE:FREQ=MONTHLY")
    one = known().model_copy(update={"master": long}).with_deviation(cancelled("x", "2026-03-01"))
    assert ids(one) == ["x_20260301"]


def test_a_series_with_nothing_to_forget_is_the_very_same() -> None:
    one = known().with_deviation(cancelled("x", "2026-04-28T12:00:00Z"))
    assert without_past(one, WINDOW) is one
