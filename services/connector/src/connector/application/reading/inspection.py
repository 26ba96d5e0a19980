"""Reading a calendar to compare it, not to sync it: nothing is published, and nothing stored.

What is found goes the way of every other read (redaction, series, shared calendars), so that an event has the hash here
under which it was published. No lease is taken: the work on the connection goes on meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chassis.clock import Clock
from connector.adapters.collections import Stores
from connector.adapters.guarded_calendar import Calendars
from connector.application.lease import WorkLease
from connector.application.reading.calendar_read import CalendarRead
from connector.application.reading.page_processing import PageProcessor
from connector.application.reading.pulling import window_read
from connector.application.reading.sharing import SharedCalendars
from connector.application.reading.sync_state import SyncStateRepository
from connector.domain.change_detection.changes import PageChanges
from connector.domain.event.window import Window
from connector.domain.model.connection import Connection


@dataclass(frozen=True)
class Inspected:
    """What is in a calendar now. `absent`: events that were published, are due in the window and are not there."""

    at: datetime
    hashes: dict[str, str]
    absent: tuple[str, ...]


@dataclass
class _Collector:
    """Takes what a read finds, in the place of what publishes it."""

    hashes: dict[str, str] = field(default_factory=dict)

    async def publish(self, read: CalendarRead, changes: PageChanges) -> None:
        """Note the events that a replay would publish."""
        self.hashes |= {one.event.event_id: one.event.hash for one in changes.events if one.publish}
        read.progress.note_changes(changes)


@dataclass(frozen=True)
class Inspection:
    """Reads the whole window of a connection's calendar."""

    stores: Stores
    clock: Clock

    async def inspect(self, connection: Connection, calendars: Calendars) -> Inspected:
        """Return what is in the calendar. NeedsUser, Throttled, ProviderAway where the provider does not let us."""
        collector = _Collector()
        pages = PageProcessor(SyncStateRepository(self.stores), SharedCalendars(self.stores, self.clock), collector)
        now, lease = self.clock.now(), WorkLease(connection, connection.fence, connection.seq)
        read = window_read(lease, calendars, now, publish_all=True)
        async for page in calendars.changes(connection.calendar_id, None, read.context.window):
            await pages.process_page(read, page.items, last=page.cursor is not None)
            if page.cursor is not None:
                break
        known = await self._known(read.context.scope, read.context.window)
        absent = tuple(one for one in known if one not in collector.hashes)
        return Inspected(now, collector.hashes, absent)

    async def _known(self, scope: str, window: Window) -> Sequence[str]:
        where = {"scope": scope, "published": True, "starts_at": {"$lt": window.end}}
        found = await self.stores.events.find(where | {"ends_at": {"$gt": window.start}})
        return sorted(one.event_id for one in found)
