"""Carries out the commands of the sync: state, fact and answer in one write; the answer alone where nothing changes."""

from collections.abc import Callable
from dataclasses import dataclass

from activity_store.adapters.collections import Collections
from activity_store.application.message_factory import answer_of, fact_of, from_command, replay_ended, replayed
from activity_store.domain.model.activity import Activity, linked_key
from activity_store.domain.model.ids import scoped
from activity_store.domain.model.linked_items import LinkedItem
from activity_store.domain.rules.attendees import folded
from activity_store.domain.rules.commands import Known, Verdict, settle_put, settle_remove
from chassis.clock import Clock
from chassis.persistence.relay import MessagePublisher
from contracts.activity_commands import ActivityCommandMessage, ActivityPut, ActivityRemove, ActivityReplay

Items = dict[str, LinkedItem]


@dataclass(frozen=True)
class SyncCommands:
    """Handles `activity.commands.v1`; every call may be repeated."""

    collections: Collections
    publisher: MessagePublisher
    clock: Clock
    page: int

    async def handle(self, command: ActivityCommandMessage) -> None:
        """Carry out one command and see to its answer."""
        match command:
            case ActivityPut():
                await self._put(command)
            case ActivityRemove():
                await self._settle(command, lambda activity: settle_remove(activity, command, self.clock.now()), {})
            case ActivityReplay():
                await self._replay(command)

    async def _put(self, command: ActivityPut) -> None:
        types = await self.collections.types_of(command.company_id)
        addresses = [folded(attendee.email) for attendee in command.changes.attendees or ()]
        persons = await self.collections.persons_by_email(command.company_id, addresses)
        known = Known(types=types.keys, persons=persons)
        keys = [linked_key("person", person) for person in persons.values()]
        matched = await self.collections.linked_items(command.company_id, keys)
        await self._settle(command, lambda activity: settle_put(activity, command, known, self.clock.now()), matched)

    async def _settle(
        self, command: ActivityPut | ActivityRemove, decide: Callable[[Activity | None], Verdict], matched: Items
    ) -> None:
        document_id = scoped(command.company_id, command.activity_id)
        seen = await self.collections.activities.get(document_id)
        items = matched | await self._items_of(seen)
        left: list[Verdict] = []

        def write(current: Activity | None) -> Activity | None:
            verdict = decide(current)
            left[:] = [] if verdict.transition else [verdict]
            return self._noted(command, verdict, items)

        await self.collections.activities.update(document_id, write, seen=seen)
        answers = [answer_of(command, command.activity_id, verdict, items, self.clock.now()) for verdict in left]
        if answers:
            await self.publisher.publish(answers)

    def _noted(self, command: ActivityPut | ActivityRemove, verdict: Verdict, items: Items) -> Activity | None:
        transition = verdict.transition
        if transition is None:
            return None
        now = self.clock.now()
        answer = answer_of(command, command.activity_id, verdict, items, now)
        if not transition.changed:
            return transition.after.with_messages(answer)
        return transition.after.with_messages(fact_of(transition, items, from_command(command, now)), answer)

    async def _items_of(self, activity: Activity | None) -> Items:
        return await self.collections.linked_items(activity.company_id, activity.linked) if activity else {}

    async def _replay(self, command: ActivityReplay) -> None:
        where = {"company_id": command.company_id, "owners": command.owner_id}
        count = 0
        async for page in self.collections.activities.pages(where, size=self.page):
            keys = {key for activity in page for key in activity.linked}
            items = await self.collections.linked_items(command.company_id, keys)
            now = self.clock.now()
            await self.publisher.publish([replayed(command, activity, items, now) for activity in page])
            count += len(page)
        await self.publisher.publish([replay_ended(command, count, self.clock.now())])
