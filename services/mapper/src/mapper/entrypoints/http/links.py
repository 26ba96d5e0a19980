"""/v1/links: what is kept equal, for the connection's owner alone (L1, G2)."""

from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel

from chassis.web.auth import CurrentIdentity, Identity
from chassis.web.pagination import Page, by_id
from chassis.web.problems import not_found, problem_responses
from contracts.links import LinkState, Origin
from mapper.adapters.collections import Collections
from mapper.domain.model.link import Link
from mapper.entrypoints.http.items import ItemQuery, is_of, none_of_colleagues, owned_by
from mapper.entrypoints.http.services import InjectedServices

router = APIRouter(prefix="/v1/links", tags=["sync"])

_CURSOR = by_id("links")


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


@router.get("", responses=problem_responses(401, 404, 422, 503))
async def links(
    caller: CurrentIdentity, services: InjectedServices, query: Annotated[LinksQuery, Query()]
) -> Page[LinkView]:
    """Return the links of an activity, an event or a connection, page by page in the order of their ids."""
    item = query.named_item()
    of_item = bool(query.activity_id or query.event_id)
    if not of_item:
        await _check_connection(services.collections, caller, query.connection_id or "")
    where = item | owned_by(caller) | {"state": query.state or {"$ne": "unlinked"}}
    found = await services.collections.links.find(where, limit=query.limit + 1, after=_CURSOR.decode(query.cursor))
    if of_item and not found:
        await none_of_colleagues(services.collections, caller, query)
    shown, more = _CURSOR.page(found, query.limit, lambda link: (link.id,))
    return Page(items=[LinkView.of(link) for link in shown], next_cursor=more)


async def _check_connection(collections: Collections, caller: Identity, connection_id: str) -> None:
    connection = await collections.connections.get(connection_id)
    if connection is None or not is_of(caller, connection):
        raise not_found("connection")
