"""Carry out the commands of the sync: state, event and answer in one write; only the answer where nothing changes."""

from collections.abc import Callable
from dataclasses import dataclass

from activity_store.adapters.collections import Collections
from activity_store.adapters.metrics import COMMANDS
from activity_store.application.message_factory import (
    activity_event,
    command_answer,
    from_command,
    replay_ended,
    replayed_activity,
)
from activity_store.domain.model.activity import Activity, linked_key
from activity_store.domain.model.ids import scoped
from activity_store.domain.model.linked_items import LinkedItem, normalized_email
from activity_store.domain.rules.commands import CommandResult, CompanyData, decide_put, decide_remove
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
                await self._decide(command, lambda activity: decide_remove(activity, command, self.clock.now()), {})
            case ActivityReplay():
                await self._replay(command)

    async def _put(self, command: ActivityPut) -> None:
        types = await self.collections.types_of(command.company_id)
        addresses = [normalized_email(attendee.email) for attendee in command.changes.attendees or ()]
        persons = await self.collections.persons_by_email(command.company_id, addresses)
        owner = await self.collections.users.get(scoped(command.company_id, command.owner_id))
        company = CompanyData(types=types.keys, persons=persons, owner_erased=owner is not None and owner.erased)
        keys = [linked_key("person", person) for person in persons.values()]
        matched = await self.collections.linked_items(command.company_id, keys)
        await self._decide(command, lambda activity: decide_put(activity, command, company, self.clock.now()), matched)

    async def _decide(
        self, command: ActivityPut | ActivityRemove, decide: Callable[[Activity | None], CommandResult], matched: Items
    ) -> None:
        document_id = scoped(command.company_id, command.activity_id)
        seen = await self.collections.activities.get(document_id)
        items = matched | await self._items_of(seen)
        unstored: list[CommandResult] = []
        result = CommandResult("unchanged", 0, None)

        def write(current: Activity | None) -> Activity | None:
            nonlocal result
            result = decide(current)
            unstored[:] = [] if result.transition else [result]
            return self._stored(command, result, items)

        await self.collections.activities.update(document_id, write, seen=seen)
        COMMANDS.labels("put" if isinstance(command, ActivityPut) else "remove", result.outcome).inc()
        answers = [command_answer(command, result, items, self.clock.now()) for result in unstored]
        if answers:
            await self.publisher.publish(answers)

    def _stored(self, command: ActivityPut | ActivityRemove, result: CommandResult, items: Items) -> Activity | None:
        transition = result.transition
        if transition is None:
            return None
        now = self.clock.now()
        answer = command_answer(command, result, items, now)
        if not transition.changed:
            return transition.after.with_messages(answer)
        return transition.after.with_messages(activity_event(transition, items, from_command(command, now)), answer)

    async def _items_of(self, activity: Activity | None) -> Items:
        return await self.collections.linked_items(activity.company_id, activity.linked) if activity else {}

    async def _replay(self, command: ActivityReplay) -> None:
        where = {"company_id": command.company_id, "owners": command.owner_id}
        count = 0
        async for page in self.collections.activities.pages(where, size=self.page):
            keys = {key for activity in page for key in activity.linked}
            items = await self.collections.linked_items(command.company_id, keys)
            now = self.clock.now()
            await self.publisher.publish([replayed_activity(command, activity, items, now) for activity in page])
            count += len(page)
        await self.publisher.publish([replay_ended(command, count, self.clock.now())])
