"""What one change of one event costs in a calendar that is linked already."""

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bench.calendars import Calendar
from bench.counting import Cost, Counter
from bench.sides import Side
from bench.tap import Tap

CHANGES = 12
_SPACING = 1.5
"""Seconds: above the debounce, so that each change is read on its own."""
_TAG = re.compile(rb"=[0-9]+=")


@dataclass(frozen=True)
class Change:
    """Latencies from the change at the provider to the activity's event, and what all changes together cost."""

    milliseconds: list[float]
    number: int
    cost: Cost

    def as_json(self) -> dict[str, Any]:
        """Return what the JSON file keeps."""
        counts = self.cost.as_json()
        return {
            "changes": self.number,
            "arrived": len(self.milliseconds),
            "per_change": {
                name: round(count / self.number, 2) for name, count in counts.items() if isinstance(count, int)
            },
        }


async def one_change(running: Side, opened: Calendar) -> Change:
    """Change single events, one after the other."""
    stand = running.stand
    async with Counter(stand) as counter, Tap(stand.kafka, [opened.activity_facts]) as tap:
        before, begun = await counter.settled(), dict[str, float]()
        for index in range(CHANGES):
            tag = f"={index}="
            answer = await opened.person.change(opened.events[-1 - index], summary=tag)
            begun[tag] = datetime.fromisoformat(answer["updated"]).timestamp()
            await asyncio.sleep(_SPACING)
        cost = await counter.settled() - before
    ended = {found.group().decode(): one.at for one in tap.records if (found := _TAG.search(one.value))}
    arrived = [(ended[tag] - start) * 1000 for tag, start in begun.items() if tag in ended]
    return Change(arrived, CHANGES, cost)
