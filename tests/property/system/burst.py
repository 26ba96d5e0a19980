"""Many activities written out at once: several writes of one connection are under way together."""

import asyncio
from collections import Counter
from datetime import timedelta

from tests.property.system.forms import lasting
from tests.property.system.hands import RECOVERY
from tests.property.system.oracle import Content
from tests.property.system.stage import Stage
from tests.support.waiting import wait_until

_MANY = 16


class Burst:
    """Leaves nothing behind: what was written is deleted again, and no other item is touched."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    async def act(self, number: int) -> None:
        """Create many activities, wait for an event of each, and delete them."""
        start = self._stage.clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
        drafts: list[Content] = [
            {"title": f"w{number}-{index}: one of a burst", "busy": True, "time": lasting(start.replace(minute=index))}
            for index in range(_MANY)
        ]
        made = await asyncio.gather(*(self._stage.create_activity("call", draft) for draft in drafts))
        await self._there({str(draft["title"]): 1 for draft in drafts}, "an event of each activity")
        await asyncio.gather(*(self._stage.delete_activity(one["id"]) for one in made))
        await self._there({}, "the events to go with their activities")

    async def _there(self, wanted: dict[str, int], awaited: str) -> None:
        async def look() -> bool:
            activities = [one for one in await self._stage.activities() if one["subject"].startswith("w")]
            linked = {one["subject"] for one in activities if (one["sync"] or {}).get("state") == "active"}
            events = Counter(
                one["summary"] for one in await self._stage.world.calendar.events() if one["summary"].startswith("w")
            )
            assert (linked, dict(events)) == (set(wanted), wanted), (linked, events)
            return True

        await wait_until(look, awaited=awaited, timeout=RECOVERY, every=0.2, longest=1.0)
