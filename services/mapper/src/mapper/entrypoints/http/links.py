"""/v1/links: what is kept equal, for the connection's owner alone (L1, G2)."""

from typing import Annotated, Any, Self

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel

from chassis.web.auth import CurrentIdentity, Identity
from chassis.web.pagination import LimitQuery, Page, decode_cursor, encode_cursor
from chassis.web.problems import not_found, problem_responses, unprocessable
from contracts.links import LinkState, Origin
from mapper.adapters.collections import Collections
from mapper.domain.model.link import Link
from mapper.entrypoints.http.items import ItemQuery, is_of, links_of_item
from mapper.entrypoints.http.services import InjectedServices

router = APIRouter(prefix="/v1/links", tags=["sync"])


class LinkView(BaseModel):
    """A link as its owner sees it."""

    id: str
    connection_id: str
    activity_id: str
    event_id: str | None
    origin: Origin
    state: LinkState
    reason: str | None
    version: int
    updated_at: AwareDatetime

    @classmethod
    def of(cls, link: Link) -> Self:
        """Return the stored link as HTTP shows it; its version is the published one."""
        shown = link.model_dump(include=set(cls.model_fields))
        return cls.model_validate(shown | {"version": link.published_version})


class LinksQuery(ItemQuery):
    """Which links are asked for."""

    state: LinkState | None = None
    limit: LimitQuery = 100
    cursor: str | None = None


@router.get("", responses=problem_responses(401, 404, 422, 503))
async def links(
    caller: CurrentIdentity, services: InjectedServices, query: Annotated[LinksQuery, Query()]
) -> Page[LinkView]:
    """Return the links of an activity, an event, or a connection (then page by page)."""
    if not (query.activity_id or query.event_id):
        return await _of_connection(services.collections, caller, query)
    found = await links_of_item(services.collections, caller, query)
    shown = [link for link in found if link.state != "unlinked" and query.state in {None, link.state}]
    return Page(items=[LinkView.of(link) for link in shown], next_cursor=None)


async def _of_connection(collections: Collections, caller: Identity, query: LinksQuery) -> Page[LinkView]:
    if query.connection_id is None:
        raise unprocessable("validation_error", "one of activity_id, event_id and connection_id is required")
    connection = await collections.connections.get(query.connection_id)
    if connection is None or not is_of(caller, connection):
        raise not_found("connection")
    where: dict[str, Any] = {"connection_id": connection.id, "state": query.state or {"$ne": "unlinked"}}
    after = decode_cursor(query.cursor) if query.cursor else None
    found = await collections.links.find(where, limit=query.limit + 1, after=after)
    page = found[: query.limit]
    more = len(found) > query.limit
    return Page(
        items=[LinkView.of(link) for link in page],
        next_cursor=encode_cursor(collections.links.position(page[-1])) if more else None,
    )
