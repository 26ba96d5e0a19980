"""How links and explain name an item, and whose it is: the connection's owner alone gets an answer (L1, G2)."""

from typing import Any

from pydantic import BaseModel, Field

from chassis.web.auth import Identity
from chassis.web.pagination import DEFAULT_LIMIT, CursorQuery, LimitQuery
from chassis.web.problems import not_found
from mapper.adapters.collections import Collections
from mapper.domain.model.connections.connection import Connection
from mapper.domain.model.link import Link

_ID = Field(default=None, max_length=1024)


class ItemQuery(BaseModel, extra="forbid"):
    """Which item is asked for, and which page of the answer."""

    activity_id: str | None = _ID
    event_id: str | None = _ID
    connection_id: str | None = _ID
    limit: LimitQuery = DEFAULT_LIMIT
    cursor: CursorQuery = None

    def item(self) -> dict[str, Any]:
        """Return the item as a filter."""
        return self.model_dump(include={"activity_id", "event_id", "connection_id"}, exclude_none=True)


def owned_by(caller: Identity) -> dict[str, Any]:
    """Return the filter for what is the caller's."""
    return {"company_id": caller.company_id, "user_id": caller.user_id}


async def none_of_colleagues(collections: Collections, caller: Identity, query: ItemQuery) -> list[Link]:
    """Raise 404 where an item, of which the caller has no link at all, is a colleague's.

    An id that is nobody's and one that is another company's are not told apart (G4): neither has links. Returned is
    one of the caller's own, which may be in another state than was asked for, or have come since.
    """
    own = await collections.links.find(query.item() | owned_by(caller), limit=1)
    found = own or await collections.links.find(query.item() | {"company_id": caller.company_id}, limit=1)
    if not all(is_of(caller, link) for link in found):
        raise not_found("link")
    return found


def is_of(caller: Identity, one: Link | Connection) -> bool:
    """Tell whether a link or connection is the caller's."""
    return (one.company_id, one.user_id) == (caller.company_id, caller.user_id)
