"""Many events deleted at once: the brake stops the sync and asks, and the user answers (H4)."""

import asyncio
from typing import Literal

import httpx

from sandbox.clients import Json, succeeded
from tests.property.system.forms import on_calendar, slot_time
from tests.property.system.hands import RECOVERY, patiently
from tests.property.system.reach import Reach
from tests.property.system.stage import Stage
from tests.support.waiting import wait_until

_MANY = 24
_TITLE = "b: one of many"


class Bulk:
    """Leaves nothing behind: what was restored is deleted in the CRM, one by one, which is no pass."""

    def __init__(self, stage: Stage, reach: Reach) -> None:
        self._stage, self._reach = stage, reach
        self._calendar = stage.world.calendar

    async def act(self, answer: Literal["delete", "restore"]) -> None:
        """Create, delete and answer."""
        events = await self._create()
        await self._stage.arm("push.lost", _MANY - 1)
        await asyncio.gather(*(self._calendar.delete(one) for one in events))
        asked = await wait_until(
            self._asked, awaited="the brake or the end of all", timeout=RECOVERY, every=0.2, longest=1.0
        )
        if "id" not in asked:
            self._reach.note("brake:read_in_between")
            return
        await self._answered(answer)
        self._reach.note(f"brake:{answer}")
        left = len(asked["items"]) if answer == "restore" else 0
        await self._there(left, awaited=f"what to {answer} means")
        for one in await self._activities():
            await self._stage.delete_activity(one["id"])
        await self._there(0, awaited="single deletions to pass the brake")

    async def _create(self) -> list[str]:
        today = self._stage.clock.today()
        times = [slot_time(number, today, all_day=False) for number in range(_MANY)]
        drafts = [{"summary": _TITLE} | on_calendar(*when) for when in times]
        path = f"/control/accounts/{self._calendar.email}/calendars/primary/seed"
        ids: list[str] = [*succeeded(await self._calendar.simulator.post(path, json=drafts))]
        await self._there(_MANY, awaited="many activities")
        return ids

    async def _activities(self) -> list[Json]:
        return [one for one in await self._stage.activities() if one["subject"] == _TITLE]

    async def _there(self, number: int, *, awaited: str) -> None:
        """Wait until so many are on both sides, linked, and nothing is under way."""

        async def look() -> bool:
            activities = await self._activities()
            linked = [one for one in activities if (one["sync"] or {}).get("state") == "active"]
            events = [one for one in await self._calendar.events() if one["summary"] == _TITLE]
            connection = await self._stage.connection(self._stage.world)
            found = (len(activities), len(linked), len(events), connection["status"])
            assert found == (number, number, number, "in_sync"), found
            return True

        await wait_until(look, awaited=awaited, timeout=RECOVERY, every=0.2, longest=1.0)

    async def _asked(self) -> Json | None:
        """Return the question with all that is not gone yet; {} where reads came in between, and all is gone."""
        connection, activities = await self._stage.connection(self._stage.world), await self._activities()
        if not activities:
            return {"items": []}
        assert connection["status"] == "needs_confirmation", connection
        asked: Json = connection["brake"]
        assert {one["activity_id"] for one in asked["items"]} == {one["id"] for one in activities}
        return asked

    async def _answered(self, answer: str) -> None:
        """Answer until the connection asks no more: the question may be another by then, or the answer lost."""
        path = f"/v1/connections/{self._stage.world.connection_id}"

        async def attempt() -> bool:
            connection = await self._stage.connection(self._stage.world)
            if connection["status"] != "needs_confirmation":
                return True
            body = {"brake_id": connection["brake"]["id"], "action": answer}
            await patiently(lambda: self._confirm(f"{path}/confirm", body), "the answer to be taken")
            return False

        await wait_until(attempt, awaited="the connection to ask no more", timeout=RECOVERY, every=0.3, longest=1.0)

    async def _confirm(self, path: str, body: Json) -> None:
        answer = await self._stage.world.sales.connector.post(path, json=body)
        if answer.status_code != httpx.codes.CONFLICT:
            answer.raise_for_status()
