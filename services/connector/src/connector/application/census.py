"""Counts what metrics say of all connections: by status, and how their push subscriptions stand."""

import asyncio
from dataclasses import dataclass
from typing import Any, Final, get_args

from chassis.clock import Clock
from connector.adapters.metrics import CONNECTIONS, NEEDS_CONFIRMATION, SUBSCRIPTION_EXPIRY, SUBSCRIPTIONS_OVERDUE
from connector.application.connections.repository import Connections
from connector.domain.model.connection import Phase
from connector.domain.model.connection_parts import TroubleKind

NOT_RUNNING: Final[tuple[Phase, ...]] = ("connecting", "stopping", "stopped")
TROUBLES: Final[tuple[TroubleKind, ...]] = get_args(TroubleKind)
EXPIRY = "subscription.expires_at"
_NONE_OPEN: Final = float("nan")


@dataclass(frozen=True)
class ConnectionCensus:
    """Counts by indexed fields alone; of the statuses that users see, those that do not pass by mere waiting."""

    connections: Connections
    providers: tuple[str, ...]
    clock: Clock

    async def count(self) -> None:
        """Set the gauges of all providers."""
        await asyncio.gather(*map(self._statuses, self.providers), *map(self._subscriptions, self.providers))
        NEEDS_CONFIRMATION.set(await self.connections.documents.count({"brake.id": {"$gt": ""}}))

    async def _statuses(self, provider: str) -> None:
        running = {"provider": provider, "phase": "running"}
        filters: dict[str, dict[str, Any]] = {
            "running": running,
            "initial_sync": {**running, "ever_replayed": False, "trouble": None},
            **{phase: {"provider": provider, "phase": phase} for phase in NOT_RUNNING},
            **{trouble: {**running, "trouble.kind": trouble} for trouble in TROUBLES},
        }
        found = await asyncio.gather(*map(self.connections.documents.count, filters.values()))
        counted = dict(zip(filters, found, strict=True))
        counted["running"] -= counted["initial_sync"] + sum(counted[trouble] for trouble in TROUBLES)
        for status, count in counted.items():
            CONNECTIONS.labels(provider, status).set(count)

    async def _subscriptions(self, provider: str) -> None:
        """Look at what could be renewed: what waits for its user, or for its provider, has no say in it."""
        now, running = self.clock.now(), {"provider": provider, "phase": "running", "trouble": None}
        open_ones, ended = {**running, EXPIRY: {"$type": "date"}}, {**running, EXPIRY: {"$lt": now}}
        first = await self.connections.documents.find(open_ones, sort=[(EXPIRY, 1)], limit=1)
        ends = [one.subscription.expires_at for one in first if one.subscription]
        SUBSCRIPTION_EXPIRY.labels(provider).set((ends[0] - now).total_seconds() if ends else _NONE_OPEN)
        SUBSCRIPTIONS_OVERDUE.labels(provider).set(await self.connections.documents.count(ended))
