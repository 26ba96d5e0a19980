"""An owner's week as one user sees it (G1): what takes place in it, what overlaps (L3), and what has no date (D4)."""

from collections.abc import Mapping
from dataclasses import dataclass

from activity_store.adapters.collections import Collections
from activity_store.application.activities import Activities
from activity_store.domain.model.activity import Activity
from activity_store.domain.model.activity_types import ActivityTypes
from activity_store.domain.model.ids import scoped
from activity_store.domain.model.schedule import DAY
from activity_store.domain.model.users import User
from activity_store.domain.model.week import Week, place_of
from activity_store.domain.rules.overlaps import overlapping
from chassis.web.auth import Identity

MOST_SHOWN = 1000
"""More activities than this in one week are for programs, not for eyes; the page says that some are left out."""

_MOST_COLLEAGUES = 200
_MOST_UNDATED = 100


@dataclass(frozen=True)
class SeenWeek:
    """What a user sees of an owner's week, and of what is to be done at any time.

    `overlaps` names some of those that each activity overlaps with, by id.
    """

    week: Week
    activities: tuple[Activity, ...]
    overlaps: Mapping[str, tuple[Activity, ...]]
    complete: bool
    undated: tuple[Activity, ...] = ()


class Weeks:
    """Reads weeks; what a user may see is decided where it is for every request (`Activities.visible`)."""

    def __init__(self, collections: Collections, activities: Activities) -> None:
        self._collections = collections
        self._activities = activities

    async def see(self, caller: Identity, owner_id: str, week: Week) -> SeenWeek:
        """Return a week. One that only its neighbours' days touch in another zone is read too, and left out again."""
        span = week.span
        found = await self._collections.between(
            caller.company_id, owner_id, span.start - DAY, span.end + DAY, MOST_SHOWN + 1
        )
        seen = await self._activities.visible(caller, found[:MOST_SHOWN])
        inside = tuple(activity for activity in seen if _touches(activity, week))
        complete = len(found) <= MOST_SHOWN
        return SeenWeek(week, inside, overlapping(inside), complete, await self.undated(caller, owner_id))

    async def undated(self, caller: Identity, owner_id: str) -> tuple[Activity, ...]:
        """Return what is still to be done and has no date."""
        found = await self._collections.undated(caller.company_id, owner_id, _MOST_UNDATED)
        return tuple(await self._activities.visible(caller, found))

    async def types(self, caller: Identity) -> ActivityTypes:
        """Return the types of the caller's company."""
        return await self._collections.types_of(caller.company_id)

    async def colleagues(self, caller: Identity) -> list[User]:
        """Return the users of the caller's company."""
        return await self._collections.colleagues(caller.company_id, _MOST_COLLEAGUES)

    async def user(self, caller: Identity, user_id: str) -> User | None:
        """Return a user of the caller's company."""
        return await self._collections.users.get(scoped(caller.company_id, user_id))


def _touches(activity: Activity, week: Week) -> bool:
    place = place_of(activity, week.zone)
    return place is not None and place.first <= week.last and place.last >= week.first
