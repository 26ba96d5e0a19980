"""How links and explain name an item, and whose it is: the connection's owner alone gets an answer (L1, G2)."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeVar

from pydantic import AwareDatetime, BaseModel, Field

from chassis.web.auth import Identity
from chassis.web.pagination import DEFAULT_LIMIT, Cursor, CursorQuery, LimitQuery
from chassis.web.problems import not_found, unprocessable
from mapper.adapters.collections import Collections
from mapper.domain.model.connections.connection import Connection
from mapper.domain.model.link import Link

T = TypeVar("T")

Position = tuple[AwareDatetime, str]
"""Where a decision stands in a list: when it was made, and an id that tells it apart from others of that moment."""

MOST_LINKS: Final = 100
"""Links of one item: one for each connection that it was ever in."""

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

    def named_item(self) -> dict[str, Any]:
        """Return the item as a filter; 422 where none is named."""
        item = self.item()
        if not item:
            raise unprocessable("validation_error", "one of activity_id, event_id and connection_id is required")
        return item

    def check_one_item(self) -> None:
        """Raise 422 unless it is an activity or an event that is asked for."""
        if not (self.activity_id or self.event_id):
            raise unprocessable("validation_error", "activity_id or event_id is required")


def by_time(name: str) -> Cursor[Position]:
    """Return the cursor of a list of decisions, newest first."""
    return Cursor(name, tuple[AwareDatetime, str])


def newest_first(
    cursor: Cursor[Position], found: Iterable[T], position: Callable[[T], Position], before: Position | None, limit: int
) -> tuple[Sequence[T], str | None]:
    """Return the page of what was decided `before`, and the cursor of the next."""
    ordered = sorted(found, key=position, reverse=True)
    return cursor.page([one for one in ordered if before is None or position(one) < before], limit, position)


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
