"""`python -m bench.recovery`: seconds from kill -9 of a part of the sandbox until a change made then is on both sides.

`out` is an activity created in the CRM, `in` an event created in the calendar. KAFKA says which broker (embedded,
apache), PARTS which parts (all), ROUNDS how often each is killed.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import httpx

from chassis.zone_data import use_pinned_zones
from tests.support.sandboxes import PARTS, Sandbox, empty_sandbox
from tests.support.stories import World, call, connected, timed
from tests.support.waiting import wait_until

_WITHIN = 120.0
_EVERY = 0.05

Look = Callable[[], Awaitable[bool]]


async def recovery(running: Sandbox, world: World, part: str, number: int) -> tuple[float, float]:
    """Kill a part and change both sides at once; return the seconds until either change was on the other side."""
    title = f"{part} {number}"
    os.kill(running.pid_of(PARTS[part]), signal.SIGKILL)
    killed = perf_counter()
    await world.calendar.add(summary=f"{title} in", **timed(1))
    outward = _seconds(killed, _has_event(world, f"{title} out"))
    inward = _seconds(killed, _has_activity(world, f"{title} in"))
    _, *seconds = await asyncio.gather(_add(world, f"{title} out"), outward, inward)
    await world.sales.in_sync(world.connection_id)
    return seconds[0], seconds[1]


async def _seconds(since: float, look: Look) -> float:
    async def seen() -> bool:
        try:
            return await look()
        except (httpx.HTTPError, AssertionError):
            return False

    await wait_until(seen, awaited="the change on the other side", timeout=_WITHIN, every=_EVERY)
    return perf_counter() - since


def _has_event(world: World, title: str) -> Look:
    async def look() -> bool:
        return any(one.get("summary") == title for one in await world.calendar.events())

    return look


def _has_activity(world: World, title: str) -> Look:
    async def look() -> bool:
        return any(one["subject"] == title for one in await world.sales.activities(owner_id="7"))

    return look


async def _add(world: World, title: str) -> None:
    headers = {"Idempotency-Key": title}

    async def ask() -> bool:
        try:
            answer = await world.sales.store.post("/v1/activities", json=call(title, ahead=2), headers=headers)
        except httpx.TransportError:
            return False
        return answer.status_code == httpx.codes.CREATED

    await wait_until(ask, awaited=f"{title} to be acknowledged", timeout=_WITHIN, every=_EVERY)


async def _rounds(running: Sandbox, parts: list[str], rounds: int) -> dict[str, list[tuple[float, float]]]:
    found: dict[str, list[tuple[float, float]]] = {part: [] for part in parts}
    async with connected(running.folder, "recovery") as world:
        for number in range(rounds):
            for part in parts:
                seconds = await recovery(running, world, part, number)
                print(f"{part}: out {seconds[0]:.1f} s, in {seconds[1]:.1f} s", flush=True)
                found[part].append(seconds)
    return found


def main() -> None:
    """Measure, and print the medians."""
    use_pinned_zones()
    os.environ["TEST_INFRA"] = {"apache": "kafka"}.get(os.environ.get("KAFKA", ""), "embedded")
    parts = [part for part in os.environ.get("PARTS", "").split(",") if part] or list(PARTS)
    with TemporaryDirectory(prefix="tandem-recovery-") as folder, empty_sandbox(Path(folder) / "sandbox") as running:
        found = asyncio.run(_rounds(running, parts, int(os.environ.get("ROUNDS") or 3)))
    for part, seconds in found.items():
        outward, inward = (median(one[way] for one in seconds) for way in (0, 1))
        print(f"{part:15} out {outward:5.1f} s  in {inward:5.1f} s")


if __name__ == "__main__":
    main()
