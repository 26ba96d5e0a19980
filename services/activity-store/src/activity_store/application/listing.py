"""Lists of activities and of double bookings: filtered by index, by what the caller may see, and paged stably."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from pydantic import AwareDatetime

from activity_store.adapters.collections import Collections
from activity_store.application.activities import Activities
from activity_store.domain.model.activity import Activity
from activity_store.domain.model.ids import scoped
from activity_store.domain.rules.overlaps import Overlap, overlaps
from chassis.web.auth import Identity
from chassis.web.pagination import Cursor, by_id

_MOST_LOOKED_AT = 2000
"""A page ends after this many documents, full or not, so that hidden ones cannot make a request endless."""


@dataclass(frozen=True)
class Slice:
    """One page of a list."""

    items: list[Activity]
    next_cursor: str | None


_ACTIVITIES = by_id("activities")
OVERLAPS = Cursor("conflicts", tuple[AwareDatetime, str, str])
"""Positions as `Overlap.position` has them."""


class Listing:
    """Answers the lists."""

    def __init__(self, collections: Collections, activities: Activities) -> None:
        self._collections = collections
        self._activities = activities

    async def page(self, caller: Identity, where: dict[str, Any], limit: int, cursor: str | None) -> Slice:
        """Return the next activities that match and that the caller may see, ordered by id."""
        bounded = where | {"company_id": caller.company_id, "deleted": False}
        (last,) = _ACTIVITIES.decode(cursor) or (None,)
        items: list[Activity] = []
        looked_at = 0
        while looked_at < _MOST_LOOKED_AT:
            position = [scoped(caller.company_id, last)] if last is not None else None
            found = await self._collections.activities.find(bounded, limit=limit + 1, after=position)
            looked_at += len(found)
            items += await self._activities.visible(caller, found)
            if len(items) > limit:
                return Slice(items[:limit], _ACTIVITIES.encode((items[limit - 1].activity_id,)))
            if len(found) <= limit:
                return Slice(items, None)
            last = found[-1].activity_id
        return Slice(items, _ACTIVITIES.encode((last,)) if last else None)

    async def conflicts(self, caller: Identity, owner_id: str, start: datetime, end: datetime) -> Iterator[Overlap]:
        """Yield an owner's double bookings in a stretch of time, as far as the caller may see both (L3)."""
        busy = await self._collections.busy_between(caller.company_id, owner_id, start, end)
        return overlaps(await self._activities.visible(caller, busy))


def overlaps_after(found: Iterator[Overlap], cursor: str | None, limit: int) -> list[Overlap]:
    """Return at most `limit` overlaps that come after a cursor's position."""
    position = OVERLAPS.decode(cursor)
    return list(islice((overlap for overlap in found if position is None or overlap.position > position), limit))
