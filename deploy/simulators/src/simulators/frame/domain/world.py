"""What every simulated provider keeps beside its calendars: accounts, traps, mails, and how the whole behaves."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from random import Random
from typing import Any, Generic, Protocol, TypeVar

from simulators.frame.domain.errors import ProviderError
from simulators.frame.domain.oauth import Authorizations
from simulators.frame.domain.traps import TrapBox


class AnyAccount(Protocol):
    """What the frame needs to know of an account."""

    @property
    def email(self) -> str:
        """The address, in lower case."""

    @property
    def name(self) -> str:
        """The holder's name."""

    def entry(self, calendar_id: str) -> Any:  # noqa: ANN401 - each provider keeps its own
        """Return the account's hold on a calendar; the provider's 404 where there is none."""


A = TypeVar("A", bound=AnyAccount)
C = TypeVar("C")


@dataclass(kw_only=True)
class BaseWorld(ABC, Generic[A, C]):
    """The common state. `rng` draws ids and tokens; it is never a trap's own."""

    rng: Random
    traps: TrapBox
    accounts: dict[str, A] = field(default_factory=dict)
    calendars: dict[str, C] = field(default_factory=dict)
    mails: list[dict[str, Any]] = field(default_factory=list)
    auto_approve: str | None = None
    page_cap: int | None = None
    latency_ms: int = 0
    shift_seconds: float = 0.0

    @staticmethod
    @abstractmethod
    def not_found() -> ProviderError:
        """Return the provider's 404."""

    def account(self, email: str) -> A:
        """Return the account; 404 if there is none."""
        found = self.accounts.get(email.lower())
        if found is None:
            raise self.not_found()
        return found

    def calendar(self, account: A, calendar_id: str) -> tuple[C, Any]:
        """Return a calendar that the account sees, with its hold on it."""
        entry = account.entry(calendar_id)
        return self.calendars[entry.calendar], entry

    def reset(self) -> None:
        """Forget everything; the ids go on being drawn from the same source."""
        make: Callable[..., BaseWorld[A, C]] = type(self)
        fresh = make(rng=self.rng, traps=TrapBox(self.traps.known, rng=Random(0)))
        for one in fields(self):
            setattr(self, one.name, getattr(fresh, one.name))


@dataclass(kw_only=True)
class OAuthWorld(BaseWorld[A, C]):
    """The state of a provider whose clients sign in by OAuth."""

    oauth: Authorizations


PLAIN = ("mails", "auto_approve", "page_cap", "latency_ms", "shift_seconds")
"""The common fields that a snapshot keeps; traps are set anew after a restart."""
