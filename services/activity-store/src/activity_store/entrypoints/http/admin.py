"""`/v1/admin` of the activity store: the versions of activities, for comparing both sides of a connection.

Ids and versions alone, whatever the activities refer to (G1); operators only, and every call is written down.
"""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel

from activity_store.domain.model.ids import scoped
from activity_store.entrypoints.http.fields import ID_LENGTH
from activity_store.entrypoints.http.services import InjectedServices
from chassis.web.auth import CurrentIdentity
from chassis.web.operators import audit, check_operator
from chassis.web.pagination import DEFAULT_LIMIT, CursorQuery, LimitQuery, Page, by_id
from chassis.web.problems import problem_responses

router = APIRouter(prefix="/v1/admin", tags=["admin"])

_CURSOR = by_id("admin-activities")

IdQuery = Annotated[str, Query(min_length=1, max_length=ID_LENGTH)]


class ActivityVersion(BaseModel):
    """An activity of somebody, without content. `ends_at`: null where it has no date."""

    id: str
    version: int
    ends_at: AwareDatetime | None


@router.get("/activities", responses=problem_responses(401, 403, 422, 503))
async def list_versions(
    caller: CurrentIdentity,
    services: InjectedServices,
    company_id: IdQuery,
    owner_id: IdQuery,
    limit: LimitQuery = DEFAULT_LIMIT,
    cursor: CursorQuery = None,
) -> Page[ActivityVersion]:
    """List the activities that a user owns; operators only."""
    check_operator(caller)
    audit(caller, "activities", company=company_id, user=owner_id)
    position = _CURSOR.decode(cursor)
    where = {"company_id": company_id, "owner_id": owner_id, "deleted": False}
    after = [scoped(company_id, *position)] if position else None
    found = await services.collections.activities.find(where, limit=limit + 1, after=after)
    shown, more = _CURSOR.page(found, limit, lambda activity: (activity.activity_id,))
    items = [ActivityVersion(id=one.activity_id, version=one.revision, ends_at=one.ends_at) for one in shown]
    return Page(items=items, next_cursor=more)
