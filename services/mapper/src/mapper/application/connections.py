"""Follows the connections: their settings, the replays they need, passes over their links, and how far they are."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from chassis.clock import Clock
from chassis.ids import new_id
from chassis.messaging.publisher import Outgoing, outgoing
from contracts.activity_commands import ActivityReplay
from contracts.calendar_commands import CalendarReplay
from contracts.connections import ConnectionChanged
from contracts.links import ConnectionCounted, ConnectionDrained
from contracts.topics import ACTIVITY_COMMANDS, CALENDAR_COMMANDS, LINK_STATES
from mapper.adapters.collections import Collections
from mapper.application.causation import Trigger
from mapper.application.command_messages import resend
from mapper.application.dirty_set import Touched
from mapper.application.link_transition import Advance
from mapper.application.mass_delete_guard import Brakes
from mapper.application.message_factory import envelope_of
from mapper.domain.model.connection import Connection, Counts, Replay, apply_connection_changed, needs_replay_request
from mapper.domain.model.link import Link
from mapper.domain.rules.invalidation import invalidated

_PAGE = 200
Handle = Callable[[ConnectionChanged], Awaitable[None]]
_CONNECTOR_STARTS = timedelta(seconds=10)
"""How long the connector is given to begin a replay of its own, where it starts together with us."""
_TO_DOUBT: Final = {"$or": [{"event.gone": None, "event.seq": {"$gt": 0}}, {"has_pending": True}]}
_LATE_WRITERS = timedelta(seconds=5)
"""How long a pass looks again for links decided by a handler that had read the connection before it changed."""


@dataclass
class Connections:
    """Keeps the mapper's view of the connections, and their links, up to date."""

    collections: Collections
    clock: Clock
    resend_after: timedelta
    replay_after: timedelta
    brakes: Brakes = field(init=False)
    _touched: Touched = field(default_factory=Touched)
    _touched_calm: Touched = field(default_factory=Touched)

    def __post_init__(self) -> None:
        """Build what judges a pass before it decides."""
        self.brakes = Brakes(self.collections, self.clock, self.resend_after)

    def touch(self, connection: Connection) -> None:
        """Remember that links of a connection may have changed, so that it is counted again."""
        (self._touched_calm if _is_calm(connection) else self._touched).add(connection.id)
        self.brakes.touch(connection.id)

    async def connection_changed(self, fact: ConnectionChanged) -> None:
        """Take in a connection's settings and status, and ask both sides for a replay where it is a new one."""
        trigger = Trigger.of(fact, self.clock.now())

        def change(current: Connection | None) -> Connection:
            return self._asking(apply_connection_changed(current, fact), trigger)

        if stored := await self.collections.connections.update(fact.connection_id, change):
            self.touch(stored)

    async def recover(self, told_so_far: Callable[[Handle], Awaitable[int]]) -> None:
        """Take in all that was ever told of connections, where the database knows of none: it is new, or was lost."""
        if not await self.collections.connections.find({}, limit=1):
            await told_so_far(self._learn)

    async def _learn(self, fact: ConnectionChanged) -> None:
        """Take in a connection before anything can be published: its replay is asked for afterwards, as overdue."""
        now = self.clock.now()

        def change(current: Connection | None) -> Connection:
            learned = apply_connection_changed(current, fact)
            return learned.model_copy(update={"replay_due_at": now if learned.running else None})

        await self.collections.connections.update(fact.connection_id, change)

    async def touch_all(self) -> None:
        """Count every connection once: the process before may have died before it did."""
        async for page in self.collections.connections.pages({}, size=_PAGE):
            for connection in page:
                self.touch(connection)

    async def doubt_all(self) -> None:
        """Take no event as shown and no command as sent: the broker has lost its data, maybe what it was told (K4).

        The replay that every connection begins then asks for what it does not show; one that begins none is asked.
        """
        now = self.clock.now()
        async for page in self.collections.links.pages(_TO_DOUBT, size=_PAGE):
            await asyncio.gather(*(self._doubt(link.id, now) for link in page))
        async for held in self.collections.connections.pages({}, size=_PAGE):
            await asyncio.gather(*(self.collections.connections.update(one.id, self._doubted) for one in held))

    async def _doubt(self, link_id: str, now: datetime) -> None:
        await self.collections.links.update(link_id, lambda current: invalidated(current, now) if current else None)

    def _doubted(self, connection: Connection | None) -> Connection | None:
        if connection is None or not connection.running:
            return connection
        replay = Replay(id=connection.replay.id, to_confirm=True)
        return connection.model_copy(update={"replay": replay, "replay_due_at": self.clock.now() + _CONNECTOR_STARTS})

    async def run_passes(self) -> None:
        """Decide anew every link of the connections whose settings, or replay, came in since."""
        for connection in await self.collections.connections.find({"pass_due": True}):
            judged = await self.brakes.judged(connection)
            if not judged.to_judge:
                await self._pass(judged)

    async def resend_overdue(self) -> None:
        """Send again the commands that were not answered in time, and ask again for replays that have not ended."""
        now = self.clock.now()
        trigger = Trigger.timer(now)
        for link in await self.collections.links.find(
            {"has_pending": True, "pending_due_at": {"$lte": now}}, limit=_PAGE
        ):
            await self.collections.links.update(
                link.id, lambda current: resend(current, trigger, self.resend_after) if current else None
            )
        for connection in await self.collections.connections.find({"replay_due_at": {"$lte": now}}):
            await self.collections.connections.update(
                connection.id, lambda current: self._asking(current, trigger) if current else None
            )

    async def tell_progress(self) -> None:
        """Tell how far the touched connections are, where that changed (L2)."""
        await self._touched.together(self._count_all)

    async def tell_of_calm(self) -> None:
        """The same for those where single changes come and go: none is worth two messages and four writes."""
        await self._touched_calm.together(self._count_all)

    async def _pass(self, connection: Connection) -> None:
        behind = {"connection_id": connection.id, "epoch": {"$lt": connection.epoch}}
        async for page in self.collections.links.pages_until_empty(behind, size=_PAGE):
            await asyncio.gather(*(self._redecide(connection, link) for link in page))
        self.touch(connection)
        await self._pass_done(connection)

    async def _redecide(self, connection: Connection, link: Link) -> None:
        advance = Advance(connection, Trigger.timer(self.clock.now()), self.resend_after)
        await self.collections.links.update(link.id, advance.unless_taken_over, seen=link)

    async def _pass_done(self, connection: Connection) -> None:
        now = self.clock.now()

        def change(current: Connection | None) -> Connection | None:
            if current is None or current.epoch != connection.epoch:
                return current
            if current.pass_until is None:
                return current.model_copy(update={"pass_until": now + _LATE_WRITERS})
            return current.model_copy(update={"pass_due": False}) if current.pass_until <= now else current

        await self.collections.connections.update(connection.id, change)

    async def _count_all(self, connection_ids: Sequence[str]) -> None:
        found = await self.collections.connections.get_many(connection_ids)
        await asyncio.gather(*map(self._count, found.values()))

    async def _count(self, connection: Connection) -> None:
        links = await self._count_links(connection)
        pending = await self.collections.links.count({"connection_id": connection.id, "has_pending": True})
        refused = await self._count_refused(connection)
        trigger = Trigger.timer(self.clock.now())

        def change(current: Connection | None) -> Connection | None:
            if current is None:
                return None
            counts = Counts(replay_id=current.replay.id, replayed=_caught_up(current), links=links, pending=pending)
            return _told_drained(_told_counts(current, counts, trigger), pending, refused, trigger)

        stored = await self.collections.connections.update(connection.id, change, seen=connection)
        if stored and not _caught_up(stored):
            self.touch(stored)

    async def _count_links(self, connection: Connection) -> int:
        """Count while that shows progress; once caught up, one change must not cost what the calendar is large."""
        if connection.counted and connection.counted.replayed and _caught_up(connection):
            return connection.counted.links
        return await self.collections.links.count({"connection_id": connection.id})

    async def _count_refused(self, connection: Connection) -> int:
        if connection.status != "stopping":
            return 0
        return await self.collections.links.count({"connection_id": connection.id, "left_behind": True})

    def _asking(self, connection: Connection, trigger: Trigger) -> Connection:
        if not needs_replay_request(connection, trigger.now):
            return connection
        update = {"replay_asked": connection.replay.id, "replay_due_at": trigger.now + self.replay_after}
        return connection.model_copy(update=update).with_messages(*_replays(connection, trigger))


