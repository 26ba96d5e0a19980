"""One read of a calendar under way: its lease, its provider, and what it has found so far."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from connector.adapters.guarded_calendar import Calendars
from connector.application.lease import WorkLease
from connector.domain.change_detection.read_context import ReadContext
from connector.domain.change_detection.read_progress import ReadProgress
from connector.domain.model.connection import Connection
from connector.domain.provider.errors import Missing
from connector.domain.provider.items import Item


@dataclass
class CalendarRead:
    """The state of one read; `pass_id` names the pass that its deletions belong to (H4).

    `shown_seq`: what was stored before it, the reads up to this one will have shown.
    """

    lease: WorkLease
    calendars: Calendars
    context: ReadContext
    pass_id: str
    progress: ReadProgress = field(default_factory=ReadProgress)
    shown_seq: int = 0

    @property
    def connection(self) -> Connection:
        """Return the connection that is read."""
        return self.lease.connection

    async def fetch(self, event_id: str) -> Item | None:
        """Return one item by its id; None where it is not visible, which is no proof of a deletion (H2)."""
        try:
            return await self.calendars.read(self.context.calendar_id, event_id)
        except Missing:
            return None

    async def fetch_all(self, event_ids: Sequence[str]) -> list[Item]:
        """Return the items with these ids, without those that are not visible."""
        items = await asyncio.gather(*(self.fetch(event_id) for event_id in event_ids))
        return [item for item in items if item is not None]
