"""One Exchange server hangs: its own connections say so and lose nothing, all others go on as before (invariant 6)."""

import asyncio
import re
import statistics
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest

from sandbox.clients import EXCHANGE_PASSWORD, calendar_person
from tests.integration.connector.running import SECRET, Running
from tests.integration.connector.support import Account, Mapper, event_time

pytestmark = pytest.mark.parametrize("provider", ["exchange"], indirect=True)

HANGING = 5
ROUNDS = 60
HANGS = 3  # seconds: the time-out of a call in these tests


async def connected(one: Account, server: str) -> None:
    """Connect a user whose server goes by this name."""
    made = await one.post(password=EXCHANGE_PASSWORD, server_url=f"{server}/EWS/Exchange.asmx")
    told = await one.mapper.told(made["id"], lambda _: True)
    one.account_key, one.calendar_id = told.account_key, told.settings.calendar_id
    await one.mapper.replay(made["id"])
    await one.becomes(status="in_sync")


@asynccontextmanager
async def neighbours(ann: Account, running: Running, bootstrap: str, server: str) -> AsyncIterator[list[Account]]:
    """Connect users of other companies, all at one server."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=running.connector, timeout=20))
        found = []
        for number in range(HANGING):
            mapper = await stack.enter_async_context(Mapper(bootstrap, f"{ann.mapper.company}-{number}"))
            email = f"{number}-{ann.email}"
            person = calendar_person("exchange", ann.control, email)
            await person.sign_up(f"Bob {number}", "Europe/Berlin")
            bob = Account("exchange", http, ann.control, person, mapper, SECRET, email)
            await connected(bob, server)
            found.append(bob)
        yield found


async def seconds_to_write(ann: Account, rounds: int = ROUNDS) -> list[float]:
    """Return how long each of Ann's activities took to be written and answered."""
    loop, found = asyncio.get_running_loop(), []
    for _ in range(rounds):
        began = loop.time()
        answer = await ann.answer(ann.put())
        assert answer.outcome == "applied", answer
        found.append(loop.time() - began)
        await asyncio.sleep(0.1)  # over more than one attempt at the other server
    return found


async def held_for(running: Running) -> float:
    """Return how long the connector's event loop has been held so far, in seconds."""
    async with httpx.AsyncClient(base_url=running.connector) as http:
        text = (await http.get("/metrics")).text
    found = re.search(r"^tandem_event_loop_lag_seconds_sum (\S+)$", text, re.MULTILINE)
    assert found, text[:500]
    return float(found.group(1))


async def test_a_server_that_hangs_keeps_nobody_else_waiting(
    ann: Account, running: Running, kafka_bootstrap: str, record_property: Callable[[str, object], None]
) -> None:
    await connected(ann, running.simulators["exchange"])
    other = running.simulators["exchange"].replace("127.0.0.1", "localhost")
    async with neighbours(ann, running, kafka_bootstrap, other) as bobs:
        lag = await held_for(running)
        without = await seconds_to_write(ann)
        lag_without, lag = await held_for(running) - lag, await held_for(running)
        for bob in bobs:
            await bob.trap("fault.timeout_before", count=None, parameters={"seconds": 60})
            await bob.person.add(summary="Call", **event_time())
        during = await seconds_to_write(ann)
        lag_during = await held_for(running) - lag
        await ann.control.delete("/control/traps")
        told = {bob.email: (await bob.read())["last_problem"] for bob in bobs}
    figures = {
        "seconds to write without": statistics.median(without),
        "seconds to write during": statistics.median(during),
        "on average without": statistics.mean(without),
        "on average during": statistics.mean(during),
        "longest during": max(during),
        "loop held without": lag_without,
        "loop held during": lag_during,
    }
    for name, value in figures.items():
        record_property(name, value)
    # On a quiet machine a tenth at most; without `connector.application.command_queues`, three times as long.
    assert statistics.mean(during) <= 1.5 * statistics.mean(without) + 0.05, figures
    assert max(during) < HANGS, figures  # no batch waits for a time-out
    assert lag_during - lag_without < HANGS, figures  # no call is made on the event loop; `bench.hanging` measures it
    assert all(problem and problem["code"] == "timeout" for problem in told.values()), told
