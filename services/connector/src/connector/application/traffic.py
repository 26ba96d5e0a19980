"""Counts what is read and written, in memory, and adds it to what is stored every few seconds: cheap, and good enough.

A crash loses some seconds of counts, which are for a chart alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from chassis.clock import Clock
from chassis.errors import Transient
from chassis.persistence.documents import Documents
from connector.domain.model.traffic import KEPT, HourTraffic, Traffic, hour_of, inbound, outbound
from contracts.calendar_objects import EventSnapshot

FLUSH_EVERY = timedelta(seconds=5)
_MOST_WAITING = 10_000
"""Connections whose counts wait while the database is away; what comes beyond is not counted."""


@dataclass
class TrafficLog:
    """What each connection carried."""

    documents: Documents[Traffic]
    clock: Clock
    _waiting: dict[str, dict[str, HourTraffic]] = field(default_factory=dict)

    def note_read(self, connection_id: str, events: Sequence[EventSnapshot]) -> None:
        """Count events that were changed in the calendar."""
        now = self.clock.now()
        for event in events:
            self._add(connection_id, inbound(now - event.updated))

    def note_removed(self, connection_id: str, number: int) -> None:
        """Count events that were deleted in the calendar; when, few providers tell."""
        for _ in range(number):
            self._add(connection_id, inbound(timedelta()))

    def note_written(self, connection_id: str, delay: timedelta) -> None:
        """Count a change that was made in the calendar for the CRM."""
        self._add(connection_id, outbound(delay))

    async def of(self, connection_id: str) -> dict[str, HourTraffic]:
        """Return the hours of a connection, with those that are not stored yet."""
        stored = await self.documents.get(connection_id)
        waiting = self._waiting.get(connection_id, {})
        known = stored.hours if stored else {}
        return known | {hour: known.get(hour, HourTraffic()) + more for hour, more in waiting.items()}

    async def flush(self) -> None:
        """Store what waits."""
        while self._waiting:
            connection_id, hours = self._waiting.popitem()
            try:
                await self._store(connection_id, hours)
            except Transient:
                self._put_back(connection_id, hours)
                raise

    async def _store(self, connection_id: str, hours: dict[str, HourTraffic]) -> None:
        now = self.clock.now()
        fresh = Traffic(id=connection_id, expires_at=now + KEPT)
        await self.documents.update(connection_id, lambda known: (known or fresh).with_hours(hours, now))

    def _add(self, connection_id: str, more: HourTraffic) -> None:
        if len(self._waiting) < _MOST_WAITING or connection_id in self._waiting:
            hours, hour = self._waiting.setdefault(connection_id, {}), hour_of(self.clock.now())
            hours[hour] = hours.get(hour, HourTraffic()) + more

    def _put_back(self, connection_id: str, hours: dict[str, HourTraffic]) -> None:
        since = self._waiting.setdefault(connection_id, {})
        for hour, one in hours.items():
            since[hour] = since.get(hour, HourTraffic()) + one
