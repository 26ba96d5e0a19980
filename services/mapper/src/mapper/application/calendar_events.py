"""Takes in what a connector tells of a calendar: finds the link, notes it there, and lets the link be decided."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from chassis.clock import Clock
from chassis.errors import Transient
from contracts.calendar_events import (
    CalendarCommandSettled,
    CalendarConfirmed,
    CalendarEvent,
    CalendarReplayEnded,
    EventChanged,
    EventGone,
)
from mapper.adapters.collections import Collections
from mapper.application.causation import Causation
from mapper.application.connections.replays import ReplayCompletion
from mapper.application.link_lookup import LinkLookup
from mapper.application.link_transition import LinkTransition
from mapper.application.mass_delete.deletion_counter import count_deletion
from mapper.application.sync_latency import edit_of_event, observe_latency
from mapper.domain.model.connections.connection import Connection
from mapper.domain.model.ids import link_id_for
from mapper.domain.model.link import Link
from mapper.domain.model.pending import PendingCommand
from mapper.domain.rules.command_outcomes.outcomes import apply_calendar_outcome, find_pending
from mapper.domain.rules.incoming import with_event_read
from mapper.domain.rules.linking.link_resolution import belongs_to_link, link_id_by_marker
from mapper.domain.rules.observe import note_gone

_MAX_LOOKUPS = 10
"""How often an event looks for its link, where others are faster or have taken its activity along."""


class UnseenSettings(Exception):  # noqa: N818 - not an error: the message is parked until its settings are seen
    """The message was made under settings of a connection that have not been seen yet."""


@dataclass(frozen=True)
class CalendarEventHandler:
    """Handles the messages of `calendar.events`; each may come again."""

    collections: Collections
    clock: Clock
    resend_after: timedelta
    lookup: LinkLookup
    replays: ReplayCompletion
    touch: Callable[[Connection], None]

    async def handle(self, message: CalendarEvent) -> None:
        """Take in a message. Raises UnseenSettings where it has to wait."""
        connection = await self.collections.connections.get(message.connection_id)
        if connection is None or message.settings_version > connection.settings_version:
            raise UnseenSettings(message.connection_id)
        causation = Causation.of(message, self.clock.now(), edit_of_event(message))
        transition = LinkTransition(connection, causation, self.resend_after)
        match message:
            case EventChanged():
                await self.event_changed(transition, message)
            case EventGone():
                await self.event_gone(transition, message)
            case CalendarCommandSettled():
                await self.command_settled(transition, message)
            case CalendarReplayEnded():
                await self.replays.calendar_ended(connection, message.replay_id, causation)
            case CalendarConfirmed():
                await self.replays.confirmed(connection, message.replay_id, causation)
        self.touch(connection)  # after its links are written: a count that ran before would be the last

    async def event_changed(self, transition: LinkTransition, fact: EventChanged) -> None:
        """Note a read of an event on its link; it looks again where another event took that link meanwhile (K3)."""
        connection, now = transition.connection, transition.causation.now
        if not connection.running or fact.calendar_id != connection.settings.calendar_id:
            return
        generation = 0
        for _ in range(_MAX_LOOKUPS):
            found = await self.lookup.find(connection, fact, now=now, generation=generation)
            stored = await self._note_event(transition, fact, found)
            if stored is None or belongs_to_link(stored, fact):
                return
            generation += not link_id_by_marker(fact)  # its activity goes on with another occurrence (E4)
        raise Transient("link_taken", f"{fact.event.event_id}: its link is taken again and again")

    async def event_gone(self, transition: LinkTransition, fact: EventGone) -> None:
        """Note that an event is gone on its link, and count it where it is one of many (H4)."""
        link = await self.collections.link_by_event((fact.account_key, fact.event_id))
        if link is not None and link.connection_id == transition.connection.id:
            await self.note_gone(transition, fact, link)
        await count_deletion(self.collections, fact, transition.causation.now)

    async def note_gone(self, transition: LinkTransition, fact: EventGone, link: Link) -> None:
        """Note that a link's event is gone, unless another connection took the link over meanwhile (K2)."""

        def change(current: Link | None) -> Link | None:
            return transition.unless_taken_over(current, lambda own: note_gone(own, fact))

        await self.collections.links.update(link.id, change, seen=link)

    async def command_settled(self, transition: LinkTransition, fact: CalendarCommandSettled) -> None:
        """Take in the outcome of a command of ours."""
        answered: PendingCommand | None = None

        def change(current: Link | None) -> Link | None:
            nonlocal answered
            if current is None:
                return None
            answered = find_pending(current, fact.command_id)
            return transition.following(answered).settled(current, apply_calendar_outcome(current, fact))

        await self.collections.links.update(link_id_for(fact.account_key, fact.activity_id), change)
        observe_latency(transition.connection, answered, fact)

    async def _note_event(self, transition: LinkTransition, fact: EventChanged, found: Link) -> Link | None:
        def change(current: Link | None) -> Link | None:
            noted = with_event_read(current, found, transition.connection, fact)
            return transition(current, noted) if noted else None

        return await self.collections.links.update(found.id, change, seen=found if found.version else None)
