"""`/v1/admin` of the mapper: what operators see of links and decisions, which is no content (G2).

`/v1/links` and `/v1/explain` answer the connection's owner alone. An operator gets ids, hashes and versions, and which
rule decided; never a value of a field. Every call is written down (`audit`).
"""

from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel

from chassis.web.auth import CurrentIdentity
from chassis.web.operators import audit, check_operator
from chassis.web.pagination import Page, by_id
from chassis.web.problems import problem_responses
from contracts.decisions import Outcome, Remedy, SyncDecided
from contracts.links import Origin
from mapper.domain.model.fields import PAIRS
from mapper.domain.model.link import Link
from mapper.domain.model.states import LinkState
from mapper.entrypoints.http.items import MOST_LINKS, ItemQuery, Position, by_time, newest_first
from mapper.entrypoints.http.services import InjectedServices

router = APIRouter(prefix="/v1/admin", tags=["admin"])

_CURSOR = by_id("admin-links")
_DECISIONS = by_time("admin-explain")


class OverseenDecision(BaseModel):
    """What was decided for an item, by which rule and setting; of values that were lost the fields alone."""

    at: AwareDatetime
    company_id: str
    user_id: str
    connection_id: str
    activity_id: str | None
    event_id: str | None
    outcome: Outcome
    rule: str
    setting: str | None
    words: str
    remedy: Remedy | None
    lost_fields: list[str]
    reason: str | None

    @classmethod
    def of(cls, decided: SyncDecided) -> Self:
        """Return a recorded decision without content."""
        fields = [one.field for one in decided.lost]
        shown = decided.model_dump(include=set(cls.model_fields))
        return cls(at=decided.occurred_at, lost_fields=fields, **shown)


class OverseenLink(BaseModel):
    """A link by what both sides can be compared with: the event's hash, the activity's version.

    `differing`: mapped fields in which a side is not as agreed, for links that keep both sides equal.
    """

    id: str
    company_id: str
    user_id: str
    connection_id: str
    activity_id: str
    event_id: str | None
    origin: Origin
    state: LinkState
    reason: str | None
    pending: bool
    event_hash: str | None
    event_gone: bool
    activity_version: int
    activity_deleted: bool
    differing: list[str]
    updated_at: AwareDatetime

    @classmethod
    def of(cls, link: Link) -> Self:
        """Return the stored link without content."""
        names = ("id", "company_id", "user_id", "connection_id", "activity_id", "event_id", "origin", "state", "reason")
        return cls(
            **{name: getattr(link, name) for name in names},
            pending=link.has_pending,
            event_hash=link.event.live.hash if link.event.live else None,
            event_gone=link.event.gone is not None,
            activity_version=link.activity.version,
            activity_deleted=link.activity.deleted,
            differing=_differing(link),
            updated_at=link.updated_at,
        )


class AdminItemQuery(ItemQuery):
    """Which item is asked for; ids of users and activities are unique within a company alone (G4)."""

    company_id: Annotated[str | None, Query(min_length=1, max_length=200)] = None

    def where(self) -> dict[str, str]:
        """Return the item as a filter; 422 where none is named."""
        return self.named_item() | ({"company_id": self.company_id} if self.company_id else {})


@router.get("/links", responses=problem_responses(401, 403, 422, 503))
async def links(
    caller: CurrentIdentity, services: InjectedServices, query: Annotated[AdminItemQuery, Query()]
) -> Page[OverseenLink]:
    """List links with what their sides are compared by; operators only.

    Items without a counterpart are among them (`unlinked`).
    """
    check_operator(caller)
    where = query.where()
    audit(caller, "links", **where)
    found = await services.collections.links.find(where, limit=query.limit + 1, after=_CURSOR.decode(query.cursor))
    shown, more = _CURSOR.page(found, query.limit, lambda link: (link.id,))
    return Page(items=[OverseenLink.of(link) for link in shown], next_cursor=more)


@router.get("/explain", responses=problem_responses(401, 403, 422, 503))
async def explain(
    caller: CurrentIdentity, services: InjectedServices, query: Annotated[AdminItemQuery, Query()]
) -> Page[OverseenDecision]:
    """Return what was decided for an activity or event, newest first; operators only."""
    check_operator(caller)
    query.check_one_item()
    where, before = query.where(), _DECISIONS.decode(query.cursor)
    audit(caller, "explain", **where)
    known = await services.collections.links.find(where, limit=MOST_LINKS)
    skipped = [] if query.activity_id else await services.collections.skipped_events.find(where, limit=MOST_LINKS)
    decided = [one for link in known for one in link.history] + [one for item in skipped for one in item.history]
    shown, more = newest_first(_DECISIONS, decided, _position, before, query.limit)
    return Page(items=[OverseenDecision.of(one) for one in shown], next_cursor=more)


def _position(decided: SyncDecided) -> Position:
    return decided.occurred_at, decided.id


def _differing(link: Link) -> list[str]:
    event, activity = link.event.live, link.activity_fields
    if link.state != "active" or event is None or activity is None:
        return []
    agreed_event, agreed = link.agreed_event, link.agreed_activity
    if agreed_event is None or agreed is None:
        return [pair.activity for pair in PAIRS]
    return [
        pair.activity
        for pair in PAIRS
        if getattr(event.fields, pair.event) != getattr(agreed_event, pair.event)
        or getattr(activity, pair.activity) != getattr(agreed, pair.activity)
    ]
