"""Push subscriptions: what is watched, and how often a sign of life is sent."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Subscription:
    """A push subscription of one account. `folders`: keys of the watched calendars; `status_minutes`: its heartbeat."""

    id: str
    email: str
    folders: tuple[str, ...]
    changes: tuple[str, ...]
    url: str
    status_minutes: int
    created: datetime


@dataclass(slots=True)
class Subscriptions:
    """The live subscriptions by their ids; a restart of the server forgets them."""

    live: dict[str, Subscription] = field(default_factory=dict)
