"""Takes in the messages of the other services: finds the link, notes what is told, and lets it advance."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from chassis.clock import Clock
from chassis.errors import Transient
from contracts.activities import ActivityFact, ActivitySnapshot
from contracts.activity_outcomes import (
    ActivityCommandSettled,
    ActivityOutcomeMessage,
    ActivityReplayed,
    ActivityReplayEnded,
)
from contracts.calendar_events import (
    CalendarCommandSettled,
    CalendarConfirmed,
    CalendarEvent,
    CalendarReplayEnded,
    EventChanged,
    EventGone,
)
from contracts.envelope import Message
from mapper.adapters.collections import Collections
from mapper.application.causation import Trigger
from mapper.application.deletion_counter import count_deletion
from mapper.application.link_transition import Advance
from mapper.application.pairing_on_connect import Adopting
from mapper.domain.model.connection import Connection, replayed
from mapper.domain.model.decision import Decision
from mapper.domain.model.ids import link_id_for
from mapper.domain.model.link import Link
from mapper.domain.rules.link_recovery import is_own_tombstone
from mapper.domain.rules.link_resolution import (
    belongs_to_link,
    is_copy,
    is_stale_read,
    link_id_by_marker,
    link_of_activity,
    link_of_event,
    select_link,
    taken_over,
)
from mapper.domain.rules.observe import note_activity, note_event, note_gone
from mapper.domain.rules.outcomes import apply_activity_outcome, apply_calendar_outcome, find_pending

_LOOKS = 10
"""How often an event looks for its link, where others are faster or have taken its activity along."""


class UnseenSettings(Exception):  # noqa: N818 - not an error: the message is parked until its settings are seen
    """The message was made under settings of a connection that have not been seen yet."""


@dataclass(frozen=True)
class Handlers:
    """One method per topic; each is idempotent."""

    collections: Collections
    clock: Clock
    resend_after: timedelta
    touched: Callable[[Connection], None]

    async def calendar_event(self, message: CalendarEvent) -> None:
        """Take in what the connector saw. Raises UnseenSettings where the message has to wait."""
        connection = await self.collections.connections.get(message.connection_id)
        if connection is None or message.settings_version > connection.settings_version:
            raise UnseenSettings(message.connection_id)
        match message:
            case EventChanged():
                await self._event_changed(connection, message)
            case EventGone():
                await self._event_gone(connection, message)
            case CalendarCommandSettled():
                await self._calendar_settled(connection, message)
            case CalendarReplayEnded():
                await self._replayed(connection, message, message.replay_id, calendar_done=True)
            case CalendarConfirmed():
                await self._confirmed(connection, message)
        self.touched(connection)  # once its links are written: a count that ran before would be the last

    async def activity_event(self, fact: ActivityFact) -> None:
        """Take in a change of an activity, for the connections of its owner and of the one before (A1, A8)."""
        owners = {fact.activity.owner_id, fact.previous_owner_id or fact.activity.owner_id}
        for owner in sorted(owners):
            for connection in await self.collections.connections_of((fact.company_id, owner)):
                await self._activity_told(connection, fact.activity, fact)

    async def activity_outcome(self, message: ActivityOutcomeMessage) -> None:
        """Take in the store's answer to a command or a replay."""
        connection = await self.collections.connections.get(message.connection_id)
        if connection is None or connection.company_id != message.company_id:
            return
        match message:
            case ActivityCommandSettled():
                await self._activity_settled(connection, message)
            case ActivityReplayed():
                await self._activity_told(connection, message.activity, message)
            case ActivityReplayEnded():
                await self._replayed(connection, message, message.replay_id, activities_done=True)
        self.touched(connection)

    async def _event_changed(self, connection: Connection, fact: EventChanged) -> None:
        if not connection.running or fact.calendar_id != connection.settings.calendar_id:
            return
        generation = 0
        for _ in range(_LOOKS):
            found = await self._find_link(connection, fact, generation)
            noted = await self._note_event(connection, fact, found)
            if noted is None or belongs_to_link(noted, fact):
                return
            generation += not link_id_by_marker(fact)  # its activity goes on with another occurrence (E4)
        raise Transient("link_taken", f"{fact.event.event_id}: its link is taken again and again")

    async def _note_event(self, connection: Connection, fact: EventChanged, found: Link) -> Link | None:
        advance = self._advance(connection, fact)

        def change(current: Link | None) -> Link | None:
            if current is not None and not belongs_to_link(current, fact):
                return current  # another that carries the same marker was faster (K3)
            link = taken_over(current or found, connection)
            return advance(current, note_event(link, fact))

        return await self.collections.links.update(found.id, change, seen=found if found.version else None)

    async def _find_link(self, connection: Connection, fact: EventChanged, generation: int) -> Link:
        """Return the event's link: by its id, the id before, its marker, or a new one of version 0 (K2, K3)."""
        ids = [one for one in (fact.event.event_id, fact.replaces) if one]
        held = [await self.collections.link_by_event((fact.account_key, event_id)) for event_id in ids]
        if (link := select_link(held)) is not None:
            return link
        marked = link_id_by_marker(fact)
        known = await self.collections.links.get(marked) if marked else None
        if known is not None and (is_stale_read(known, fact) or not is_copy(known, fact.event.event_id)):
            return known
        # Before both sides are told, a copy may come before its original: then the marker is left to matching (K3).
        believed = bool(marked) and known is None and connection.adopted
        return link_of_event(connection, fact, marked=believed, now=self.clock.now(), generation=generation)

    async def _event_gone(self, connection: Connection, fact: EventGone) -> None:
        link = await self.collections.link_by_event((fact.account_key, fact.event_id))
        if link is not None and link.connection_id == connection.id:
            await self._note_gone(connection, fact, link)
        await count_deletion(self.collections, fact, self.clock.now())

    async def _note_gone(self, connection: Connection, fact: EventGone, link: Link) -> None:
        advance = self._advance(connection, fact)

        def change(current: Link | None) -> Link | None:
            return advance.unless_taken_over(current, lambda own: note_gone(own, fact))

        await self.collections.links.update(link.id, change, seen=link)

    async def _calendar_settled(self, connection: Connection, fact: CalendarCommandSettled) -> None:
        link_id = link_id_for(fact.account_key, fact.activity_id)
        await self._settle(
            link_id, fact.command_id, self._advance(connection, fact), lambda link: apply_calendar_outcome(link, fact)
        )

    async def _activity_told(
        self, connection: Connection, activity: ActivitySnapshot, message: ActivityFact | ActivityReplayed
    ) -> None:
        link_id = link_id_for(connection.account_key, activity.id)
        advance = self._advance(connection, message)
        foreign = activity.owner_id != connection.user_id or activity.deleted
        removed_by_us = is_own_tombstone(activity, connection.account_key)
        if not connection.running:
            return

        def change(current: Link | None) -> Link | None:
            if current is None and foreign and not removed_by_us:
                return None
            if current is not None and message.command_id and find_pending(current, message.command_id):
                return current  # the answer to our command tells the same
            link = taken_over(current or link_of_activity(connection, activity, self.clock.now()), connection)
            after = advance(current, note_activity(link, activity, message.linked_items))
            in_replay = isinstance(message, ActivityReplayed)
            return advance.tell_again(current, after, activity.sync) if in_replay else after

        await self.collections.links.update(link_id, change)
        self.touched(connection)

    async def _activity_settled(self, connection: Connection, fact: ActivityCommandSettled) -> None:
        link_id = link_id_for(connection.account_key, fact.activity_id)
        await self._settle(
            link_id, fact.command_id, self._advance(connection, fact), lambda link: apply_activity_outcome(link, fact)
        )

    async def _settle(
        self, link_id: str, command_id: str, advance: Advance, settle: Callable[[Link], Decision]
    ) -> None:
        def change(current: Link | None) -> Link | None:
            if current is None or find_pending(current, command_id) is None:
                return current
            settled = settle(current)
            return advance(current, settled.link, settled.explanation)

        await self.collections.links.update(link_id, change)

    async def _replayed(self, connection: Connection, message: Message, replay_id: str, **done: bool) -> None:
        def change(current: Connection | None) -> Connection | None:
            return replayed(current, replay_id, **done) if current else None

        after = await self.collections.connections.update(connection.id, change)
        if after is None or not after.replay.both_sides_read or after.replay.done:
            return
        if not await self._adopting.ask_absent(after, Trigger.of(message, self.clock.now())):
            await self._adopt(after, message)

    async def _confirmed(self, connection: Connection, message: CalendarConfirmed) -> None:
        if (
            connection.replay.id == message.replay_id
            and connection.replay.both_sides_read
            and not connection.replay.done
        ):
            await self._adopt(connection, message)

    async def _adopt(self, connection: Connection, message: Message) -> None:
        """Pair what is left, then let creation begin (K2)."""
        if not connection.adopted:
            await self._adopting.pair_up(connection, self._advance(connection, message))
        await self._replayed(connection, message, connection.replay.id, to_confirm=False)

    @property
    def _adopting(self) -> Adopting:
        return Adopting(self.collections)

    def _advance(self, connection: Connection, message: Message) -> Advance:
        return Advance(connection, Trigger.of(message, self.clock.now()), self.resend_after)
