"""Turns: one piece of provider work on a connection at a time, across tasks, pods and rebalances."""

from collections.abc import Callable
from dataclasses import dataclass

from chassis.clock import Clock
from chassis.ids import new_id
from connector.application.connections.repository import Connections
from connector.domain.connection.lease import leased, released, renewed
from connector.domain.model.connection import Connection

Change = Callable[[Connection], Connection]


def as_it_is(connection: Connection) -> Connection:
    """Note nothing."""
    return connection


@dataclass
class Turn:
    """Our lease on a connection; `seq` was drawn as it began. `connection` is as last stored."""

    connection: Connection
    fence: int
    seq: int


class Turns:
    """Gives out turns; every write within one checks that the turn is still ours."""

    def __init__(self, connections: Connections, clock: Clock) -> None:
        self._connections = connections
        self._clock = clock
        self._holder = new_id()

    async def begin(self, connection: Connection, note: Change = as_it_is) -> Turn:
        """Take the lease on a connection just read, or raise LeaseHeld; `note` is stored with it."""
        now = self._clock.now()
        taken = await self._change(connection, lambda c: note(leased(c, self._holder, now)))
        return Turn(taken, taken.fence, taken.seq)

    async def keep(self, turn: Turn, note: Change = as_it_is) -> None:
        """Prolong the lease, storing `note` with it; LeaseLost where someone else took over."""
        now = self._clock.now()
        turn.connection = await self._change(turn.connection, lambda c: note(renewed(c, turn.fence, now)))

    async def go_on(self, turn: Turn) -> None:
        """Begin another read within the turn: what it sees is newer than what was told so far."""
        await self.keep(turn, lambda c: c.model_copy(update={"seq": c.seq + 1}))
        turn.seq = turn.connection.seq

    async def end(self, turn: Turn, note: Change = as_it_is) -> None:
        """Give the lease back, storing `note` with that."""
        turn.connection = await self._change(turn.connection, lambda c: note(released(c, turn.fence)))

    async def _change(self, seen: Connection, change: Change) -> Connection:
        return await self._connections.change(seen.id, change, seen=seen)
