"""Killing any part of the system while something is under way."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any

import httpx

from tests.property.system.hands import RECOVERY
from tests.property.system.stage import Stage
from tests.support.stories import World
from tests.support.waiting import wait_until


class Killer:
    """Kills parts while something is under way, and waits until all are ready again."""

    def __init__(self, stage: Stage) -> None:
        self._stage, self._calls, self._wanted = stage, 0, 0
        self._enough = asyncio.Event()
        clients = stage.world.sales
        self._services = (clients.connector, clients.mapper, clients.store)
        self.watch([stage.world])
        stage.world.calendar.simulator.event_hooks = {"request": [self._count]}

    def watch(self, people: Iterable[World]) -> None:
        """Count the calls of these people, too."""
        for one in people:
            for client in (one.sales.connector, one.sales.mapper, one.sales.store):
                client.event_hooks = {"request": [self._count]}

    async def _count(self, _: httpx.Request) -> None:
        self._calls += 1
        if self._calls >= self._wanted:
            self._enough.set()

    async def during(self, part: str, calls: int, act: Coroutine[Any, Any, None]) -> bool:
        """Do something and kill a part once so many calls were made for it; tell whether it was still under way."""
        self._wanted = self._calls + calls
        self._enough.clear()
        async with asyncio.TaskGroup() as group:
            task, enough = group.create_task(act), group.create_task(self._enough.wait())
            await asyncio.wait({task, enough}, return_when=asyncio.FIRST_COMPLETED)
            enough.cancel()
            under_way = not task.done()
            await self._stage.ground.kill(part)
            await wait_until(
                self._well,
                awaited=f"all to be well after the {part} was killed",
                timeout=RECOVERY,
                every=0.1,
                longest=1.0,
            )
        return under_way

    async def _well(self) -> bool:
        return all([await self._ready(client) for client in self._services])

    @staticmethod
    async def _ready(client: httpx.AsyncClient) -> bool:
        try:
            return (await client.get("/readyz")).is_success
        except httpx.TransportError:
            return False
