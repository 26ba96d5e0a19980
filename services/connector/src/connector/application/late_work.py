"""Work at a slow server goes on beside the batch that it came in: nobody waits for somebody else's server.

A batch of commands is done when its slowest is. That is right where all connections have one provider, and wrong where
every company has a server of its own, one of which may hang (invariant 6). So a command whose work is not done in a
moment is parked, which lets its batch go, while the work goes on. What comes for the same connection meanwhile is
parked behind it. All that is parked is taken up when the work ends, or after a while, should it never do.
"""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta

import structlog

from chassis.clock import Clock
from chassis.errors import TandemError
from connector.adapters.collections import ParkedWork, Stores
from connector.application.connections.repository import Connections
from connector.application.parking import Parking
from connector.domain.connection.lifecycle import none_parked
from connector.domain.model.connection import Connection
from connector.domain.scheduling.schedule import sooner
from contracts.calendar_commands import CalendarCommandMessage

log = structlog.get_logger()

Work = Callable[[], Coroutine[None, None, None]]

_MOMENT = 0.3
"""Seconds that a batch waits."""
_MOMENT_OF_A_SLOW_SERVER = 0.05
_STAYS_SLOW = 60.0
"""Seconds for which a server that took longer is not waited for again, unless it shows that it does not hang."""
_SOON = 1.0
"""Seconds in which late work ends at a server that is busy, or was called for the first time, and does not hang."""
_AGAIN = timedelta(seconds=45)
"""When what is parked is taken up if the process has died: after a lease (`connector.domain.connection.lease`)."""


class LateWork:
    """Does the work of connections that have servers of their own."""

    def __init__(self, stores: Stores, connections: Connections, parking: Parking, clock: Clock) -> None:
        self._stores = stores
        self._connections = connections
        self._parking = parking
        self._clock = clock
        self._late: dict[str, asyncio.Task[None]] = {}
        self._slow_until: dict[str, float] = {}

    async def do(self, connection: Connection, command: CalendarCommandMessage, work: Work) -> None:
        """Do the work, or let it go on and return. Raises its error where it fails in a moment."""
        if connection.server is None:
            await work()
        elif connection.id in self._late:
            await self._put_by(command)
        else:
            await self._begin(connection.id, connection.server, command, work)

    async def _begin(self, connection_id: str, server: str, command: CalendarCommandMessage, work: Work) -> None:
        began = asyncio.get_running_loop().time()
        task = asyncio.create_task(work())
        task.add_done_callback(lambda _: self._note_if_soon(server, began))
        if await self._is_done_in_a_moment(server, task):
            task.result()
            return
        parked = asyncio.create_task(self._put_by(command))
        self._late[connection_id] = asyncio.create_task(self._end(connection_id, task, parked))
        await asyncio.shield(parked)

    async def _is_done_in_a_moment(self, server: str, task: asyncio.Task[None]) -> bool:
        now = asyncio.get_running_loop().time()
        slow = self._slow_until.get(server, now) > now
        try:
            done, _ = await asyncio.wait({task}, timeout=_MOMENT_OF_A_SLOW_SERVER if slow else _MOMENT)
        except asyncio.CancelledError:
            task.cancel()
            raise
        if not done:
            self._slow_until[server] = now + _STAYS_SLOW
        return bool(done)

    def _note_if_soon(self, server: str, began: float) -> None:
        """Wait again for a server that was late and answers. What ends in a moment may never have asked it."""
        if _MOMENT <= asyncio.get_running_loop().time() - began < _SOON:
            self._slow_until.pop(server, None)

    async def _put_by(self, command: CalendarCommandMessage) -> ParkedWork | None:
        """Park a command, to be taken up when the work ends; return it as it is parked, None for a pull."""
        again = self._clock.now() + _AGAIN
        await self._parking.park(command)
        await self._connections.change(command.connection_id, lambda c: sooner(c, "retry", again))
        return await self._stores.parked.get(command.id)

    async def _end(self, connection_id: str, task: asyncio.Task[None], parked: asyncio.Task[ParkedWork | None]) -> None:
        """Wait for late work. Its command is forgotten, unless it failed or was parked once more."""
        outcomes = await asyncio.gather(task, parked, return_exceptions=True)
        del self._late[connection_id]
        failed, kept = outcomes
        if isinstance(failed, BaseException):
            log.warning("late_work_failed", connection=connection_id, reason=type(failed).__name__)
        try:
            if failed is None and isinstance(kept, ParkedWork):
                await self._forget(connection_id, kept)
            await self._go_on(connection_id)
        except TandemError as error:  # our database is away: it is taken up after a while
            log.warning("late_work_not_noted", connection=connection_id, reason=str(error))

    async def _forget(self, connection_id: str, kept: ParkedWork) -> None:
        connection = await self._connections.get(connection_id)
        if connection and connection.trouble is None:  # else it was parked by the work itself, and waits its time
            await self._stores.parked.delete(kept.id, kept.version)

    async def _go_on(self, connection_id: str) -> None:
        """Take up what waited behind the work; a connection in trouble, or on its way out, has a time of its own."""
        connection = await self._connections.get(connection_id)
        if connection is None or connection.trouble is not None or connection.phase == "stopped":
            return
        await self._parking.take_up(connection_id)
        if connection_id not in self._late:
            await self._connections.change(connection_id, none_parked)

    async def stop(self) -> None:
        """Give up what is not done: it is parked, and the next process takes it up."""
        for task in self._late.values():
            task.cancel()
        await asyncio.gather(*self._late.values(), return_exceptions=True)
