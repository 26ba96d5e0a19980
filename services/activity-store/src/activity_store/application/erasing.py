"""Erasing a person: activities that he owns become tombstones without content, and of him stays that he was erased.

What others own and mention him in is theirs. Subscribers of `activity.events` hear of each activity as deleted. Of a
company all users and activities are, linked items go, and its activity types are the default ones again.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from activity_store.adapters.collections import Collections
from activity_store.application.message_factory import Causation, activity_event
from activity_store.domain.model.activity import Activity
from activity_store.domain.model.ids import all_of, scoped
from activity_store.domain.model.users import User
from activity_store.domain.rules.transitions import erase
from chassis.clock import Clock
from chassis.ids import new_id
from chassis.messaging.publisher import outgoing
from chassis.persistence.relay import MessagePublisher
from chassis.web.idempotency import Idempotency
from contracts.erasures import ErasureMessage, ErasureStepDone, erased_documents
from contracts.topics import ERASURES

_PAGE = 200


@dataclass(frozen=True)
class Erasing:
    """Erases what the activity store keeps of a person, or of all of a company; every call may be repeated."""

    collections: Collections
    idempotency: Idempotency
    publisher: MessagePublisher
    clock: Clock

    async def take(self, message: ErasureMessage) -> None:
        """Erase when the mapper has: then nothing of the person's is being synced any more."""
        if not isinstance(message, ErasureStepDone) or message.service != "mapper":
            return
        counts: Counter[str] = Counter()
        for user_id in await self._users(message):
            counts["users"] += await self._forget_user(message.company_id, user_id)
        counts["activities"] = await self._erase_activities(message)
        if message.user_id is None:
            counts["linked_items"] = await self.collections.items.erase({"_id": all_of(message.company_id)})
            await self._forget_types(message.company_id)
        counts["idempotency"] = await self.idempotency.erase(message.company_id, message.user_id)
        await self._tell(message, counts)

    async def _users(self, message: ErasureStepDone) -> Sequence[str]:
        """Return who is erased: of a company, all who are known, and those for whom something was synced."""
        if message.user_id is not None:
            return [message.user_id]
        known = await self.collections.users.find({"_id": all_of(message.company_id)})
        return sorted({one.user_id for one in known} | {one.user_id for one in message.connections})

    async def _forget_types(self, company_id: str) -> None:
        """Publish the default types in the place of the company's own."""
        now = self.clock.now()
        await self.collections.types.update(company_id, lambda current: current.as_defaults(now) if current else None)

    async def _forget_user(self, company_id: str, user_id: str) -> int:
        """Keep that he was erased, before anything else: commands on their way are refused from now on."""
        known = 0
        name = scoped(company_id, user_id)
        blank = User(id=name, company_id=company_id, user_id=user_id)

        def erased(current: User | None) -> User:
            nonlocal known
            known = int(current is not None and not current.erased)
            return (current or blank).as_erased()

        await self.collections.users.update(name, erased)
        return known

    async def _erase_activities(self, message: ErasureStepDone) -> int:
        count = 0
        causation = Causation(self.clock.now(), "sync", message.correlation_id, causation_id=message.id)
        where = {"company_id": message.company_id} | ({"owner_id": message.user_id} if message.user_id else {})
        async for page in self.collections.activities.pages(where, size=_PAGE):
            for one in page:
                stored = await self.collections.activities.update(one.id, _erasing(message.user_id, causation))
                count += stored is not None and stored.version != one.version
        return count

    async def _tell(self, message: ErasureStepDone, erased: Mapping[str, int]) -> None:
        own = {"id": new_id(), "occurred_at": self.clock.now(), "causation_id": message.id, "cause": "sync"}
        done = message.model_dump() | own | {"service": "activity-store", "erased": erased_documents(erased)}
        answer = outgoing(ERASURES, message.erasure_id, ErasureStepDone.model_validate(done))
        await self.publisher.publish([answer])


def _erasing(user_id: str | None, causation: Causation) -> Callable[[Activity | None], Activity | None]:
    def write(current: Activity | None) -> Activity | None:
        if current is None or user_id not in {None, current.owner_id}:
            return current
        transition = erase(current, causation.now)
        if not transition.changed:
            return transition.after
        return transition.after.with_messages(activity_event(transition, {}, causation))

    return write
