"""What a piece of work follows from: the message or timer whose ids its own messages carry on."""

from dataclasses import dataclass
from datetime import datetime

from chassis.ids import new_id
from contracts.envelope import Message


@dataclass(frozen=True)
class Causation:
    """The message (or timer) behind a decision, and when it is handled."""

    now: datetime
    correlation_id: str
    causation_id: str | None = None

    @classmethod
    def of(cls, message: Message, now: datetime) -> "Causation":
        """Return what follows from a message: its correlation id, and its own id as the cause."""
        return cls(now, message.correlation_id, message.id)

    @classmethod
    def timer(cls, now: datetime) -> "Causation":
        """Return what follows from a timer of ours: a new correlation id, and no message as the cause."""
        return cls(now, new_id())
