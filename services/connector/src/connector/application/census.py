"""Counts what metrics say of all connections: by status, and how their push subscriptions stand."""

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
        for provider in self.providers:
            await self._statuses(provider)
            await self._subscriptions(provider)
        NEEDS_CONFIRMATION.set(await self.connections.documents.count({"brake.id": {"$gt": ""}}))

    async def _statuses(self, provider: str) -> None:
        for phase in NOT_RUNNING:
            CONNECTIONS.labels(provider, phase).set(await self._count(provider, phase=phase))
        running = {"phase": "running"}
        left = await self._count(provider, **running)
        for trouble in TROUBLES:
            counted = await self._count(provider, **running, **{"trouble.kind": trouble})
            CONNECTIONS.labels(provider, trouble).set(counted)
            left -= counted
        starting = await self._count(provider, **running, ever_replayed=False, trouble=None)
        CONNECTIONS.labels(provider, "initial_sync").set(starting)
        CONNECTIONS.labels(provider, "running").set(left - starting)

    async def _count(self, provider: str, **fields: Any) -> int:  # noqa: ANN401 - a filter of any fields
        return await self.connections.documents.count({"provider": provider, **fields})

    async def _subscriptions(self, provider: str) -> None:
        now, open_ones = self.clock.now(), {"provider": provider, "phase": "running"}
        first = await self.connections.documents.find(
            {**open_ones, EXPIRY: {"$type": "date"}}, sort=[(EXPIRY, 1)], limit=1
        )
        ends = [one.subscription.expires_at for one in first if one.subscription]
        SUBSCRIPTION_EXPIRY.labels(provider).set((ends[0] - now).total_seconds() if ends else _NONE_OPEN)
        overdue = await self._count(provider, phase="running", **{EXPIRY: {"$lt": now}})
        SUBSCRIPTIONS_OVERDUE.labels(provider).set(overdue)
