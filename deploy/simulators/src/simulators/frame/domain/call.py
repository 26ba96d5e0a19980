"""One authorised request to a provider's API, on its way to its operation: what providers need to know of it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from simulators.frame.domain.traps import Parameters
from simulators.frame.domain.world import AnyAccount, BaseWorld

W = TypeVar("W", bound=BaseWorld[Any, Any])
A = TypeVar("A", bound=AnyAccount)


@dataclass(slots=True, kw_only=True)
class BaseCall(Generic[W, A]):
    """Who asks for which operation, when; `traps` are those that struck the call, for the journal."""

    world: W
    account: A
    operation: str
    now: datetime
    traps: list[str] = field(default_factory=list)

    def trap(self, trap_id: str) -> Parameters | None:
        """Return the trap's parameters if it strikes this call; it is noted for the journal."""
        struck = self.world.traps.take(trap_id, self.operation, self.account.email)
        if struck is not None:
            self.traps.append(trap_id)
        return struck


@dataclass(slots=True, kw_only=True)
class JsonCall(BaseCall[W, A]):
    """A request of a client with an OAuth token and a body of JSON."""

    client_id: str
    body: dict[str, Any]
    if_match: str | None = None
