"""A simulator with one account, signed in, on a clock that stands still; its answers are judged by the metadata."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest

from chassis.clock import ManualClock
from simulators.microsoft import MicrosoftSettings, make_microsoft_simulator
from tests.contract.microsoft_simulator.driver import METADATA, Ingress, Microsoft


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))


@pytest.fixture
async def microsoft(clock: ManualClock) -> AsyncIterator[Microsoft]:
    """A simulator with one work account in Berlin, signed in."""
    ingress, waits = Ingress(), list[float]()

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    settings = MicrosoftSettings(seed=7, metadata=METADATA if METADATA.exists() else None)
    app = make_microsoft_simulator(settings, sender=ingress, clock=clock, sleep=sleep)
    async with Microsoft(app, clock, waits, ingress).signed_in() as microsoft:
        yield microsoft


@pytest.fixture
def later(clock: ManualClock) -> Callable[[float], None]:
    """Move the clock forward by seconds."""
    return lambda seconds: clock.advance(timedelta(seconds=seconds))