def _is_calm(connection: Connection) -> bool:
    """Tell whether a connection was told to be caught up, with nothing under way, and is not being stopped."""
    counted = connection.counted
    if counted is None or counted.replay_id != connection.replay.id:
        return False
    return counted.replayed and not counted.pending and _caught_up(connection) and connection.running


def _caught_up(connection: Connection) -> bool:
    """Tell whether a replay was taken in, and every link decided under what is known now."""
    return connection.replay.done and (not connection.pass_due or connection.pass_until is not None)


def _replays(connection: Connection, trigger: Trigger) -> tuple[Outgoing, Outgoing]:
    replay_id, owner = connection.replay.id, connection.user_id
    envelope = envelope_of(connection, trigger)
    activities = ActivityReplay(
        **envelope | {"id": new_id(), "command_id": replay_id}, owner_id=owner, replay_id=replay_id
    )
    calendar = CalendarReplay(**envelope, replay_id=replay_id)
    return (
        outgoing(ACTIVITY_COMMANDS, owner, activities),
        outgoing(CALENDAR_COMMANDS, connection.id, calendar),
    )


def _told_counts(connection: Connection, counts: Counts, trigger: Trigger) -> Connection:
    if counts == connection.counted:
        return connection
    fact = ConnectionCounted(**envelope_of(connection, trigger), **counts.model_dump())
    return connection.model_copy(update={"counted": counts}).with_messages(outgoing(LINK_STATES, connection.id, fact))


def _told_drained(connection: Connection, pending: int, refused: int, trigger: Trigger) -> Connection:
    waits = connection.status != "stopping" or pending or connection.drained_epoch == connection.epoch
    if waits or (connection.pass_due and connection.pass_until is None):
        return connection
    fact = ConnectionDrained(**envelope_of(connection, trigger), refused=refused)
    drained = connection.model_copy(update={"drained_epoch": connection.epoch})
    return drained.with_messages(outgoing(LINK_STATES, connection.id, fact))
