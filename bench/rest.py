"""`python -m bench.rest`: what a sandbox with one connected calendar takes of the processor while nothing happens.

In percent of a core, by part; then how long the first change after rest takes: `out` is an activity created in the CRM,
`in` an event created in the calendar. KAFKA says which broker (embedded, apache), SECONDS how long to measure, ROUNDS
how many first changes; POLL_SECONDS how often the calendar is polled (60 by default, as after a quiet while).
"""

import asyncio
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from bench.vitals import cpu_seconds
from chassis.zone_data import use_pinned_zones
from tests.support.sandboxes import PARTS, Sandbox, empty_sandbox
from tests.support.stories import World, call, connected, timed

_EMBEDDED = os.environ.get("KAFKA") != "apache"
_WORDS = PARTS | {
    "broker": "tansu" if _EMBEDDED else "kafka.Kafka",
    "supervisor": "sandbox.run",
    "simulators": "-m simulators",
}
_CALM_SECONDS = 15.0
"""From a change until nothing of it is under way any more: its echo has been read, its counts are told."""
_THROUGH_SECONDS = 2.0


def _parts(running: Sandbox) -> dict[str, list[int]]:
    processes = running.processes()
    return {part: [pid for pid, command in processes.items() if word in command] for part, word in _WORDS.items()}


async def at_rest(running: Sandbox, seconds: float) -> dict[str, float]:
    """Return the percent of a core that each part takes."""
    parts = _parts(running)
    before = _cpu(parts)
    await asyncio.sleep(seconds)
    after = _cpu(parts)
    return {part: (after[part] - before[part]) * 100 / seconds for part in parts}


def _cpu(parts: Mapping[str, list[int]]) -> dict[str, float]:
    return {part: sum(cpu_seconds(pid) for pid in pids) for part, pids in parts.items()}


async def first_change(world: World, title: str) -> tuple[float, float]:
    """Return the milliseconds that a change takes outwards and inwards, each after rest.

    The other side says when it came: to look for it meanwhile would wake who is asked.
    """
    await asyncio.sleep(_CALM_SECONDS)
    begun = datetime.now(UTC)
    succeeded = await world.sales.store.post("/v1/activities", json=call(f"{title} out", ahead=2))
    succeeded.raise_for_status()
    await asyncio.sleep(_THROUGH_SECONDS)
    async with world.way.simulator() as simulator:
        journal = (await simulator.get("/control/journal")).json()
    outward = _since(begun, next(row for row in journal if f"{title} out" in json.dumps(row.get("body"))), "at")
    await asyncio.sleep(_CALM_SECONDS)
    begun = datetime.now(UTC)
    await world.calendar.add(summary=f"{title} in", **timed(1))
    await asyncio.sleep(_THROUGH_SECONDS)
    activities = await world.sales.activities(owner_id="7")
    return outward, _since(begun, _named(activities, "subject", f"{title} in"), "add_time")


def _named(found: list[dict[str, Any]], field: str, title: str) -> dict[str, Any]:
    return next(one for one in found if one.get(field) == title)


def _since(begun: datetime, one: dict[str, Any], field: str) -> float:
    return (datetime.fromisoformat(one[field]) - begun).total_seconds() * 1000


async def _measure(running: Sandbox, seconds: float, rounds: int) -> None:
    async with connected(running.folder, "rest") as world:
        await asyncio.sleep(2 * _CALM_SECONDS)
        found = await at_rest(running, seconds)
        print("  ".join(f"{part} {share:.2f}" for part, share in found.items()), f" all {sum(found.values()):.2f} %")
        changes = [await first_change(world, f"change {number}") for number in range(rounds)]
        for way, which in (("out", 0), ("in", 1)):
            taken = sorted(change[which] for change in changes)
            print(f"first change {way}: median {median(taken):.0f} ms, longest {taken[-1]:.0f} ms")


def main() -> None:
    """Measure, and print."""
    use_pinned_zones()
    os.environ["TEST_INFRA"] = "embedded" if _EMBEDDED else "kafka"
    polls = os.environ.get("POLL_SECONDS") or "60"
    pace = {"TANDEM_POLL_SECONDS": polls, "TANDEM_POLL_LONGEST_SECONDS": polls}
    with (
        TemporaryDirectory(prefix="tandem-rest-") as folder,
        empty_sandbox(Path(folder) / "sandbox", **pace) as running,
    ):
        asyncio.run(_measure(running, float(os.environ.get("SECONDS") or 60), int(os.environ.get("ROUNDS") or 5)))


if __name__ == "__main__":
    main()
