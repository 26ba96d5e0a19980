"""kill -9 of any part of the sandbox, which its supervisor starts again."""

import asyncio
import os
import signal
from collections.abc import Coroutine
from typing import Any

import httpx

from tests.property.system.hands import RECOVERY
from tests.property.system.stage import Stage
from tests.support.sandboxes import PARTS
from tests.support.waiting import wait_until

SERVICES = ("connector", "mapper", "activity-store")


class Killer:
    """Kills parts while something is under way, and waits until all are ready again."""

    def __init__(self, stage: Stage) -> None:
        self._stage, self._calls = stage, 0
        clients = stage.world.sales
        self._services = dict(zip(SERVICES, (clients.connector, clients.mapper, clients.store), strict=True))
        for client in (*self._services.values(), stage.world.calendar.simulator):
            client.event_hooks = {"request": [self._count]}

    async def _count(self, _: httpx.Request) -> None:
        self._calls += 1

    async def during(self, part: str, calls: int, act: Coroutine[Any, Any, None]) -> bool:
        """Do something and kill a part once so many calls were made for it; tell whether it was still under way."""
        wanted = self._calls + calls
        async with asyncio.TaskGroup() as group:
            task = group.create_task(act)

            def far_enough() -> bool:
                return task.done() or self._calls >= wanted

            await wait_until(far_enough, awaited=f"{calls} calls", timeout=RECOVERY, every=0.001)
            under_way = not task.done()
            await self._kill(part)
        return under_way

    async def _kill(self, part: str) -> None:
        before = self._pids()
        os.kill(before[part], signal.SIGKILL)
        # The embedded broker takes the services along: it forgets everything, so they are started anew.
        forgetful = part == "broker" and PARTS[part] == "tansu"
        dying = (part, *SERVICES) if forgetful else (part,)

        async def back() -> bool:
            now = self._pids()
            assert now.keys() == before.keys(), now
            assert all(now[one] != before[one] for one in dying), now
            return all([await self._ready(client) for client in self._services.values()])

        await wait_until(back, awaited=f"all to be well after the {part} was killed", timeout=RECOVERY, every=0.1)

    def _pids(self) -> dict[str, int]:
        commands = self._stage.sandbox.processes()
        return {part: pid for part, word in PARTS.items() for pid, command in commands.items() if word in command}

    @staticmethod
    async def _ready(client: httpx.AsyncClient) -> bool:
        try:
            return (await client.get("/readyz")).is_success
        except httpx.TransportError:
            return False
