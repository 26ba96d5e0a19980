"""HTTP: links and explain, for the connection's owner alone (L1, G2)."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel

from chassis.web.auth import CurrentIdentity, Identity
from chassis.web.pagination import LimitQuery, Page, decode_cursor, encode_cursor
from chassis.web.problems import not_found, problem_responses, unprocessable
from contracts.decisions import LostValue, Outcome, Remedy, SyncDecided
from contracts.links import LinkState, Origin
from mapper.adapters.collections import Collections
from mapper.domain.model import explanations
from mapper.domain.model.connection import Connection
from mapper.domain.model.link import Link

_MOST_OF_ONE_ITEM = 100


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


class Explanation(BaseModel):
    """What was decided for an item, by which rule and setting, and what would change it."""

    at: AwareDatetime
    activity_id: str | None
    event_id: str | None
    outcome: Outcome
    rule: str
    setting: str | None
    words: str
    remedy: Remedy | None
    lost: Sequence[LostValue]


class ItemQuery(BaseModel, extra="forbid"):
    """Which item is asked for."""

    activity_id: str | None = None
    event_id: str | None = None
    connection_id: str | None = None


class LinksQuery(ItemQuery):
    """Which links are asked for."""

    state: LinkState | None = None
    limit: LimitQuery = 100
    cursor: str | None = None


def routes(collections: Collections) -> APIRouter:
    """Return the routes of the mapper."""
    router = APIRouter(prefix="/v1", tags=["sync"], responses=problem_responses(401, 404, 422, 503))

    @router.get("/links")
    async def links(identity: CurrentIdentity, query: Annotated[LinksQuery, Query()]) -> Page[LinkView]:
        """Return the links of an activity, an event, or a connection (then page by page)."""
        if query.activity_id or query.event_id:
            found = await _of_item(collections, identity, query)
            shown = [_view(link) for link in found if link.state != "unlinked" and query.state in {None, link.state}]
            return Page(items=shown, next_cursor=None)
        return await _of_connection(collections, identity, query)

    @router.get("/explain")
    async def explain(identity: CurrentIdentity, query: Annotated[ItemQuery, Query()]) -> Page[Explanation]:
        """Return what was decided for an activity or event, newest first."""
        if not (query.activity_id or query.event_id):
            raise unprocessable("validation_error", "activity_id or event_id is required")
        links = await _of_item(collections, identity, query)
        decided = [one for link in links for one in link.history]
        decided += await _of_left_out(collections, identity, query)
        explained = [_explanation(one) for one in decided] + await _waiting(collections, links)
        newest_first = sorted(explained, key=lambda one: one.at, reverse=True)
        return Page(items=newest_first, next_cursor=None)

    return router


async def _of_item(collections: Collections, identity: Identity, query: ItemQuery) -> list[Link]:
    wanted = {name: value for name, value in query.model_dump(include=set(ItemQuery.model_fields)).items() if value}
    mine = {"company_id": identity.company_id, "user_id": identity.user_id}
    own = await collections.links.find(wanted | mine, limit=_MOST_OF_ONE_ITEM)
    if own or not (anybodys := await collections.links.find(wanted, limit=1)):
        return own
    if not all(_is_of(identity, link) for link in anybodys):
        raise not_found("link")
    return anybodys  # the caller's own after all: it came between the two looks


def _is_of(identity: Identity, one: Link | Connection) -> bool:
    return (one.company_id, one.user_id) == (identity.company_id, identity.user_id)


async def _waiting(collections: Collections, links: Sequence[Link]) -> list[Explanation]:
    """Return what holds for links of connections whose sides are still being read: none has a record of it (K4)."""
    known = await collections.connections.get_many([link.connection_id for link in links])
    read = [link for link in links if (one := known.get(link.connection_id)) and one.running and not one.adopted]
    return [_waits(link) for link in read]


def _waits(link: Link) -> Explanation:
    explanation = explanations.PAIRING
    return Explanation(
        at=link.updated_at,
        activity_id=link.activity_id if link.activity.activity else None,
        event_id=link.event_id,
        outcome=explanation.outcome,
        rule=explanation.rule,
        setting=explanation.setting,
        words=explanation.words,
        remedy=explanation.remedy,
        lost=explanation.lost,
    )


async def _of_left_out(collections: Collections, identity: Identity, query: ItemQuery) -> list[SyncDecided]:
    if not query.event_id:
        return []
    wanted = {"event_id": query.event_id, "company_id": identity.company_id, "user_id": identity.user_id}
    return [one for found in await collections.left_out.find(wanted) for one in found.history]


async def _of_connection(collections: Collections, identity: Identity, query: LinksQuery) -> Page[LinkView]:
    if query.connection_id is None:
        raise unprocessable("validation_error", "one of activity_id, event_id and connection_id is required")
    connection = await collections.connections.get(query.connection_id)
    if connection is None or not _is_of(identity, connection):
        raise not_found("connection")
    where: dict[str, Any] = {"connection_id": connection.id, "state": query.state or {"$ne": "unlinked"}}
    after = decode_cursor(query.cursor) if query.cursor else None
    found = await collections.links.find(where, limit=query.limit + 1, after=after)
    page = found[: query.limit]
    more = len(found) > query.limit
    return Page(
        items=[_view(link) for link in page],
        next_cursor=encode_cursor(collections.links.position(page[-1])) if more else None,
    )


def _view(link: Link) -> LinkView:
    return LinkView.model_validate(link, from_attributes=True).model_copy(update={"version": link.published_version})


def _explanation(decided: SyncDecided) -> Explanation:
    shown = decided.model_dump(include=set(Explanation.model_fields))
    return Explanation(at=decided.occurred_at, **shown)
