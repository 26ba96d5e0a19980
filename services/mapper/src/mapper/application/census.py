"""Counts what metrics say of all links: how many there are in each state."""

import asyncio
from dataclasses import dataclass
from typing import Final, get_args

from contracts.links import LinkState
from mapper.adapters.collections import Collections
from mapper.adapters.metrics import LINKS

STATES: Final[tuple[LinkState, ...]] = get_args(LinkState)


@dataclass(frozen=True)
class LinkCensus:
    """Counts by an index; items without a counterpart are no links."""

    collections: Collections

    async def count(self) -> None:
        """Set the gauges of all states."""
        found = await asyncio.gather(*(self.collections.links.count({"state": state}) for state in STATES))
        for state, count in zip(STATES, found, strict=True):
            LINKS.labels(state).set(count)
