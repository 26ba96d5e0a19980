"""What a change of settings would take out of the calendar, counted before it is made (C5, I2, K1).

The activity store and the mapper know; where one of them cannot be asked, the page says that it cannot tell.
"""

from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from chassis.pages.neighbours import Neighbour
from connector.domain.connection.settings_change import SettingsChange
from connector.domain.model.connection import Connection
from connector.entrypoints.http.pages.fields import SettingName
from connector.entrypoints.http.pages.view import Removal

_PAGE = 500
_MOST_PAGES = 4
"""Beyond two thousand items nobody waits for an exact number."""
_KEPT_EQUAL = frozenset({"active", "pending"})


class _CannotTell(Exception):  # noqa: N818 - an answer, no defect
    """A neighbour is away, or has too much to say."""


@dataclass(frozen=True)
class Removals:
    """Counts what would go, on behalf of who asks."""

    mapper: Neighbour
    store: Neighbour

    async def by_change(
        self,
        request: Request,
        connection: Connection,
        name: SettingName,
        change: SettingsChange,
        active: Collection[str],
    ) -> Removal | None:
        """Return what a change takes away, None where that is nothing."""
        if connection.account_key is None:
            return None
        if name == "outbound_types":
            selected = set(connection.settings.selected_types(tuple(active)))
            dropped = selected - set(active if change.outbound_types is None else change.outbound_types)
            return await self._of_types(request, connection, sorted(dropped)) if dropped else None
        if name == "invite_guests" and change.invite_guests and not connection.settings.invite_guests:
            return await self._waiting_for_guests(request, connection)
        return None

    async def by_stopping(self, request: Request, connection: Connection) -> Mapping[str, int] | None:
        """Return how many items are kept equal, by the side that they were born on; None where nobody can tell."""
        try:
            links = [link async for link in self._links(request, connection)]
        except _CannotTell:
            return None
        return Counter(str(link["origin"]) for link in links if link["state"] in _KEPT_EQUAL)

    async def _of_types(self, request: Request, connection: Connection, types: Collection[str]) -> Removal | None:
        count = 0
        try:
            for one in types:
                query: dict[str, str | int] = {"owner_id": connection.user_id, "type": one}
                found = _pages(self.store, request, "/v1/activities", query)
                count += sum([_goes(item["sync"], connection) async for item in found])
        except _CannotTell:
            return Removal("outbound_types", None)
        return Removal("outbound_types", count) if count else None

    async def _waiting_for_guests(self, request: Request, connection: Connection) -> Removal | None:
        """Return the meetings whose removal waits for this setting."""
        try:
            links = [link async for link in self._links(request, connection, "dormant")]
        except _CannotTell:
            return Removal("invite_guests", None)
        count = sum(link["reason"] == "would_mail_guests" for link in links)
        return Removal("invite_guests", count) if count else None

    def _links(self, request: Request, connection: Connection, state: str = "active") -> AsyncIterator[Any]:
        return _pages(self.mapper, request, "/v1/links", {"connection_id": connection.id, "state": state})


def _goes(sync: Mapping[str, Any] | None, connection: Connection) -> bool:
    """Tell whether an activity has an event that was made for it, in this connection."""
    if sync is None or sync["connection_id"] != connection.id:
        return False
    return sync["origin"] == "crm" and sync["state"] in _KEPT_EQUAL


async def _pages(
    neighbour: Neighbour, request: Request, path: str, query: Mapping[str, str | int]
) -> AsyncIterator[Any]:
    """Yield the items of a list, page by page. Raises _CannotTell."""
    cursor: dict[str, str | int] = {}
    for _ in range(_MOST_PAGES):
        page = await neighbour.get(request, path, **query, limit=_PAGE, **cursor)
        if page is None:
            raise _CannotTell
        for item in page["items"]:
            yield item
        if not page["next_cursor"]:
            return
        cursor = {"cursor": page["next_cursor"]}
    raise _CannotTell
