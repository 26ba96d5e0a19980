"""/v1/conflicts: double bookings (L3)."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from activity_store.application.listing import OVERLAPS, overlaps_after
from activity_store.entrypoints.http.activity_schemas import OverlapOut
from activity_store.entrypoints.http.fields import IdIn, MomentIn
from activity_store.entrypoints.http.services import InjectedServices
from chassis.web.auth import CurrentIdentity
from chassis.web.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page
from chassis.web.problems import FieldError, Problem, problem_responses, unprocessable

router = APIRouter(prefix="/v1/conflicts", tags=["conflicts"])

_LONGEST = timedelta(days=370)
_DEFAULT_LENGTH = timedelta(days=30)
_LAST_START = datetime.max.replace(tzinfo=UTC) - _DEFAULT_LENGTH


class ConflictFilters(BaseModel):
    """Whose double bookings, and when."""

    model_config = ConfigDict(extra="forbid")

    owner_id: IdIn | None = Field(default=None, description="default: the caller")
    from_: MomentIn | None = Field(default=None, alias="from", description="default: now")
    to: MomentIn | None = Field(default=None, description="exclusive; default: 30 days on, at most 370")
    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    cursor: str | None = Field(default=None, max_length=2000)

    def window(self, now: datetime) -> tuple[datetime, datetime]:
        """Return the stretch of time in UTC; 422 where it is empty or too long."""
        start = self.from_ or now
        if start > _LAST_START:
            raise _impossible()
        end = self.to or start + _DEFAULT_LENGTH
        if not timedelta() < end - start <= _LONGEST:
            raise _impossible()
        return start, end


def _impossible() -> Problem:
    error = FieldError(field="to", message=f"must be after from, by at most {_LONGEST.days} days")
    return unprocessable("validation_error", "the time span is not possible", errors=[error])


@router.get("", responses=problem_responses(401, 503))
async def list_conflicts(
    caller: CurrentIdentity, services: InjectedServices, filters: Annotated[ConflictFilters, Query()]
) -> Page[OverlapOut]:
    """List the overlaps of an owner's busy activities, as far as the caller may see both of them."""
    start, end = filters.window(services.clock.now())
    found = await services.listing.conflicts(caller, filters.owner_id or caller.user_id, start, end)
    page = overlaps_after(found, filters.cursor, filters.limit + 1)
    shown, more = OVERLAPS.page(page, filters.limit, lambda overlap: overlap.position)
    return Page(items=[OverlapOut.of(overlap) for overlap in shown], next_cursor=more)
