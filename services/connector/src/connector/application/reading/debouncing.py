"""Pulls that need no read of their own: what they tell of has been read since, or is read at the window's end."""

from dataclasses import dataclass
from datetime import timedelta

from chassis.clock import Clock
from connector.application.connections.repository import Connections
from connector.domain.model.connection import Connection
from connector.domain.scheduling.debounce import debounce_pull
from connector.domain.scheduling.schedule import sooner
from contracts.calendar_commands import CalendarPull


@dataclass(frozen=True)
class Debounce:
    """Spares reads, by when the last one began."""

    connections: Connections
    clock: Clock
    window: timedelta

    async def spares(self, connection: Connection, pull: CalendarPull) -> bool:
        """Tell whether a pull needs no read; one that is read for later is noted as due then."""
        if connection.awaits_teardown:
            return False
        if connection.phase != "running" or connection.cursor is None:
            return True  # the first read is the replay that the mapper asks for
        started, pushed = connection.last_read_started_at, pull.reason == "push"
        verdict = debounce_pull(pull.occurred_at, started, self.clock.now(), self.window, pushed=pushed)
        if verdict == "later" and started:
            end = started + self.window
            if sooner(connection, "window", end) is not connection:
                await self.connections.change(connection.id, lambda c: sooner(c, "window", end))
        return verdict != "read"
