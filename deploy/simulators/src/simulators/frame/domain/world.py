"""What every simulated provider keeps beside its calendars: traps, mails, and how the whole behaves."""

from dataclasses import dataclass, field, fields
from random import Random
from typing import Any

from simulators.frame.domain.traps import TrapBox


@dataclass(kw_only=True)
class BaseWorld:
    """The common state. `rng` draws ids and tokens; it is never a trap's own."""

    rng: Random
    traps: TrapBox
    mails: list[dict[str, Any]] = field(default_factory=list)
    auto_approve: str | None = None
    page_cap: int | None = None
    latency_ms: int = 0
    shift_seconds: float = 0.0

    def reset(self) -> None:
        """Forget everything; the ids go on being drawn from the same source."""
        empty = type(self)(rng=self.rng, traps=TrapBox(self.traps.known, rng=Random(0)))
        for one in fields(self):
            setattr(self, one.name, getattr(empty, one.name))


PLAIN = ("mails", "auto_approve", "page_cap", "latency_ms", "shift_seconds")
"""The common fields that a snapshot keeps; traps are set anew after a restart."""
