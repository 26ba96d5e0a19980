"""Telling subscribers that a linked item changed (F4): every activity that refers to it is published anew.

The item's document notes that this is owed, in the same write that changed it; what a crash leaves is taken up by a
background task. See docs/decisions for why such a fact has a version of its own.
"""

from collections.abc import Callable
from typing import Any

from activity_store.adapters.collections import Collections
from activity_store.application.message_factory import Origin, fact_of
from activity_store.domain.model.activity import Activity, linked_key
from activity_store.domain.model.linked_items import LinkedItem
from activity_store.domain.rules.transitions import renew
from chassis.clock import Clock
from chassis.ids import new_id

_PAGE = 200


class Renewals:
    """Carries out what linked items owe."""

    def __init__(self, collections: Collections, clock: Clock) -> None:
        self._collections = collections
        self._clock = clock

    async def renew(self, item_id: str) -> None:
        """Publish the activities that refer to an item, if that is owed, and note that it is done."""
        item = await self._collections.items.get(item_id)
        if item is None or not item.renewal_owed:
            return
        where = {"company_id": item.company_id, "linked": linked_key(item.kind, item.item_id), "deleted": False}
        origin = Origin(self._clock.now(), "api", new_id())
        async for page in self._collections.activities.pages(where, size=_PAGE):
            for activity in page:
                items = await self._collections.linked_items(activity.company_id, activity.linked)
                await self._collections.activities.update(activity.id, _renewing(items, origin))
        await self._collections.items.update(item_id, _settled(item.revision))

    async def sweep(self) -> None:
        """Carry out everything that is owed."""
        for item in await self._collections.items.find({"renewal_owed": True}, limit=_PAGE):
            await self.renew(item.id)


def _renewing(items: dict[str, LinkedItem], origin: Origin) -> Callable[[Activity | None], Activity | None]:
    def write(current: Activity | None) -> Activity | None:
        if current is None or current.deleted:
            return current
        transition = renew(current)
        return transition.after.with_messages(fact_of(transition, items, origin))

    return write


def _settled(revision: int) -> Callable[[LinkedItem | None], Any]:
    def write(current: LinkedItem | None) -> LinkedItem | None:
        if current is None or current.revision != revision:
            return current
        return current.model_copy(update={"renewal_owed": False})

    return write
