"""Leases: one piece of provider work on a connection at a time, across tasks, pods and rebalances."""

from collections.abc import Callable
from dataclasses import dataclass

from chassis.clock import Clock
from chassis.ids import new_id
from connector.application.connections.repository import Connections
from connector.domain.connection.lease import leased, released, renewed
from connector.domain.model.connection import Connection

Change = Callable[[Connection], Connection]


def unchanged(connection: Connection) -> Connection:
    """Return the connection as it is."""
    return connection


@dataclass
class WorkLease:
    """Our lease on a connection. `seq` was drawn when the work began; `connection` is as it was last stored."""

    connection: Connection
    fence: int
    seq: int


class Leases:
    """Acquires, renews and releases leases; every write under one checks that the lease is still ours."""

    def __init__(self, connections: Connections, clock: Clock) -> None:
        self._connections = connections
        self._clock = clock
        self._holder = new_id()

    async def acquire(self, connection: Connection, note: Change = unchanged) -> WorkLease:
        """Acquire the lease on a connection just read, or raise LeaseHeld; `note` is stored in the same write."""
        now = self._clock.now()
        stored = await self._change(connection, lambda c: note(leased(c, self._holder, now)))
        return WorkLease(stored, stored.fence, stored.seq)

    async def renew(self, lease: WorkLease, note: Change = unchanged) -> None:
        """Prolong the lease, with `note` in the same write; LeaseLost where someone else took over."""
        now = self._clock.now()
        lease.connection = await self._change(lease.connection, lambda c: note(renewed(c, lease.fence, now)))

    async def next_read(self, lease: WorkLease) -> None:
        """Draw the next `seq` under the lease: what is read from now on is newer than what was published so far."""
        await self.renew(lease, Connection.with_next_seq)
        lease.seq = lease.connection.seq

    async def release(self, lease: WorkLease, note: Change = unchanged) -> None:
        """Give the lease back, with `note` in the same write."""
        lease.connection = await self._change(lease.connection, lambda c: note(released(c, lease.fence)))

    async def _change(self, seen: Connection, change: Change) -> Connection:
        return await self._connections.change(seen.id, change, seen=seen)
