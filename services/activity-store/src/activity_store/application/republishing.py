"""Publishing activities anew when a linked item changed (F4): subscribers get what they refer to with them.

The item's document notes that this is to be done, in the same write that changed it; what a crash leaves is taken up
by a background job. docs/decisions says why such an event has a version of its own.
"""

from collections.abc import Callable, Mapping

from activity_store.adapters.collections import Collections
from activity_store.application.message_factory import Causation, activity_event
from activity_store.domain.model.activity import Activity, linked_key
from activity_store.domain.model.linked_items import LinkedItem
from activity_store.domain.rules.transitions import republish
from chassis.clock import Clock
from chassis.ids import new_id

_PAGE = 200


class Republisher:
    """Publishes the activities that refer to changed linked items."""

    def __init__(self, collections: Collections, clock: Clock) -> None:
        self._collections = collections
        self._clock = clock

    async def republish(self, item_id: str) -> None:
        """Publish the activities that refer to an item, if that is still to be done, and note that it is."""
        item = await self._collections.items.get(item_id)
        if item is None or not item.renewal_owed:
            return
        where = {"company_id": item.company_id, "linked": linked_key(item.kind, item.item_id), "deleted": False}
        causation = Causation(self._clock.now(), "api", new_id())
        async for page in self._collections.activities.pages(where, size=_PAGE):
            for activity in page:
                items = await self._collections.linked_items(activity.company_id, activity.linked)
                await self._collections.activities.update(activity.id, _republishing(items, causation))
        await self._collections.items.update(item_id, _done_for(item.revision))

    async def sweep(self) -> bool:
        """Do it for every item for which it is still to be done; return whether there was any."""
        found = await self._collections.items.find({"renewal_owed": True}, limit=_PAGE)
        for item in found:
            await self.republish(item.id)
        return bool(found)


def _republishing(
    items: Mapping[str, LinkedItem], causation: Causation
) -> Callable[[Activity | None], Activity | None]:
    def write(current: Activity | None) -> Activity | None:
        if current is None or current.deleted:
            return current
        transition = republish(current)
        return transition.after.with_messages(activity_event(transition, items, causation))

    return write


def _done_for(revision: int) -> Callable[[LinkedItem | None], LinkedItem | None]:
    return lambda item: item.republished() if item and item.revision == revision else item
