"""Reading a calendar: what changed since the cursor, or all of the window (replay, 410); the cursor comes last."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chassis.clock import Clock
from chassis.ids import new_id
from connector.adapters.collections import Stores
from connector.adapters.guarded_calendar import Calendars, ProviderAway
from connector.application.lease import Leases, WorkLease
from connector.application.reading.change_publisher import ChangePublisher, Read
from connector.application.reading.horizon import forget_past, roll_horizon
from connector.domain.change_detection.event_change import ReadContext
from connector.domain.connection.reads import PollingPolicy, Proof, proven
from connector.domain.event.window import window_at
from connector.domain.model.connection import Connection
from connector.domain.provider.errors import ResyncNeeded
from connector.domain.scheduling.schedule import with_due
from contracts.calendar_commands import PullReason

_ASKED_AT_ONCE = 4
_ROLLING: frozenset[PullReason] = frozenset({"horizon", "settings"})


@dataclass(frozen=True)
class Puller:
    """Reads calendars within a lease, and ends the lease with what the read has proven."""

    stores: Stores
    teller: ChangePublisher
    leases: Leases
    clock: Clock
    policy: PollingPolicy

    async def pull(self, lease: WorkLease, calendars: Calendars, reason: PullReason) -> None:
        """Read what changed and tell it; where the cursor is no longer good, merge a full read (never recreate)."""
        started = self.clock.now()
        try:
            read = self._begin(lease, calendars, full=False)
            cursor = await self._pages(read, lease.connection.cursor)
            if read.cut:
                cursor = await self._rest_of_split(read, cursor)
            await self.teller.confirm_series(read)
        except ResyncNeeded:
            read = self._begin(lease, calendars, full=True)
            cursor = await self._pages(read, None)
            await self.teller.confirm_absent(read)
        if reason in _ROLLING:
            await roll_horizon(read, self.stores, self.teller)
            await forget_past(read.reading, self.stores)
        await self.teller.publish_deletions(read)
        proof = Proof(read.reading.calendar_id, started, self.clock.now(), cursor, reason, read.found)
        await self.leases.release(lease, lambda c: proven(c, proof, self.policy))

    async def replay(self, lease: WorkLease, calendars: Calendars, replay_id: str) -> None:
        """Read the whole window, tell all of it and how much it was."""
        started = self.clock.now()
        await self.leases.renew(lease, lambda c: with_due(c.with_published(0), {"kick": None}))
        read = self._begin(lease, calendars, full=True, tell_all=True)
        cursor = await self._pages(read, None)
        await self.teller.confirm_absent(read)
        await self.teller.publish_deletions(read)
        await self.teller.end_replay(read, replay_id)
        proof = Proof(read.reading.calendar_id, started, self.clock.now(), cursor, "resync", read.found)

        def replayed(connection: Connection) -> Connection:
            return proven(connection.with_published(read.told), proof, self.policy)

        await self.leases.release(lease, replayed)

    async def confirm(self, lease: WorkLease, calendars: Calendars, replay_id: str, event_ids: Sequence[str]) -> None:
        """Tell events that a replay did not show, each as its id is answered: outside the window is not gone (H2)."""
        read = self._begin(lease, calendars, full=False, tell_all=True)
        for start in range(0, len(event_ids), _ASKED_AT_ONCE):
            await self.teller.confirm(read, event_ids[start : start + _ASKED_AT_ONCE])
            await self.leases.renew(lease)
        await self.teller.publish_deletions(read)
        await self.teller.end_confirmation(read, replay_id)
        await self.leases.release(lease)

    def _begin(self, lease: WorkLease, calendars: Calendars, *, full: bool, tell_all: bool = False) -> Read:
        connection, pass_id = lease.connection, new_id()
        settings = connection.settings
        reading = ReadContext(
            connection_id=connection.id,
            calendar_id=connection.calendar_id,
            seq=lease.seq,
            window=window_at(self.clock.now(), connection.zone, settings.horizon_days, connection.last_read_at),
            private=settings.private_events,
            tell_all=tell_all,
            baseline=settings.backfill == "none" and connection.cursor is None,
            pass_id=pass_id if full else "",
        )
        return Read(lease=lease, calendars=calendars, reading=reading, pass_id=pass_id)

    async def _pages(self, read: Read, cursor: str | None) -> str:
        """Tell all pages; the answer is where the next read goes on. Nothing is stored of it before the end."""
        reading = read.reading
        async for page in read.calendars.changes(reading.calendar_id, cursor, reading.window):
            await self.teller.process_page(read, page.items, last=page.cursor is not None)
            if page.cursor is not None:
                return page.cursor
            await self._keep(read)
        raise ProviderAway("no_cursor", "the last page of a read did not say where the next one goes on")

    async def _rest_of_split(self, read: Read, cursor: str) -> str:
        """Read on at once: what cut a series may have been the first half of a split (E4)."""
        await self.leases.next_read(read.lease)
        read.reading = replace(read.reading, seq=read.lease.seq)
        return await self._pages(read, cursor)

    async def _keep(self, read: Read) -> None:
        if read.reading.tell_all:
            await self.leases.renew(read.lease, lambda c: c.with_published(read.told))
        else:
            await self.leases.renew(read.lease)
