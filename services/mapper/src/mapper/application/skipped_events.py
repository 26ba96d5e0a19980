"""Keeps what connectors say of events that they do not tell, so that explain can answer for them too (L1, D5, E3)."""

from dataclasses import dataclass

from contracts.decisions import SyncDecided
from mapper.adapters.collections import Collections, EventLeftOut

_KEPT_DECISIONS = 20


@dataclass(frozen=True)
class LeftOut:
    """Listens to the decisions that are not the mapper's own."""

    collections: Collections

    async def take(self, decided: SyncDecided) -> None:
        """Keep what a connector decided; the mapper's own decisions are on their links already."""
        if decided.cause != "calendar" or decided.event_id is None:
            return
        event_id = decided.event_id

        def change(current: EventLeftOut | None) -> EventLeftOut:
            known = current or _of(decided, event_id)
            if any(one.id == decided.id for one in known.history):
                return known
            return known.model_copy(update={"history": (decided, *known.history)[:_KEPT_DECISIONS]})

        await self.collections.left_out.update(f"{decided.connection_id}:{event_id}", change)


def _of(decided: SyncDecided, event_id: str) -> EventLeftOut:
    return EventLeftOut(
        id=f"{decided.connection_id}:{event_id}",
        company_id=decided.company_id,
        connection_id=decided.connection_id,
        user_id=decided.user_id,
        event_id=event_id,
    )
