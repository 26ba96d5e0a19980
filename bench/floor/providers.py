"""What the floor says to a provider: per change the same calls as our adapter's, counted from the simulator's journal.

A new provider is one row in `PROVIDERS`, beside the module with its words.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import httpx

from bench.floor import exchange, google, graph
from bench.floor.common import Json
from bench.floor.rows import Page, Row


class Calendar(Protocol):
    """One account's primary calendar."""

    async def watch(self, address: str, name: str) -> None:
        """Have the provider ring at an address, and tell the name when it does."""

    def changes(self, cursor: str) -> AsyncIterator[Page]:
        """Yield what changed after a cursor; everything where it is empty."""

    async def create(self, fields: Json) -> Row:
        """Create an event."""

    async def update(self, event_id: str, fields: Json) -> Row:
        """Change an event."""


@dataclass(frozen=True)
class Words:
    """How a provider is spoken to.

    `rung`: the names that a push tells of. `echo`: what a new address must answer. `thanks`: the answer to a push.
    """

    calendar: Callable[[httpx.AsyncClient, str], Calendar]
    rung: Callable[[Json], Iterable[str]]
    echo: Callable[[Json], str | None]
    thanks: str | None = None


_GRAPH = Words(graph.GraphCalendar, graph.rung, graph.echo)
PROVIDERS: Mapping[str, Words] = {
    "google": Words(google.GoogleCalendar, google.rung, lambda _: None),
    "outlook": _GRAPH,
    "office365": _GRAPH,
    "exchange": Words(exchange.ExchangeCalendar, exchange.rung, lambda _: None, exchange.OK),
}
