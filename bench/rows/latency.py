"""Rows a and e: from a change on one side to its being written on the other, at given rates."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import time
from typing import Any

import httpx

from bench.console import say
from bench.counting import Cost, Counter
from bench.load import offer, percentile
from bench.options import Options
from bench.results import Figure
from bench.sides import Accounts, Side, accounts, side
from bench.stand import Stand
from bench.tap import Tap
from bench.vitals import Watch

SPACING = 2.0
"""Seconds between two changes of one connection: above the debounce of 1 s, so each is on its own."""
_TAG = re.compile(rb"#[a-z0-9.-]+#")
_INBOUND, _OUTBOUND = "push → activity event", "activity → provider"


@dataclass
class Sample:
    """What one rate in one direction gave."""

    milliseconds: list[float]
    wanted: int
    late: float
    cost: Cost
    cpu: dict[str, float]
    detail: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return what the JSON file keeps: all counts for each change."""
        counts = self.cost.as_json()
        totals = {name: round(number / self.wanted, 2) for name, number in counts.items() if isinstance(number, int)}
        return {
            "changes": self.wanted,
            "arrived": len(self.milliseconds),
            "generator_late_ms": round(self.late * 1000, 1),
            "per_change": totals,
            "cpu_ms_per_change": {name: round(used * 1000 / self.wanted, 2) for name, used in self.cpu.items()},
        }


async def latency(stand: Stand, options: Options) -> list[Figure]:
    """Measure both directions at all rates on both sides, without and with a slow provider."""
    plans = [(rate, 0) for rate in options.rates] + [(rate, options.slow_ms) for rate in options.slow_rates]
    connections = max(4, round(max(rate for rate, _ in plans) * SPACING))
    found: dict[str, dict[tuple[float, int, str], Sample]] = {}
    for name in ("ours", "floor"):
        async with side(stand, name) as running, accounts(running, "latency", connections) as opened:
            found[name] = {
                (rate, slow, direction): await _measure(running, opened, rate, slow, direction, options)
                for rate, slow in plans
                for direction in (_INBOUND, _OUTBOUND)
            }
    return [
        figure
        for (rate, slow, direction), ours in found["ours"].items()
        for figure in _figures(rate, slow, direction, ours, found["floor"][rate, slow, direction])
    ]


def _figures(rate: float, slow: int, direction: str, ours: Sample, floor: Sample) -> list[Figure]:
    what = f"{direction}, {rate:g}/s" + (f", {slow} ms a call" if slow else "")
    detail = {"ours": ours.as_json(), "floor": floor.as_json()}
    strict = rate == 10 and not slow
    goals = {0.5: "at most 2" if strict else "", 0.99: "at most 4" if strict else ""}
    return [
        Figure(
            "e" if slow else "a",
            f"{what}: p{share * 100:g}",
            "ms",
            round(percentile(ours.milliseconds, share), 1),
            round(percentile(floor.milliseconds, share), 1),
            goals[share],
            detail if share == 0.5 else {},
        )
        for share in (0.5, 0.99)
    ]


async def _measure(running: Side, opened: Accounts, rate: float, slow: int, direction: str, options: Options) -> Sample:
    number = max(options.least_changes, round(rate * options.seconds))
    stand, tags = running.stand, [f"#{direction[:4]}-{rate:g}-{slow}-{index}#" for index in range(number)]
    async with (
        httpx.AsyncClient(base_url=stand.simulator_url, timeout=30) as simulator,
        Counter(stand) as counter,
        Tap(stand.kafka, [opened.facts]) as tap,
    ):
        await counter.settled()
        await simulator.patch("/control/settings", json={"latency_ms": slow})
        await simulator.delete("/control/journal")
        before, watch, begun = await counter.now(), Watch(running.processes), [0.0] * number

        async def change_event(index: int) -> None:
            begun[index] = await opened.change_event(index % len(opened.emails), tags[index])

        async def change_activity(index: int) -> None:
            begun[index] = time()
            await opened.change_activity(index % len(opened.emails), tags[index])

        if direction == _INBOUND:
            late = await offer(rate, number, change_event)
            await tap.until(lambda: len(_told(tap, tags)) >= number, seconds=60)
            ended = _told(tap, tags)
        else:
            late = await offer(rate, number, change_activity)
            ended = await _written(simulator, tap, tags)
        await simulator.patch("/control/settings", json={"latency_ms": 0})
        cost = await counter.settled() - before  # what follows a change (outcomes, echoes) is part of its cost
        cpu = watch.cpu()
    arrived = [(ended[tag] - start) * 1000 for tag, start in zip(tags, begun, strict=True) if start and tag in ended]
    say(f"{running.name}: {direction}, {rate:g}/s: p50 {percentile(arrived, 0.5):.0f} ms, {len(arrived)} of {number}")
    return Sample(arrived, number, late, cost, cpu)


def _told(tap: Tap, tags: Sequence[str]) -> dict[str, float]:
    """Return when each tag was told first."""
    wanted = set(tags)
    told = ((record.at, _tag(record.value)) for record in reversed(tap.records))
    return {tag: at for at, tag in told if tag in wanted}


def _tag(value: bytes) -> str:
    found = _TAG.search(value)
    return found.group().decode() if found else ""


async def _written(simulator: httpx.AsyncClient, tap: Tap, tags: Sequence[str]) -> dict[str, float]:
    """Wait until the provider's journal has all writes; return when each was made."""
    wanted, found = set(tags), dict[str, float]()

    async def look() -> int:
        rows = (await simulator.get("/control/journal")).json()
        for row in rows:
            tag = _tag(json.dumps(row.get("body")).encode())
            if tag in wanted and row["status"] == httpx.codes.OK:
                found.setdefault(tag, datetime.fromisoformat(row["at"]).timestamp())
        return len(found)

    seen, still = -1, 0
    while await look() < len(tags) and still < 5:
        still = still + 1 if len(found) == seen else 0
        seen = len(found)
        await tap.until(lambda: False, seconds=1)
    return found
