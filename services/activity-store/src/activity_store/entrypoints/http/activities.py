"""/v1/activities: the CRM's activities."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from activity_store.domain.model.activity import Activity, linked_key
from activity_store.domain.model.content import LINKS
from activity_store.domain.model.ids import scoped
from activity_store.entrypoints.http.activity_schemas import (
    ActivityCreate,
    ActivityOut,
    ActivityPatch,
    ActivityWithConflicts,
)
from activity_store.entrypoints.http.fields import DateIn, IdIn, MomentIn
from activity_store.entrypoints.http.services import IfMatch, InjectedServices, Services
from chassis.web.auth import CurrentIdentity, Identity
from chassis.web.idempotency import IdempotencyKey
from chassis.web.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page
from chassis.web.preconditions import etag
from chassis.web.problems import problem_responses

router = APIRouter(prefix="/v1/activities", tags=["activities"])

_MOST_IDS = 100
_LINK_FILTERS = ("deal_id", "person_id", "org_id")
_CREATING = problem_responses(400, 401, 403, 409, 413, 503)


def _separated(values: list[str]) -> list[str]:
    ids = [part for value in values for part in value.split(",") if part]
    if len(ids) > _MOST_IDS:
        raise ValueError(f"at most {_MOST_IDS} ids")
    return ids


class ActivityFilters(BaseModel):
    """What a list of activities can be narrowed to; all given filters must hold."""

    model_config = ConfigDict(extra="forbid")

    owner_id: IdIn | None = None
    type: str | None = None
    done: bool | None = None
    start_date: DateIn | None = Field(default=None, description="first local date in the activity's timezone")
    end_date: DateIn | None = Field(default=None, description="last local date in the activity's timezone, inclusive")
    deal_id: IdIn | None = None
    person_id: IdIn | None = None
    org_id: IdIn | None = None
    updated_since: MomentIn | None = Field(default=None, description="changed at this time or later")
    ids: Annotated[list[str], AfterValidator(_separated)] = Field(
        default_factory=list, description=f"at most {_MOST_IDS}, repeated or separated by commas"
    )
    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    cursor: str | None = Field(default=None, max_length=2000)

    def where(self, company_id: str) -> dict[str, Any]:
        """Return the filter as the database takes it."""
        equal = ("owner_id", "type", "done", *_LINK_FILTERS)
        wanted: dict[str, Any] = {
            name: value for name in equal if (value := getattr(self, name)) is not None
        } | _between("local_date", self.start_date, self.end_date)
        if keys := [linked_key(LINKS[name], wanted[name]) for name in _LINK_FILTERS if name in wanted]:
            wanted["linked"] = {"$all": keys}  # says nothing new, but there is an index on it
        if self.updated_since is not None:
            wanted["update_time"] = {"$gte": self.updated_since}
        if "ids" in self.model_fields_set:
            wanted["_id"] = {"$in": [scoped(company_id, activity_id) for activity_id in self.ids]}
        return wanted


def _between(field: str, first: str | None, last: str | None) -> dict[str, Any]:
    bounds = {"$gte": first, "$lte": last}
    given = {operator: bound for operator, bound in bounds.items() if bound is not None}
    return {field: given} if given else {}


@router.get("", responses=problem_responses(401, 503))
async def list_activities(
    caller: CurrentIdentity, services: InjectedServices, filters: Annotated[ActivityFilters, Query()]
) -> Page[ActivityOut]:
    """List the activities that the caller may see, ordered by id; follow `next_cursor` until it is null."""
    where = filters.where(caller.company_id)
    found = await services.listing.page(caller, where, filters.limit, filters.cursor)
    return Page(items=[ActivityOut.of(activity) for activity in found.items], next_cursor=found.next_cursor)


@router.post("", status_code=201, response_model=ActivityWithConflicts, responses=_CREATING)
async def create_activity(
    request: Request,
    caller: CurrentIdentity,
    services: InjectedServices,
    body: ActivityCreate,
    _key: IdempotencyKey = None,
) -> Response:
    """Create an activity; the answer names double bookings (L3)."""

    async def create(activity_id: str) -> Response:
        activity = await services.activities.create(caller, activity_id, body.changes())
        headers = {"Location": f"/v1/activities/{activity_id}", "ETag": etag(activity.revision)}
        written = await _written(caller, services, activity)
        return JSONResponse(written.model_dump(mode="json"), 201, headers)

    return await services.idempotency.run(request, caller, create)


@router.get("/{activity_id}", responses=problem_responses(401, 404, 503))
async def get_activity(
    caller: CurrentIdentity, services: InjectedServices, activity_id: str, response: Response
) -> ActivityOut:
    """Return an activity; 404 where the caller may not see it (G1)."""
    activity = (await services.activities.see(caller, activity_id)).activity
    response.headers["ETag"] = etag(activity.revision)
    return ActivityOut.of(activity)


@router.patch("/{activity_id}", responses=problem_responses(400, 401, 403, 404, 409, 412, 413, 503))
async def patch_activity(
    caller: CurrentIdentity,
    services: InjectedServices,
    activity_id: str,
    body: ActivityPatch,
    response: Response,
    if_match: IfMatch = None,
) -> ActivityWithConflicts:
    """Change an activity; 409 where the calendar decides what was to be changed (E2, E5, G2)."""
    activity = await services.activities.patch(caller, activity_id, body.changes(), if_match)
    response.headers["ETag"] = etag(activity.revision)
    return await _written(caller, services, activity)


@router.delete("/{activity_id}", status_code=204, responses=problem_responses(401, 404, 409, 412, 503))
async def delete_activity(
    caller: CurrentIdentity, services: InjectedServices, activity_id: str, if_match: IfMatch = None
) -> None:
    """Delete an activity."""
    await services.activities.delete(caller, activity_id, if_match)


async def _written(caller: Identity, services: Services, activity: Activity) -> ActivityWithConflicts:
    return ActivityWithConflicts.written(activity, await services.activities.conflicts_of(caller, activity))
