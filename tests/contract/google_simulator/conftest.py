"""A simulator with one account, signed in, on a clock that stands still."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from chassis.clock import ManualClock
from simulators.google import GoogleSettings, make_google_simulator
from tests.contract.google_simulator.driver import ANN, START, Google, Pushes


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
async def google(clock: ManualClock) -> AsyncIterator[Google]:
    """A simulator with one account in Berlin, signed in."""
    pushes, waits = Pushes(), []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    app = make_google_simulator(GoogleSettings(seed=7), sender=pushes, clock=clock, sleep=sleep)
    google = Google(app, clock, pushes)
    google.waits = waits
    await google.control("POST", "/accounts", {"email": ANN, "name": "Ann", "time_zone": "Europe/Berlin"})
    await google.sign_in()
    yield google
    await google.simulator.push.close()
    await google.http.aclose()


@pytest.fixture
def later(clock: ManualClock) -> Callable[[float], None]:
    """Move the clock forward by seconds."""
    return lambda seconds: clock.advance(timedelta(seconds=seconds))
