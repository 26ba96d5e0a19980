"""A simulator with one account, signed in, on a clock that stands still; every message is judged by the schemas."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest

from chassis.clock import ManualClock
from simulators.exchange import ExchangeSettings, make_exchange_simulator
from tests.contract.exchange_simulator.driver import Exchange, Ingress
from tests.support.exchange_schemas import JUDGE


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))


@pytest.fixture
async def exchange(clock: ManualClock) -> AsyncIterator[Exchange]:
    """A simulator with one account in Berlin, signed in by Basic."""
    ingress, waits = Ingress(), list[float]()

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    settings = ExchangeSettings(seed=7, schemas=JUDGE)
    app = make_exchange_simulator(settings, sender=ingress, clock=clock, sleep=sleep)
    async with Exchange(app, clock, waits, ingress).signed_in() as exchange:
        yield exchange


@pytest.fixture
def later(clock: ManualClock) -> Callable[[float], None]:
    """Move the clock forward by seconds."""
    return lambda seconds: clock.advance(timedelta(seconds=seconds))
