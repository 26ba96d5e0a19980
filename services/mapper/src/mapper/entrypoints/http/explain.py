"""/v1/explain: why an item is synced or not, for the connection's owner alone (L1, G2)."""

from collections.abc import Sequence
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel

from chassis.web.auth import CurrentIdentity, Identity
from chassis.web.pagination import Page
from chassis.web.problems import problem_responses, unprocessable
from contracts.decisions import LostValue, Outcome, Remedy, SyncDecided
from mapper.adapters.collections import Collections
from mapper.domain.model import explanations
from mapper.domain.model.link import Link
from mapper.entrypoints.http.items import ItemQuery, links_of_item
from mapper.entrypoints.http.services import InjectedServices

router = APIRouter(prefix="/v1/explain", tags=["sync"])


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


@router.get("", responses=problem_responses(401, 404, 422, 503))
async def explain(
    caller: CurrentIdentity, services: InjectedServices, query: Annotated[ItemQuery, Query()]
) -> Page[Explanation]:
    """Return what was decided for an activity or event, newest first."""
    if not (query.activity_id or query.event_id):
        raise unprocessable("validation_error", "activity_id or event_id is required")
    links = await links_of_item(services.collections, caller, query)
    decided = [one for link in links for one in link.history]
    decided += await _of_skipped(services.collections, caller, query)
    explained = [Explanation.of(one) for one in decided] + await _while_pairing(services.collections, links)
    return Page(items=sorted(explained, key=lambda one: one.at, reverse=True), next_cursor=None)


async def _of_skipped(collections: Collections, caller: Identity, query: ItemQuery) -> list[SyncDecided]:
    if not query.event_id:
        return []
    wanted = {"event_id": query.event_id, "company_id": caller.company_id, "user_id": caller.user_id}
    return [one for found in await collections.skipped_events.find(wanted) for one in found.history]


async def _while_pairing(collections: Collections, links: Sequence[Link]) -> list[Explanation]:
    """Return what holds for links of connections whose sides are still being read (K4)."""
    known = await collections.connections.get_many([link.connection_id for link in links])
    read = [link for link in links if (one := known.get(link.connection_id)) and one.running and not one.adopted]
    return [Explanation.while_pairing(link) for link in read]
