"""Background work is asked for as fast as the provider answers, and no faster (`make simulate-scale`)."""

from datetime import datetime, timedelta

import pytest

from connector.adapters.guarded_calendar import ProviderAway
from connector.application.rate_limiter import ADJUST_EVERY, PROBE_EVERY, RateLimiter
from connector.domain.provider.errors import Throttled
from connector.domain.scheduling.rate_limiter import LEAST, Rate, Responses, adjusted, full_rate
from tests.unit.connector.support import NOW

MOST = 100.0
SECOND = timedelta(seconds=1)


class HandClock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.moment = NOW

    def now(self) -> datetime:
        return self.moment


def refuse(limiter: RateLimiter, error: Exception, times: int) -> None:
    for _ in range(times):
        with pytest.raises(type(error)), limiter.observing("google"):
            raise error


def test_refusals_halve_the_rate_and_answers_raise_it_again_to_near_where_it_was_refused() -> None:
    slower = adjusted(full_rate(MOST), Responses(answered=50, refused=10), MOST)
    assert slower == Rate(MOST / 2, MOST)
    rates = [slower.rate]
    for _ in range(12):
        slower = adjusted(slower, Responses(answered=50), MOST)
        rates.append(slower.rate)
    assert rates == sorted(rates)
    assert rates[2] == 0.8 * MOST
    assert rates[3] - rates[2] == pytest.approx(0.02 * MOST)
    assert rates[-1] == MOST


def test_the_rate_never_ends_and_never_exceeds_the_most() -> None:
    rate = full_rate(MOST)
    for _ in range(30):
        rate = adjusted(rate, Responses(refused=9), MOST)
    assert rate.rate >= LEAST
    for _ in range(1000):
        rate = adjusted(rate, Responses(answered=9), MOST)
    assert rate.rate == MOST


@pytest.mark.parametrize("seen", [Responses(), Responses(refused=2), Responses(answered=1000, refused=40)])
def test_one_connections_trouble_is_not_its_providers(seen: Responses) -> None:
    assert adjusted(full_rate(MOST), seen, MOST) == full_rate(MOST)


def test_a_provider_that_does_not_answer_gets_probes_alone_until_one_is_answered() -> None:
    away = adjusted(full_rate(MOST), Responses(answered=1, unanswered=9), MOST)
    assert away == Rate(LEAST, MOST, away=True)
    assert adjusted(away, Responses(unanswered=1), MOST) == away
    assert adjusted(away, Responses(answered=1), MOST) == Rate(10.0, MOST)


def test_an_allowance_is_given_out_once_and_only_by_and_by() -> None:
    clock = HandClock()
    limiter = RateLimiter(clock, MOST)
    assert limiter.allowance("google") == 0
    clock.moment += SECOND / 4
    assert limiter.allowance("google") == 25
    limiter.spend("google", 20)
    assert limiter.allowance("google") == 5
    clock.moment += 3600 * SECOND
    assert limiter.allowance("google") == MOST


def test_a_clock_that_is_set_back_stops_nothing() -> None:
    clock = HandClock()
    limiter = RateLimiter(clock, MOST)
    limiter.allowance("google")
    clock.moment -= 3600 * SECOND
    assert limiter.allowance("google") == 0
    clock.moment += SECOND / 4
    assert limiter.allowance("google") == 25


def test_each_provider_has_a_tempo_of_its_own_from_what_it_answers() -> None:
    clock = HandClock()
    limiter = RateLimiter(clock, MOST)
    for provider in ("google", "graph"):
        limiter.allowance(provider)
    refuse(limiter, ProviderAway("timeout", ""), 3)
    clock.moment += ADJUST_EVERY
    assert limiter.allowance("google") == 0
    assert limiter.allowance("graph") == MOST
    assert [limiter.admits("graph"), limiter.admits("graph")] == [True, True]
    assert not limiter.admits("google")
    with limiter.observing("google"):
        pass
    clock.moment += ADJUST_EVERY
    limiter.allowance("google")
    assert [limiter.admits("google"), limiter.admits("google")] == [True, True]


def test_a_provider_that_does_not_answer_is_probed_by_one_call_in_a_while() -> None:
    clock = HandClock()
    limiter = RateLimiter(clock, MOST)
    limiter.allowance("google")
    refuse(limiter, ProviderAway("timeout", ""), 3)
    clock.moment += ADJUST_EVERY
    limiter.allowance("google")
    clock.moment += PROBE_EVERY
    assert [limiter.admits("google"), limiter.admits("google")] == [True, False]
    clock.moment += PROBE_EVERY
    assert limiter.admits("google")


def test_refusals_count_as_such() -> None:
    clock = HandClock()
    limiter = RateLimiter(clock, MOST)
    limiter.allowance("google")
    refuse(limiter, Throttled("slow", ""), 3)
    clock.moment += ADJUST_EVERY
    assert limiter.allowance("google") == MOST / 2
    assert limiter.admits("google")


def test_a_server_that_hangs_says_nothing_of_the_others_invariant_6() -> None:
    clock = HandClock()
    limiter = RateLimiter(clock, MOST)
    limiter.allowance("exchange")
    limiter.admits("exchange:mail.slow.example")
    for _ in range(3):
        with pytest.raises(ProviderAway), limiter.observing("exchange:mail.slow.example"):
            raise ProviderAway("timeout", "")
    clock.moment += ADJUST_EVERY
    asked = [limiter.admits("exchange:mail.slow.example") for _ in range(2)]
    assert asked == [False, False]
    assert limiter.admits("exchange:mail.other.example")
    assert limiter.allowance("exchange") == MOST
