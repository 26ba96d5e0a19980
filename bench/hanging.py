"""`python -m bench.hanging`: what five hanging mailboxes of one Exchange server cost somebody else (invariant 6).

Every part of the sandbox is a process of its own, so that the event loop's lag is the connector's alone. Printed are
the seconds from creating an activity until its link says that it is written, and how late the connector's timers rang
in all, each without and with hanging mailboxes. ROUNDS says how many activities, HANGING how many mailboxes.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import mean, median
from tempfile import TemporaryDirectory
from time import perf_counter

from prometheus_client.parser import text_string_to_metric_families

from chassis.zone_data import use_pinned_zones
from tests.support.sandboxes import Sandbox, empty_sandbox
from tests.support.stories import World, call, connected

_BETWEEN_SECONDS = 0.1
_SETTLED_SECONDS = 5.0
_LAG = "tandem_event_loop_lag_seconds_sum"


@asynccontextmanager
async def neighbours(running: Sandbox, address: str, count: int) -> AsyncIterator[Sequence[World]]:
    """Connect users of other companies, whose mailboxes are all at a server of another name."""
    about = {"server_url": f"{address.replace('127.0.0.1', 'localhost')}/EWS/Exchange.asmx"}
    async with AsyncExitStack() as stack:
        names = [f"hanging-{number}" for number in range(count)]
        yield [await stack.enter_async_context(connected(running.folder, name, **about)) for name in names]


async def hang(world: World) -> None:
    """Let every call for this mailbox time out from now on, and give the connector a reason to call."""
    trap = {
        "trap": "fault.timeout_before",
        "account": world.calendar.email,
        "count": None,
        "parameters": {"seconds": 60},
    }
    (await world.calendar.simulator.post("/control/traps", json=trap)).raise_for_status()
    await world.sales.add(**call("Nobody hears"))


async def lag(world: World) -> float:
    """Return by how many seconds timers of the connector's event loop have rung too late so far."""
    text = (await world.sales.connector.get("/metrics")).text
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return next(sample.value for sample in samples if sample.name == _LAG)


async def writes(world: World, rounds: int) -> tuple[list[float], float]:
    """Return the seconds that each of so many activities took to be linked, and the lag in the meantime."""
    before, found = await lag(world), []
    for number in range(rounds):
        began = perf_counter()
        await world.event_of(await world.sales.add(**call(f"Call {number}")))
        found.append(perf_counter() - began)
        await asyncio.sleep(_BETWEEN_SECONDS)
    return found, await lag(world) - before


async def _measure(running: Sandbox, rounds: int, count: int) -> None:
    async with connected(running.folder, "goes-on") as world:
        address = world.settings["SANDBOX_EXCHANGE_URL"]
        async with neighbours(running, address, count) as others:
            await asyncio.sleep(_SETTLED_SECONDS)
            _say("without", *await writes(world, rounds))
            await asyncio.gather(*(hang(other) for other in others))
            _say("hanging", *await writes(world, rounds))


def _say(which: str, seconds: Sequence[float], late: float) -> None:
    milliseconds = [one * 1000 for one in seconds]
    print(
        f"{which}: median {median(milliseconds):.1f} ms, mean {mean(milliseconds):.1f} ms,"
        f" longest {max(milliseconds):.0f} ms, event loop late by {late * 1000:.0f} ms in all",
        flush=True,
    )


def main() -> None:
    """Measure, and print."""
    use_pinned_zones()
    os.environ["TEST_INFRA"] = "embedded"
    with TemporaryDirectory(prefix="tandem-hanging-") as folder, empty_sandbox(Path(folder) / "sandbox") as running:
        asyncio.run(_measure(running, int(os.environ.get("ROUNDS") or 100), int(os.environ.get("HANGING") or 5)))


if __name__ == "__main__":
    main()
