"""An event that a connector skips, and what it decided of it (L1)."""

from typing import Final, Self

from chassis.persistence.document import Document
from contracts.decisions import SyncDecided

_KEPT_DECISIONS: Final = 20


class SkippedEvent(Document):
    """What a connector decided of an event that it skips; `history` is newest first."""

    company_id: str
    connection_id: str
    user_id: str
    event_id: str
    history: tuple[SyncDecided, ...] = ()

    @classmethod
    def of(cls, decided: SyncDecided, event_id: str) -> Self:
        """Return the event of a decision, without history yet."""
        return cls(
            id=f"{decided.connection_id}:{event_id}",
            company_id=decided.company_id,
            connection_id=decided.connection_id,
            user_id=decided.user_id,
            event_id=event_id,
        )

    def recording(self, decided: SyncDecided) -> Self:
        """Return the event with a decision on record; one that comes again changes nothing."""
        if any(one.id == decided.id for one in self.history):
            return self
        return self.model_copy(update={"history": (decided, *self.history)[:_KEPT_DECISIONS]})
