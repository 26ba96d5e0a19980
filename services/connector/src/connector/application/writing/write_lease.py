"""The lease under which a connection's writes go on together: what several of them note is one write of its document.

Each write notes itself before it is sent, and before its outcome is stored the fence is checked again: an outcome that
comes after somebody else took over is not stored by us, but found by him. The notes of writes whose outcomes are stored
go with the next thing that is noted, at the latest when the lease is given back.
"""

from collections.abc import Sequence

from chassis.clock import Clock
from chassis.persistence.batch_loader import BatchLoader
from connector.adapters.credentials import RecentGrant
from connector.application.lease import Change, Leases, WorkLease, unchanged
from connector.domain.connection.lease import LEASE_LIFE
from connector.domain.connection.lifecycle import healthy
from connector.domain.model.connection import Connection
from connector.domain.model.connection_parts import InFlight
from connector.domain.writing.write_attempts import begun

SURELY_OURS = LEASE_LIFE / 2
"""The clocks of two pods do not differ by the rest."""
_TOGETHER = 100
Begun = tuple[InFlight, int]


class WriteLease:
    """One lease on a connection, shared by its writes; it is acquired with the first note."""

    def __init__(self, leases: Leases, connection: Connection, clock: Clock) -> None:
        self._leases = leases
        self._clock = clock
        self._lease: WorkLease | None = None
        self._settled: set[str] = set()
        self.connection = connection
        """As it was last stored."""
        self.recent_grant = RecentGrant()
        self._renewed_at = clock.now()
        self._store = BatchLoader(self._stored, size=_TOGETHER, at_once=1)

    @property
    def is_held(self) -> bool:
        """Whether it was acquired."""
        return self._lease is not None

    async def begin(self, note: InFlight) -> Begun:
        """Note a write that is about to be sent; return the note, with its earlier tries, and the `seq` of the write.

        Raises LeaseHeld, LeaseLost.
        """
        begins = _Begins(note)
        await self._store(begins)
        return begins.noted, begins.seq

    async def renew(self, change: Change = unchanged) -> None:
        """Prolong the lease, with a change of the connection. Raises LeaseLost."""
        await self._store(change)

    async def check(self) -> None:
        """Return when the lease is surely ours: nobody takes one over before its end. Raises LeaseLost."""
        if self.is_held and self._clock.now() - self._renewed_at >= SURELY_OURS:
            await self.renew()

    def without_settled(self, connection: Connection) -> Connection:
        """Return the connection without the notes of what is settled by now."""
        return _settled(connection, frozenset(self._settled))

    async def renote(self, note: InFlight) -> None:
        """Replace the note of a write under way. Raises LeaseLost."""
        await self._store(lambda c: c.with_note(note))

    def settled(self, command_id: str) -> None:
        """Say that the outcome of a command is stored: its note is no longer needed."""
        self._settled.add(command_id)

    async def end(self) -> None:
        """Give the lease back, without the notes of what is settled. Raises LeaseLost."""
        if self._lease is not None:
            await self._leases.release(self._lease, self.without_settled)

    async def _stored(self, changes: Sequence[Change]) -> Sequence[None]:
        done = frozenset(self._settled)

        def change(connection: Connection) -> Connection:
            after = _settled(connection, done)
            for one in changes:
                after = one(after)
            return after

        if self._lease is None:
            self._lease = await self._leases.acquire(self.connection, change)
        else:
            await self._leases.renew(self._lease, change)
        self._settled -= done
        self.connection, self._renewed_at = self._lease.connection, self._clock.now()
        return [None] * len(changes)


class _Begins:
    """The change by which a write is noted; it may be applied again, should somebody else have written meanwhile."""

    def __init__(self, note: InFlight) -> None:
        self.noted = note
        self.seq = 0
        self._note = note

    def __call__(self, connection: Connection) -> Connection:
        """Return the connection with the note, and with the `seq` that the write has."""
        after = begun(connection, self._note).with_next_seq()
        self.noted, self.seq = after.writes[-1], after.seq
        return after


def _settled(connection: Connection, command_ids: frozenset[str]) -> Connection:
    """Return the connection without the notes of what is settled; where anything is, its provider has answered."""
    return healthy(connection.without_notes(command_ids)) if command_ids else connection
