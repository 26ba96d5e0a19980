"""The parts of a connection's document: trouble, guard, counts, push channel, lease and write in flight."""

from datetime import datetime, timedelta
from typing import Literal, Self

from pydantic import AwareDatetime, Field

from contracts.brakes import BrakeItem, Restore
from contracts.envelope import Id, Value

TroubleKind = Literal["throttled", "unreachable", "calendar_unavailable", "needs_reauth"]

_FOR_GOOD = timedelta(days=7)
"""Who has no access for so long leaves a shared calendar's events to colleagues: a weekend, or a holiday, is no end."""


class LastProblem(Value):
    """What went wrong last, for the user."""

    code: str
    detail: str
    at: AwareDatetime


class Trouble(Value):
    """Why the provider cannot be asked just now; the connection's work is parked until `retry_at` or the user acts."""

    kind: TroubleKind
    since: AwareDatetime
    attempts: int = 1
    retry_at: AwareDatetime | None = None

    @property
    def ends_at(self) -> datetime | None:
        """When it counts as the end of the sync for those who share the calendar (A10); None: it passes by itself."""
        return self.since + _FOR_GOOD if self.kind in {"needs_reauth", "calendar_unavailable"} else None

    @property
    def needs_user(self) -> bool:
        """Whether waiting is of no use."""
        return self.kind == "needs_reauth"


class MassDeleteGuard(Value):
    """A pass that waits for the user's confirmation, since it would delete too much (H4)."""

    id: Id
    pass_id: Id
    items: tuple[BrakeItem, ...]
    total: int = 0
    restore: Restore | None = Field(default=None, description="what restoring puts back after a settings change")


class Counted(Value):
    """What the mapper said last about this connection (L2)."""

    replay_id: Id
    replayed: bool
    links: int
    pending: int


class Subscription(Value):
    """The push channel that is open now."""

    id: Id
    resource_id: str
    calendar_id: Id
    opened_at: AwareDatetime
    expires_at: AwareDatetime
    must_renew: bool = Field(default=False, description="its provider said so, whatever its end")
    silence: float | None = Field(default=None, description="seconds without a sign of life after which it is gone")
    heard: bool = Field(default=False, description="its provider reaches us, as a sign of life has shown")

    def to_renew(self) -> Self:
        """Return the channel as one that its provider wants renewed now."""
        return self.model_copy(update={"must_renew": True})

    def alive(self, expires_at: datetime) -> Self:
        """Return the channel after a sign of life, by which it lasts until then."""
        return self.model_copy(update={"expires_at": expires_at, "heard": True})

    def prolonged(self, opened_at: datetime, expires_at: datetime) -> Self:
        """Return the channel with a later end."""
        return self.model_copy(update={"opened_at": opened_at, "expires_at": expires_at, "must_renew": False})


class Lease(Value):
    """Who works on this connection just now; `fence` rises with each lease, so that a stale holder is told apart."""

    holder: Id
    fence: int
    until: AwareDatetime

    def prolonged(self, until: datetime) -> Self:
        """Return the lease with a later end."""
        return self.model_copy(update={"until": until})


class InFlight(Value):
    """A write at the provider that may or may not have arrived: settled first after a crash."""

    command_id: Id
    kind: Literal["put", "remove"]
    event_id: Id
    generation: int = 0
    started_at: AwareDatetime
    tries: int = 1

    def as_next_try_of(self, earlier: "InFlight") -> Self:
        """Return the note of a command that was tried before: it keeps the first try's time."""
        return self.model_copy(update={"started_at": earlier.started_at, "tries": earlier.tries + 1})

    def at_place(self, event_id: Id, generation: int) -> Self:
        """Return the note of the write at another id."""
        return self.model_copy(update={"event_id": event_id, "generation": generation})

    @property
    def unsure(self) -> bool:
        """Whether an earlier try of this very command may have arrived."""
        return self.tries > 1
