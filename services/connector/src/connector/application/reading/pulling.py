"""Reading a calendar: what changed since the cursor, or all of the window (replay, 410); the cursor comes last."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chassis.clock import Clock
from chassis.ids import new_id
from chassis.messaging.publisher import Publisher
from connector.adapters.collections import Stores
from connector.adapters.guarded_calendar import Calendars, ProviderAway
from connector.application.lease import Leases, WorkLease
from connector.application.message_factory import MessageFactory
from connector.application.reading.calendar_read import CalendarRead
from connector.application.reading.change_publisher import ChangePublisher
from connector.application.reading.confirmation import Confirmation
from connector.application.reading.horizon import Horizon
from connector.application.reading.page_processing import PageProcessor
from connector.application.reading.sharing import SharedCalendars
from connector.application.reading.sync_state import SyncStateRepository
from connector.application.traffic import TrafficLog
from connector.domain.change_detection.read_context import ReadContext
from connector.domain.connection.reads import PollingPolicy, Proof, proven
from connector.domain.event.window import window_at
from connector.domain.model.connection import Connection
from connector.domain.provider.errors import ResyncNeeded
from connector.domain.provider.port import CalendarInfo
from connector.domain.scheduling.schedule import with_due
from contracts.calendar_commands import PullReason

_ASKED_AT_ONCE = 4
_ROLLING: frozenset[PullReason] = frozenset({"horizon", "settings"})


def make_puller(
    stores: Stores,
    publisher: Publisher,
    messages: MessageFactory,
    *,
    leases: Leases,
    clock: Clock,
    policy: PollingPolicy,
    traffic: TrafficLog,
) -> "Puller":
    """Return the puller with all that it consists of."""
    sync_state = SyncStateRepository(stores)
    changes = ChangePublisher(stores, publisher, messages, sync_state, traffic)
    shared = SharedCalendars(stores, clock)
    pages = PageProcessor(sync_state, shared, changes)
    horizon = Horizon(stores, sync_state, shared, changes)
    return Puller(pages, Confirmation(stores, shared, pages, changes), horizon, changes, leases, clock, policy)


@dataclass(frozen=True)
class Puller:
    """Reads calendars under a lease, and gives the lease back with what the read has proven."""

    pages: PageProcessor
    confirmation: Confirmation
    horizon: Horizon
    publisher: ChangePublisher
    leases: Leases
    clock: Clock
    policy: PollingPolicy

    async def pull(self, lease: WorkLease, calendars: Calendars, reason: PullReason) -> None:
        """Read and publish what changed; where the cursor is no longer good, merge a full read (never recreate)."""
        started = self.clock.now()
        try:
            read, cursor = await self._read_changes(lease, calendars)
        except ResyncNeeded:
            read, cursor = await self._read_window(lease, calendars)
        if reason in _ROLLING:
            await self.horizon.roll(read)
        await self.publisher.publish_deletions(read)
        proof = _proof(read, started, self.clock.now(), cursor, reason)
        await self.leases.release(lease, lambda c: proven(c, proof, self.policy))

    async def replay(self, lease: WorkLease, calendars: Calendars, replay_id: str) -> None:
        """Read the whole window, publish all of it and how many events it was."""
        started = self.clock.now()
        chosen = None if lease.connection.calendar_identity else await _chosen_calendar(lease.connection, calendars)
        await self.leases.renew(lease, lambda c: _begun(c, chosen))
        read, cursor = await self._read_window(lease, calendars, publish_all=True)
        await self.publisher.publish_deletions(read)
        await self.publisher.end_replay(read, replay_id)
        proof = _proof(read, started, self.clock.now(), cursor, "resync")
        published = read.progress.published
        await self.leases.release(lease, lambda c: proven(c.with_published(published), proof, self.policy))

    async def confirm(self, lease: WorkLease, calendars: Calendars, replay_id: str, event_ids: Sequence[str]) -> None:
        """Publish linked events that a replay did not show, each as the provider answers by its id (H2)."""
        read = self._begin(lease, calendars, full=False, publish_all=True)
        for start in range(0, len(event_ids), _ASKED_AT_ONCE):
            await self.confirmation.confirm_linked(read, event_ids[start : start + _ASKED_AT_ONCE])
            await self.leases.renew(lease)
        await self.publisher.publish_deletions(read)
        await self.publisher.end_confirmation(read, replay_id)
        await self.leases.release(lease)

    async def _read_changes(self, lease: WorkLease, calendars: Calendars) -> tuple[CalendarRead, str]:
        """Read what changed since the cursor; return the read and the next cursor. Raises ResyncNeeded."""
        read = self._begin(lease, calendars, full=False)
        cursor = await self._pages(read, lease.connection.cursor)
        if read.progress.rule_cut:
            cursor = await self._rest_of_split(read, cursor)
        await self.confirmation.confirm_series(read)
        await self.confirmation.confirm_stored_since(read)
        return read, cursor

    async def _read_window(
        self, lease: WorkLease, calendars: Calendars, *, publish_all: bool = False
    ) -> tuple[CalendarRead, str]:
        """Read everything in the window, and ask for what was absent; return the read and the next cursor."""
        read = self._begin(lease, calendars, full=True, publish_all=publish_all)
        cursor = await self._pages(read, None)
        await self.confirmation.confirm_absent(read)
        read.shown_seq = read.lease.seq
        return read, cursor

    def _begin(self, lease: WorkLease, calendars: Calendars, *, full: bool, publish_all: bool = False) -> CalendarRead:
        return window_read(lease, calendars, self.clock.now(), full=full, publish_all=publish_all)

    async def _pages(self, read: CalendarRead, cursor: str | None) -> str:
        """Process all pages and return the next cursor, which is stored only at the end of the read."""
        async for page in read.calendars.changes(read.context.calendar_id, cursor, read.context.window):
            await self.pages.process_page(read, page.items, last=page.cursor is not None)
            if page.cursor is not None:
                return page.cursor
            await self._renew_lease(read)
        raise ProviderAway("no_cursor", "the last page of a read did not say where the next one goes on")

    async def _rest_of_split(self, read: CalendarRead, cursor: str) -> str:
        """Read on at once: what cut a series may have been the first half of a split (E4)."""
        await self.leases.next_read(read.lease)
        read.context = replace(read.context, seq=read.lease.seq)
        return await self._pages(read, cursor)

    async def _renew_lease(self, read: CalendarRead) -> None:
        published = read.progress.published
        if read.context.publish_all:
            await self.leases.renew(read.lease, lambda c: c.with_published(published))
        else:
            await self.leases.renew(read.lease)


def window_read(
    lease: WorkLease, calendars: Calendars, now: datetime, *, full: bool = True, publish_all: bool = False
) -> CalendarRead:
    """Return a read of a connection's calendar that begins now."""
    connection, pass_id = lease.connection, new_id()
    settings = connection.settings
    context = ReadContext(
        connection_id=connection.id,
        calendar_id=connection.calendar_id,
        seq=lease.seq,
        window=window_at(now, connection.zone, settings.horizon_days, connection.last_read_at),
        private=settings.private_events,
        publish_all=publish_all,
        baseline=settings.backfill == "none" and connection.cursor is None,
        pass_id=pass_id if full else "",
    )
    shown = connection.shown_seq
    return CalendarRead(lease=lease, calendars=calendars, context=context, pass_id=pass_id, shown_seq=shown)


def _proof(read: CalendarRead, started: datetime, finished: datetime, cursor: str, reason: PullReason) -> Proof:
    return Proof(
        read.context.calendar_id, started, finished, cursor, reason, read.progress.found, shown_seq=read.shown_seq
    )


def _begun(connection: Connection, chosen: CalendarInfo | None) -> Connection:
    """Return the connection at the beginning of a replay, with what its calendar is known by if that was missing."""
    begun = with_due(connection.with_published(0), {"kick": None})
    return begun.with_calendar_identity(chosen.identity, chosen.owner) if chosen else begun


async def _chosen_calendar(connection: Connection, calendars: Calendars) -> CalendarInfo | None:
    """Return the calendar of a connection that was made before calendars were known by an identity (A10)."""
    found = (one for one in await calendars.calendars() if one.id == connection.calendar_id)
    return next(found, None)
