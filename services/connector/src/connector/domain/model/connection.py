"""The connection's document: one user's connected calendar account, and how its work stands."""

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, Field

from chassis.persistence.document import Document
from contracts.brakes import BrakeItem, Restore
from contracts.connections import BrakeAnswer, ConnectionSettings, Coverage, Provider, Remove
from contracts.envelope import Id, Value

Phase = Literal["connecting", "running", "stopping", "stopped"]
TroubleKind = Literal["throttled", "unreachable", "calendar_unavailable", "needs_reauth"]
Push = Literal["webhook", "polling"]
DueKind = Literal[
    "window", "second_look", "settings", "poll", "retry", "horizon", "reconcile", "channel", "kick", "retire"
]


class Choices(ConnectionSettings):
    """What the user chose so far: calendar and zone are filled in by the account when it is authorised."""

    calendar_id: Id | None = None  # type: ignore[assignment]  # unknown until OAuth is through
    timezone: str | None = None  # type: ignore[assignment]  # the calendar's own, unless chosen

    def complete(self) -> ConnectionSettings:
        """Return the settings as others see them; needs a calendar."""
        return ConnectionSettings.model_validate(self.model_dump() | {"timezone": self.timezone or "UTC"})


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
    def needs_user(self) -> bool:
        """Whether waiting is of no use."""
        return self.kind == "needs_reauth"


class Brake(Value):
    """A pass waits for the user's confirmation (H4)."""

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


class Lease(Value):
    """Who works on this connection just now; `fence` rises with each lease, so that a stale holder is told apart."""

    holder: Id
    fence: int
    until: AwareDatetime


class InFlight(Value):
    """A write at the provider that may or may not have arrived: settled first after a crash."""

    command_id: Id
    kind: Literal["put", "remove"]
    event_id: Id
    generation: int = 0
    started_at: AwareDatetime
    tries: int = 1

    @property
    def unsure(self) -> bool:
        """Whether an earlier try of this very command may have arrived."""
        return self.tries > 1


class Connection(Document):
    """A connection: its settings, its status, and the state of the work on it."""

    company_id: Id
    user_id: Id
    provider: Provider
    email: str
    created_at: AwareDatetime
    phase: Phase = "connecting"
    account_id: str | None = None
    account_key: Id | None = None

    settings: Choices = Choices()
    settings_version: int = 1
    coverage: Coverage
    replay_id: Id
    remove: Remove = "none"

    push: Push = "polling"
    subscription: Subscription | None = None
    trouble: Trouble | None = None
    last_problem: LastProblem | None = None
    brake: Brake | None = None
    brake_answer: BrakeAnswer | None = None
    counted: Counted | None = None
    ever_replayed: bool = False
    told: int = Field(default=0, description="events told in the present replay")

    quiet_polls: int = Field(default=0, description="polls in a row that found nothing which push had not told")

    cursor: str | None = None
    last_read_at: AwareDatetime | None = None
    last_read_started_at: AwareDatetime | None = None

    seq: int = 0
    fence: int = 0
    lease: Lease | None = None
    in_flight: InFlight | None = None

    due: dict[DueKind, AwareDatetime] = Field(default_factory=dict)
    due_at: AwareDatetime | None = Field(default=None, description="the earliest of what somebody waits for")
    resume_at: AwareDatetime | None = Field(default=None, description="when parked work goes on")
    background_at: AwareDatetime | None = Field(default=None, description="the earliest of what can wait")

    @property
    def calendar_id(self) -> str:
        """The chosen calendar; only for a connection that was authorised."""
        if self.settings.calendar_id is None:
            raise ValueError(f"connection {self.id} has no calendar yet")
        return self.settings.calendar_id

    @property
    def known_account(self) -> str:
        """The account key; only for a connection that was authorised."""
        if self.account_key is None:
            raise ValueError(f"connection {self.id} has no account yet")
        return self.account_key

    @property
    def zone(self) -> str:
        """The IANA zone in which this connection's days begin."""
        return self.settings.timezone or "UTC"

    def can_work(self, now: datetime) -> bool:
        """Whether the provider may be asked now."""
        if self.trouble is None:
            return True
        return self.trouble.retry_at is not None and self.trouble.retry_at <= now
