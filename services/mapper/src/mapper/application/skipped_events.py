"""Keeps what connectors decide of events that they skip, so that explain can answer for them too (L1, D5, E3)."""

from dataclasses import dataclass

from contracts.decisions import SyncDecided
from mapper.adapters.collections import Collections
from mapper.adapters.metrics import DECISIONS
from mapper.domain.model.skipped_event import SkippedEvent


@dataclass(frozen=True)
class SkippedEvents:
    """Listens to the decisions that are not the mapper's own."""

    collections: Collections

    async def take(self, decided: SyncDecided) -> None:
        """Keep what a connector decided; the mapper's own decisions are on their links already."""
        if decided.cause != "calendar" or decided.event_id is None:
            return
        DECISIONS.labels(decided.rule, decided.outcome).inc()
        new = SkippedEvent.of(decided, decided.event_id)
        await self.collections.skipped_events.update(new.id, lambda current: (current or new).recording(decided))
