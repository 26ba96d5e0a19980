"""One connection's backlog of writes keeps no other connection waiting (invariant 6)."""

import asyncio
import statistics
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from contracts.calendar_events import CalendarCommandSettled
from sandbox.clients import calendar_person, succeeded
from tests.integration.connector.running import SECRET, Running
from tests.integration.connector.support import Account, Mapper

pytestmark = pytest.mark.parametrize("provider", ["google"], indirect=True)

BACKLOG = 300
ROUNDS = 15
LATENCY = 50
"""Milliseconds of a call: one after the other, the backlog would take 15 s, and a batch of it 10."""


@asynccontextmanager
async def colleague(ann: Account, running: Running, bootstrap: str) -> AsyncIterator[Account]:
    """Connect a user of another company."""
    async with (
        httpx.AsyncClient(base_url=running.connector, timeout=20) as http,
        Mapper(bootstrap, f"{ann.mapper.company}-other") as mapper,
    ):
        email = f"bob-{ann.email}"
        person = calendar_person("google", ann.control, email)
        await person.sign_up("Bob", "Europe/Berlin")
        bob = Account("google", http, ann.control, person, mapper, SECRET, email)
        await bob.connect()
        yield bob


async def seconds_to_write(ann: Account) -> list[float]:
    """Return how long each of Ann's activities took to be written and answered."""
    loop, found = asyncio.get_running_loop(), []
    for _ in range(ROUNDS):
        began = loop.time()
        answer = await ann.answer(ann.put())
        assert answer.outcome == "applied", answer
        found.append(loop.time() - began)
    return found


async def test_a_backlog_keeps_nobody_else_waiting_and_all_of_it_is_written_once(
    ann: Account, running: Running, kafka_bootstrap: str, record_property: Callable[[str, object], None]
) -> None:
    await ann.connect()
    async with colleague(ann, running, kafka_bootstrap) as bob:
        succeeded(await ann.control.patch("/control/settings", json={"latency_ms": LATENCY}))
        try:
            without = await seconds_to_write(ann)
            puts = [bob.put() for _ in range(BACKLOG)]
            await asyncio.gather(*map(bob.mapper.command, puts))
            during = await seconds_to_write(ann)
            answers = await bob.mapper.wait_for(CalendarCommandSettled, BACKLOG, within=60)
        finally:
            succeeded(await ann.control.patch("/control/settings", json={"latency_ms": 0}))
        assert {one.command_id for one in answers} == {one.command_id for one in puts}
        assert {one.outcome for one in answers} == {"applied"}
        assert len(await bob.person.events()) == BACKLOG
    figures = {"without": statistics.median(without), "during": statistics.median(during), "longest": max(during)}
    for name, value in figures.items():
        record_property(name, value)
    # Two cores do both, so that the median says how busy they are; a batch of the backlog would have taken 10 s.
    assert max(during) < 5, figures
    assert statistics.median(during) <= 3 * statistics.median(without) + 0.3, figures
