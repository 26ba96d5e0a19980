"""A simulator with one account, signed in, on a clock that stands still."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from chassis.clock import ManualClock
from simulators.google import GoogleSettings, make_google_simulator
from tests.contract.google_simulator.driver import START, Google, Pushes


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
async def google(clock: ManualClock) -> AsyncIterator[Google]:
    """A simulator with one account in Berlin, signed in."""
    pushes, waits = Pushes(), list[float]()

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    app = make_google_simulator(GoogleSettings(seed=7), sender=pushes, clock=clock, sleep=sleep)
    async with Google(app, clock, waits, pushes).signed_in() as google:
        yield google


@pytest.fixture
def later(clock: ManualClock) -> Callable[[float], None]:
    """Move the clock forward by seconds."""
    return lambda seconds: clock.advance(timedelta(seconds=seconds))
