"""Takes in what the activity store tells: changes of activities, outcomes of commands, and replays."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from chassis.clock import Clock
from contracts.activities import ActivityEvent
from contracts.activity_outcomes import (
    ActivityCommandSettled,
    ActivityOutcomeMessage,
    ActivityReplayed,
    ActivityReplayEnded,
)
from mapper.adapters.collections import Collections
from mapper.application.causation import Causation
from mapper.application.connections.replays import ReplayCompletion
from mapper.application.link_transition import LinkTransition
from mapper.application.sync_latency import edit_of_activity, observe_latency
from mapper.domain.model.connections.connection import Connection
from mapper.domain.model.ids import link_id_for
from mapper.domain.model.link import Link
from mapper.domain.model.pending import PendingCommand
from mapper.domain.rules.command_outcomes.outcomes import apply_activity_outcome, find_pending
from mapper.domain.rules.incoming import is_known, with_activity_told


@dataclass(frozen=True)
class ActivityEventHandler:
    """Handles the messages of `activity.events` and `activity.outcomes`; each may come again."""

    collections: Collections
    clock: Clock
    resend_after: timedelta
    replays: ReplayCompletion
    touch: Callable[[Connection], None]

    async def activity_event(self, fact: ActivityEvent) -> None:
        """Take in a change of an activity, for the connections of its owner and of the one before (A1, A8)."""
        causation = Causation.of(fact, self.clock.now(), edit_of_activity(fact))
        owners = {fact.activity.owner_id, fact.previous_owner_id or fact.activity.owner_id}
        for owner in sorted(owners):
            for connection in await self.collections.connections_of((fact.company_id, owner)):
                await self._activity_told(LinkTransition(connection, causation, self.resend_after), fact)

    async def activity_outcome(self, message: ActivityOutcomeMessage) -> None:
        """Take in the store's answer to a command or a replay."""
        connection = await self.collections.connections.get(message.connection_id)
        if connection is None or connection.company_id != message.company_id:
            return
        causation = Causation.of(message, self.clock.now())
        transition = LinkTransition(connection, causation, self.resend_after)
        match message:
            case ActivityCommandSettled():
                await self._command_settled(transition, message)
            case ActivityReplayed():
                await self._activity_told(transition, message)
            case ActivityReplayEnded():
                await self.replays.activities_ended(connection, message.replay_id, causation)
        self.touch(connection)

    async def _activity_told(self, transition: LinkTransition, message: ActivityEvent | ActivityReplayed) -> None:
        connection, activity = transition.connection, message.activity
        link_id = link_id_for(connection.account_key, activity.id)
        known = self.collections.links.known(link_id)
        if not connection.running or (known and is_known(known, connection, message)):
            return

        def change(current: Link | None) -> Link | None:
            noted = with_activity_told(current, connection, message, transition.causation.now)
            if noted is None:
                return None
            after = transition(current, noted)
            replayed = isinstance(message, ActivityReplayed)
            return transition.republished(current, after, activity.sync) if replayed else after

        await self.collections.links.update(link_id, change)
        self.touch(connection)

    async def _command_settled(self, transition: LinkTransition, fact: ActivityCommandSettled) -> None:
        answered: PendingCommand | None = None

        def change(current: Link | None) -> Link | None:
            nonlocal answered
            if current is None:
                return None
            answered = find_pending(current, fact.command_id)
            return transition.following(answered).settled(current, apply_activity_outcome(current, fact))

        link_id = link_id_for(transition.connection.account_key, fact.activity_id)
        await self.collections.links.update(link_id, change)
        observe_latency(transition.connection, answered, fact)
