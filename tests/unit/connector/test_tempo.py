"""Background work is asked for as fast as the provider answers, and no faster (`make simulate-scale`)."""

from datetime import datetime, timedelta

import pytest

from connector.adapters.guarded_calendar import ProviderAway
from connector.application.rate_limiter import ADJUST_EVERY, PROBE_EVERY, Tempos
from connector.domain.provider.errors import Throttled
from connector.domain.scheduling.rate_limiter import LEAST, Seen, Tempo, adjusted, at_most
from tests.unit.connector.support import NOW

MOST = 100.0
SECOND = timedelta(seconds=1)


class HandClock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.moment = NOW

    def now(self) -> datetime:
        return self.moment


def refuse(tempos: Tempos, error: Exception, times: int) -> None:
    for _ in range(times):
        with pytest.raises(type(error)), tempos.watching("google"):
            raise error


def test_refusals_halve_the_rate_and_answers_raise_it_again_to_near_where_it_was_refused() -> None:
    slower = adjusted(at_most(MOST), Seen(answered=50, refused=10), MOST)
    assert slower == Tempo(MOST / 2, MOST)
    rates = [slower.rate]
    for _ in range(12):
        slower = adjusted(slower, Seen(answered=50), MOST)
        rates.append(slower.rate)
    assert rates == sorted(rates)
    assert rates[2] == 0.8 * MOST
    assert rates[3] - rates[2] == pytest.approx(0.02 * MOST)
    assert rates[-1] == MOST


def test_the_rate_never_ends_and_never_exceeds_the_most() -> None:
    tempo = at_most(MOST)
    for _ in range(30):
        tempo = adjusted(tempo, Seen(refused=9), MOST)
    assert tempo.rate >= LEAST
    for _ in range(1000):
        tempo = adjusted(tempo, Seen(answered=9), MOST)
    assert tempo.rate == MOST


@pytest.mark.parametrize("seen", [Seen(), Seen(refused=2), Seen(answered=1000, refused=40)])
def test_one_connections_trouble_is_not_its_providers(seen: Seen) -> None:
    assert adjusted(at_most(MOST), seen, MOST) == at_most(MOST)


def test_a_provider_that_does_not_answer_gets_probes_alone_until_one_is_answered() -> None:
    away = adjusted(at_most(MOST), Seen(answered=1, unanswered=9), MOST)
    assert away == Tempo(LEAST, MOST, away=True)
    assert adjusted(away, Seen(unanswered=1), MOST) == away
    assert adjusted(away, Seen(answered=1), MOST) == Tempo(10.0, MOST)


def test_an_allowance_is_given_out_once_and_only_by_and_by() -> None:
    clock = HandClock()
    tempos = Tempos(clock, MOST)
    assert tempos.allowance("google") == 0
    clock.moment += SECOND / 4
    assert tempos.allowance("google") == 25
    tempos.spend("google", 20)
    assert tempos.allowance("google") == 5
    clock.moment += 3600 * SECOND
    assert tempos.allowance("google") == MOST


def test_a_clock_that_is_set_back_stops_nothing() -> None:
    clock = HandClock()
    tempos = Tempos(clock, MOST)
    tempos.allowance("google")
    clock.moment -= 3600 * SECOND
    assert tempos.allowance("google") == 0
    clock.moment += SECOND / 4
    assert tempos.allowance("google") == 25


def test_each_provider_has_a_tempo_of_its_own_from_what_it_answers() -> None:
    clock = HandClock()
    tempos = Tempos(clock, MOST)
    for provider in ("google", "graph"):
        tempos.allowance(provider)
    refuse(tempos, ProviderAway("timeout", ""), 3)
    clock.moment += ADJUST_EVERY
    assert tempos.allowance("google") == 0
    assert tempos.allowance("graph") == MOST
    assert [tempos.admits("graph"), tempos.admits("graph")] == [True, True]
    assert not tempos.admits("google")
    with tempos.watching("google"):
        pass
    clock.moment += ADJUST_EVERY
    tempos.allowance("google")
    assert [tempos.admits("google"), tempos.admits("google")] == [True, True]


def test_a_provider_that_does_not_answer_is_probed_by_one_call_in_a_while() -> None:
    clock = HandClock()
    tempos = Tempos(clock, MOST)
    tempos.allowance("google")
    refuse(tempos, ProviderAway("timeout", ""), 3)
    clock.moment += ADJUST_EVERY
    tempos.allowance("google")
    clock.moment += PROBE_EVERY
    assert [tempos.admits("google"), tempos.admits("google")] == [True, False]
    clock.moment += PROBE_EVERY
    assert tempos.admits("google")


def test_refusals_count_as_such() -> None:
    clock = HandClock()
    tempos = Tempos(clock, MOST)
    tempos.allowance("google")
    refuse(tempos, Throttled("slow", ""), 3)
    clock.moment += ADJUST_EVERY
    assert tempos.allowance("google") == MOST / 2
    assert tempos.admits("google")
