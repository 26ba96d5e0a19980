"""/v1/explain: why an item is synced or not, for the connection's owner alone (L1, G2)."""

from collections.abc import Sequence
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel

from chassis.web.auth import CurrentIdentity, Identity
from chassis.web.pagination import Page
from chassis.web.problems import problem_responses
from contracts.decisions import LostValue, Outcome, Remedy, SyncDecided
from mapper.adapters.collections import Collections
from mapper.domain.model import explanations
from mapper.domain.model.link import Link
from mapper.entrypoints.http.items import (
    MOST_LINKS,
    ItemQuery,
    Position,
    by_time,
    newest_first,
    none_of_colleagues,
    owned_by,
)
from mapper.entrypoints.http.services import InjectedServices

router = APIRouter(prefix="/v1/explain", tags=["sync"])

_CURSOR = by_time("explain")


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
    reason: str | None = None

    @classmethod
    def of(cls, decided: SyncDecided) -> Self:
        """Return a recorded decision as HTTP shows it."""
        return cls(at=decided.occurred_at, **decided.model_dump(include=set(cls.model_fields)))

    @classmethod
    def while_pairing(cls, link: Link) -> Self:
        """Return what holds for a link of a connection whose sides are still being read: no link has a record of it."""
        explanation = explanations.PAIRING
        return cls(
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


_Told = tuple[Explanation, str]
"""An explanation, and an id that tells it apart from others of the same moment."""


@router.get("", responses=problem_responses(401, 404, 422, 503))
async def explain(
    caller: CurrentIdentity, services: InjectedServices, query: Annotated[ItemQuery, Query()]
) -> Page[Explanation]:
    """Return what was decided for an activity or event, newest first."""
    query.check_one_item()
    before = _CURSOR.decode(query.cursor)
    told = await _told(services.collections, caller, query)
    shown, more = newest_first(_CURSOR, told, _position, before, query.limit)
    return Page(items=[explanation for explanation, _ in shown], next_cursor=more)


def _position(told: _Told) -> Position:
    explanation, told_id = told
    return explanation.at, told_id


async def _told(collections: Collections, caller: Identity, query: ItemQuery) -> list[_Told]:
    links = await collections.links.find(query.item() | owned_by(caller), limit=MOST_LINKS)
    skipped = await _skipped(collections, caller, query)
    if not (links or skipped):
        links = await none_of_colleagues(collections, caller, query)
    decided = [one for link in links for one in link.history] + skipped
    return [(Explanation.of(one), one.id) for one in decided] + await _while_pairing(collections, links)


async def _skipped(collections: Collections, caller: Identity, query: ItemQuery) -> list[SyncDecided]:
    """Return what connectors decided of the event; no activity is told of there."""
    if query.activity_id or not query.event_id:
        return []
    found = await collections.skipped_events.find(query.item() | owned_by(caller))
    return [one for skipped in found for one in skipped.history]


async def _while_pairing(collections: Collections, links: Sequence[Link]) -> list[_Told]:
    """Return what holds for links of connections whose sides are still being read (K4)."""
    known = await collections.connections.get_many([link.connection_id for link in links])
    read = [link for link in links if (one := known.get(link.connection_id)) and one.running and not one.adopted]
    return [(Explanation.while_pairing(link), link.id) for link in read]
