"""Finds the link that an event belongs to (K2, K3)."""

from dataclasses import dataclass
from datetime import datetime

from contracts.calendar_events import EventChanged
from mapper.adapters.collections import Collections
from mapper.domain.model.connections.connection import Connection
from mapper.domain.model.link import Link
from mapper.domain.rules.linking.link_resolution import (
    is_copy,
    is_stale_read,
    link_id_by_marker,
    link_of_event,
    select_link,
)


@dataclass(frozen=True)
class LinkLookup:
    """Looks a link up by the event's id, the id it had before, and its marker."""

    collections: Collections

    async def find(self, connection: Connection, fact: EventChanged, *, now: datetime, generation: int = 0) -> Link:
        """Return the event's link, or a new one of version 0; `generation`: which activity of the event it is for."""
        if (link := await self._by_event_id(fact)) is not None:
            return link
        marked = link_id_by_marker(fact)
        known = await self.collections.links.get(marked) if marked else None
        if known is not None and (is_stale_read(known, fact) or not is_copy(known, fact.event.event_id)):
            return known
        # Before both sides are read, a copy may come before its original: then pairing decides about the marker (K3).
        believed = bool(marked) and known is None and connection.adopted
        return link_of_event(connection, fact, marked=believed, now=now, generation=generation)

    async def _by_event_id(self, fact: EventChanged) -> Link | None:
        ids = [one for one in (fact.event.event_id, fact.replaces) if one]
        return select_link([await self.collections.link_by_event((fact.account_key, event_id)) for event_id in ids])
