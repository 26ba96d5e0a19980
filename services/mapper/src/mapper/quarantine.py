"""Keeps what connectors say of events that nobody can read, so that explain can answer for them too (L1, E3)."""

from dataclasses import dataclass

from contracts.decisions import SyncDecided
from mapper.adapters.store import Collections, Quarantined

_KEPT_DECISIONS = 20


@dataclass(frozen=True)
class Quarantine:
    """Listens to the decisions that are not the mapper's own."""

    collections: Collections

    async def take(self, decided: SyncDecided) -> None:
        """Keep a quarantine of an event without a link; everything else is on its link already."""
        if decided.outcome != "quarantined" or decided.event_id is None or decided.activity_id is not None:
            return
        event_id = decided.event_id

        def change(current: Quarantined | None) -> Quarantined:
            known = current or _of(decided, event_id)
            if any(one.id == decided.id for one in known.history):
                return known
            return known.model_copy(update={"history": (decided, *known.history)[:_KEPT_DECISIONS]})

        await self.collections.quarantined.update(f"{decided.connection_id}:{event_id}", change)


def _of(decided: SyncDecided, event_id: str) -> Quarantined:
    return Quarantined(
        id=f"{decided.connection_id}:{event_id}",
        company_id=decided.company_id,
        connection_id=decided.connection_id,
        user_id=decided.user_id,
        event_id=event_id,
    )
