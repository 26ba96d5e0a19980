"""What a piece of work follows from: the message or timer whose ids its own messages carry on."""

from dataclasses import dataclass, replace
from datetime import datetime

from chassis.ids import new_id
from contracts.envelope import Message


@dataclass(frozen=True)
class Causation:
    """The message (or timer) behind a decision, and when it is handled.

    `edited_at` is when a person made the edit behind it; None where it follows from no edit, or from an old one.
    """

    now: datetime
    correlation_id: str
    causation_id: str | None = None
    edited_at: datetime | None = None

    @classmethod
    def of(cls, message: Message, now: datetime, edited_at: datetime | None = None) -> "Causation":
        """Return what follows from a message: its correlation id, and its own id as the cause."""
        return cls(now, message.correlation_id, message.id, edited_at)

    def of_edit(self, edited_at: datetime | None) -> "Causation":
        """Return the same, following from an edit that was made at a time."""
        return replace(self, edited_at=edited_at)

    @classmethod
    def timer(cls, now: datetime) -> "Causation":
        """Return what follows from a timer of ours: a new correlation id, and no message as the cause."""
        return cls(now, new_id())
