"""How many writes are at a provider at once: more while it answers, half of them when it refuses (AIMD)."""

import pytest

from connector.adapters.guarded_calendar import ProviderAway
from connector.application.write_windows import WriteWindows
from connector.domain.provider.errors import Forbidden, Throttled
from connector.domain.scheduling.write_window import first_window
from tests.unit.connector.support import connection


def test_it_opens_by_one_with_each_answer_as_far_as_the_provider_stands() -> None:
    window = first_window(8)
    seen = []
    for _ in range(8):
        seen.append(window.slots)
        window = window.opened()
    assert seen == [2, 3, 4, 5, 6, 7, 8, 8]


def test_one_at_a_time_stays_one_at_a_time() -> None:
    window = first_window(1)
    assert (window.slots, window.opened().slots, window.halved().slots) == (1, 1, 1)


def test_a_refusal_halves_it_and_from_there_it_opens_by_one_for_a_window_of_answers() -> None:
    window = first_window(8)
    for _ in range(8):
        window = window.opened()
    window = window.halved()
    assert window.slots == 4
    for _ in range(3):
        window = window.opened()
    assert window.slots == 4
    for _ in range(2):
        window = window.opened()
    assert window.slots == 5


@pytest.mark.parametrize("error", [Throttled("quota"), ProviderAway("http_503")])
def test_what_is_refused_together_halves_it_once_and_is_remembered(error: Exception) -> None:
    windows = WriteWindows({"google": 8})
    window = windows.of(connection())
    for _ in range(8):
        with window.observing():
            pass
    for _ in range(5):
        with pytest.raises(type(error)), window.observing():
            raise error
    assert window.slots == 4
    assert windows.of(connection()).slots == 4
    assert windows.of(connection(id="c2")).slots == 2, "another connection's is its own"


def test_what_is_refused_for_another_reason_says_nothing_of_the_load() -> None:
    window = WriteWindows({"google": 8}).of(connection())
    with pytest.raises(Forbidden), window.observing():
        raise Forbidden("not_yours")
    assert window.slots == 2


def test_a_window_that_is_open_again_is_not_kept() -> None:
    windows = WriteWindows({"google": 2})
    window = windows.of(connection())
    with pytest.raises(Throttled), window.observing():
        raise Throttled("quota")
    for _ in range(3):
        with window.observing():
            pass
    assert not windows._held_back
