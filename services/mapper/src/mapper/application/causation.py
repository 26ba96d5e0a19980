"""What set a piece of work off: the chain of causes that its messages carry on."""

from dataclasses import dataclass
from datetime import datetime

from chassis.ids import new_id
from contracts.envelope import Message


@dataclass(frozen=True)
class Trigger:
    """The message (or timer) behind a decision, and when it is handled."""

    now: datetime
    correlation_id: str
    causation_id: str | None = None

    @classmethod
    def of(cls, message: Message, now: datetime) -> "Trigger":
        """Return the trigger that a message is."""
        return cls(now, message.correlation_id, message.id)

    @classmethod
    def timer(cls, now: datetime) -> "Trigger":
        """Return a trigger that began with a timer of ours."""
        return cls(now, new_id())
