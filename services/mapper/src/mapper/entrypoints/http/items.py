"""How links and explain name an item, and whose it is: the connection's owner alone gets an answer (L1, G2)."""

from pydantic import BaseModel

from chassis.web.auth import Identity
from chassis.web.problems import not_found
from mapper.adapters.collections import Collections
from mapper.domain.model.connection import Connection
from mapper.domain.model.link import Link

_MOST_OF_ONE_ITEM = 100


class ItemQuery(BaseModel, extra="forbid"):
    """Which item is asked for."""

    activity_id: str | None = None
    event_id: str | None = None
    connection_id: str | None = None


async def links_of_item(collections: Collections, caller: Identity, query: ItemQuery) -> list[Link]:
    """Return the caller's links of an item; 404 where they are somebody else's."""
    wanted = {name: value for name, value in query.model_dump(include=set(ItemQuery.model_fields)).items() if value}
    mine = {"company_id": caller.company_id, "user_id": caller.user_id}
    own = await collections.links.find(wanted | mine, limit=_MOST_OF_ONE_ITEM)
    if own or not (anybodys := await collections.links.find(wanted, limit=1)):
        return own
    if not all(is_of(caller, link) for link in anybodys):
        raise not_found("link")
    return anybodys  # the caller's own after all: it came between the two look-ups


def is_of(caller: Identity, one: Link | Connection) -> bool:
    """Tell whether a link or connection is the caller's."""
    return (one.company_id, one.user_id) == (caller.company_id, caller.user_id)
