"""The mapper's own handlers on a database in memory, between a naive calendar and a naive activity store.

Messages wait in queues, one per topic and key, until they are delivered: in order within a queue, any way between them.
"""

import uuid
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from chassis.clock import ManualClock
from chassis.messaging.publisher import Outgoing
from chassis.persistence.document import D
from chassis.persistence.documents import Documents
from contracts import topics
from contracts.activities import ActivityCreated, ActivityDeleted, ActivitySnapshot, ActivityUpdated, SyncSummary
from contracts.activity_commands import ActivityPut, ActivityRemove, ActivityReplay
from contracts.activity_outcomes import ActivityCommandSettled, ActivityReplayed, ActivityReplayEnded
from contracts.brakes import BrakeMessage
from contracts.calendar_commands import CalendarConfirm, CalendarPut, CalendarRemove, CalendarReplay
from contracts.calendar_events import (
    CalendarCommandSettled,
    CalendarConfirmed,
    CalendarReplayEnded,
    EventChanged,
    EventGone,
    Pass,
)
from contracts.calendar_objects import EventAttendee, EventFields, EventSnapshot
from contracts.connections import BrakeAnswer, ConnectionChanged, ConnectionSettings, ConnectionStatus, Coverage, Remove
from contracts.envelope import Message
from contracts.links import ConnectionDrained, LinkStateChanged
from mapper.adapters.collections import Collections, open_collections
from mapper.application.message_factory import confirmation_messages
from mapper.application.use_cases import use_cases
from mapper.domain.model.fields import PAIRS, mapped_fields
from mapper.domain.model.link import Link
from tests.simulation.tables import MemoryTable
from tests.support.bench import NOW, due, timed

CONNECTION, ACCOUNT, CALENDAR, USER, COMPANY = "c1", "key", "cal", "7", "acme"
RESEND_AFTER = timedelta(seconds=60)


class Database:
    """Collections in memory; what they publish goes to `sink`."""

    def __init__(self, sink: Callable[[Outgoing], None]) -> None:
        self.collections: list[Documents[Any]] = []
        self._sink = sink

    def documents(
        self,
        name: str,
        model: type[D],
        *,
        indexes: Sequence[Any] = (),
        state_messages: Callable[[D], Sequence[Outgoing]] | None = None,
    ) -> Documents[D]:
        documents = Documents(name, model, MemoryTable(), self, state_messages=state_messages)
        self.collections.append(documents)
        return documents

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        for message in messages:
            self._sink(message)

    async def drain(self) -> None:
        for documents in self.collections:
            await documents.drain()


class World:
    """Everything; `deliver` hands on one message, `settle` all of them."""

    def __init__(self, normalise: Callable[[EventFields], EventFields]) -> None:
        self.clock = ManualClock(NOW)
        self.queues: dict[tuple[str, str], deque[Message]] = defaultdict(deque)
        self._open()
        self.calendar = Calendar(self, normalise)
        self.crm = Crm(self)
        self.settings = ConnectionSettings(calendar_id=CALENDAR, timezone="Europe/Berlin")
        self.coverage = Coverage(connected_at=NOW - timedelta(days=1))
        self.settings_version = 0
        self.brakes: list[BrakeMessage] = []
        self.brake_answer: BrakeAnswer | None = None
        self.status: ConnectionStatus = "in_sync"
        self.replay = 0
        self.connection_id = CONNECTION
        self.remove: Remove = "none"
        self.drained: list[ConnectionDrained] = []
        self.told: ConnectionChanged | None = None

    def _open(self) -> None:
        self.database = Database(
            lambda out: self.send(out.topic, out.key, topics.reader(out.topic)(out.value.encode()))
        )
        self.collections: Collections = open_collections(
            self.database,  # type: ignore[arg-type]  # as much of it as is used
            confirmation_messages=confirmation_messages,
        )
        self.mapper = use_cases(
            self.collections, self.clock, self.database, resend_after=RESEND_AFTER, replay_after=timedelta(minutes=5)
        )

    def lose_database(self) -> None:
        """Start the mapper on an empty database: it is told of its connection anew, and of nothing else."""
        self._open()
        if self.told:
            self.send(topics.CONNECTION_EVENTS, self.connection_id, self.told)

    def connect_again(self) -> None:
        """Connect the same account anew: a connection of its own, which knows no events yet."""
        self.connection_id += "+"
        self.status, self.remove = "in_sync", "none"
        self.coverage = Coverage(connected_at=self.clock.now())
        self.calendar.told.clear()
        self.calendar.seq = 0
        self.configure()

    def configure(self, **settings: Any) -> None:
        """Change settings, or (without any) only ask for a new replay."""
        self.replay += not settings
        self.settings_version += 1
        self.settings = self.settings.model_copy(update=settings)
        fact = ConnectionChanged(
            **self.envelope() | {"aggregate_version": self.settings_version},
            connection_id=self.connection_id,
            user_id=USER,
            provider="google",
            account_key=ACCOUNT,
            email="ann@example.com",
            status=self.status,
            settings=self.settings,
            settings_version=self.settings_version,
            coverage=self.coverage,
            replay_id=f"r{self.replay}",
            brake_answer=self.brake_answer,
            remove=self.remove,
        )
        self.told = fact
        self.send(topics.CONNECTION_EVENTS, self.connection_id, fact)

    def stop(self, remove: Remove = "none") -> None:
        """Begin to stop (K1)."""
        self.status, self.remove = "stopping", remove
        self.configure()

    async def stopped(self, remove: Remove = "none") -> None:
        """Stop for good."""
        self.stop(remove)
        await self.exhaust()
        await self.mapper.progress.publish_busy()
        self.status = "stopped"
        self.configure()
        await self.exhaust()

    def live(self) -> list[ActivitySnapshot]:
        """The activities that are not deleted."""
        return [activity for activity in self.crm.activities.values() if not activity.deleted]

    def send(self, topic: str, key: str, message: Message) -> None:
        if isinstance(message, LinkStateChanged):
            self.crm.note_link(message)
        if isinstance(message, ConnectionDrained):
            self.drained.append(message)
        if topic not in {topics.LINK_STATES, topics.SYNC_DECISIONS}:
            self.queues[topic, key].append(message)

    def waiting(self) -> list[tuple[str, str]]:
        """The queues in which something waits."""
        return sorted(key for key, queue in self.queues.items() if queue)

    async def deliver(self, queue: tuple[str, str], *, twice: bool = False) -> None:
        """Deliver the first message of a queue; `twice`: it will come again."""
        message = self.queues[queue][0] if twice else self.queues[queue].popleft()
        topic = queue[0]
        match topic:
            case topics.CALENDAR_COMMANDS:
                self.calendar.obey(message)
            case topics.ACTIVITY_COMMANDS:
                self.crm.obey(message)
            case topics.CONNECTION_EVENTS:
                assert isinstance(message, ConnectionChanged)
                await self.mapper.connections.connection_changed(message)
            case topics.CALENDAR_EVENTS:
                await self.mapper.parking.take(message)  # type: ignore[arg-type]  # told apart by the topic
            case topics.SYNC_BRAKES:
                self.brakes.append(message)  # type: ignore[arg-type]  # as above
            case topics.ACTIVITY_EVENTS:
                assert isinstance(message, ActivityCreated | ActivityUpdated | ActivityDeleted)
                await self.mapper.activity_events.activity_event(message)
            case _:
                await self.mapper.activity_events.activity_outcome(message)  # type: ignore[arg-type]  # as above
        await self.database.drain()

    async def timers(self) -> None:
        """Let the mapper's periodic work run once."""
        await self.mapper.parking.take_up()
        await self.mapper.judge.judge_passes()
        await self.mapper.answers.review()
        await self.mapper.reevaluation.run()
        await self.mapper.resending.resend_overdue()
        await self.database.drain()

    async def settle(self) -> None:
        """Deliver everything, then have both sides told anew, until nothing waits."""
        await self.exhaust()
        self.configure()
        await self.exhaust()

    async def exhaust(self) -> None:
        for _ in range(400):
            await self.timers()
            if not (waiting := self.waiting()):
                return
            for queue in waiting:
                await self.deliver(queue)
        raise AssertionError(f"does not come to rest: {[(q, m) for q, m in self.queues.items() if m]}")

    async def links(self) -> list[Link]:
        return await self.collections.links.find({})

    def tick(self, seconds: float = 1) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    def envelope(self) -> dict[str, Any]:
        return {
            "id": uuid.uuid4().hex,
            "occurred_at": self.clock.now(),
            "company_id": COMPANY,
            "aggregate_version": 1,
            "correlation_id": "correlation",
            "cause": "calendar",
        }


class Calendar:
    """A provider with its connector: normalises what it is given, reads on demand, tells deletions by tombstone."""

    def __init__(self, world: World, normalise: Callable[[EventFields], EventFields]) -> None:
        self.world = world
        self.normalise = normalise
        self.events: dict[str, EventSnapshot] = {}
        self.tombstones: set[str] = set()
        self.told: dict[str, str] = {}
        self.answers: dict[str, CalendarCommandSettled] = {}
        self.reads: list[EventChanged] = []
        self.seq = 0
        self.writes = 0
        self.refuses: set[str] = set()
        """Events that the provider does not let go."""
        self.outside: dict[str, EventSnapshot] = {}
        """Events outside the window: only who asks for one by its id is told it."""
        self.confirmed: list[str] = []

    def create(self, event_id: str, **fields: Any) -> None:
        new = EventFields.model_validate({"summary": "New", "time": timed()} | fields)
        self._keep(EventSnapshot(event_id=event_id, calendar_id=CALENDAR, hash="-", fields=new, updated=NOW), new)

    def edit(self, event_id: str, **fields: Any) -> None:
        event = self.events[event_id]
        self._keep(event, event.fields.model_copy(update=fields))

    def invite(self, event_id: str, address: str) -> None:
        """Give an event a guest, whom the provider would mail (I2)."""
        event = self.events[event_id]
        guests = {"attendees": (EventAttendee(email=address),), "mails_guests": True, "hash": f"{event.hash} {address}"}
        self.events[event_id] = event.model_copy(update=guests)

    def delete(self, event_id: str) -> None:
        del self.events[event_id]
        self.tombstones.add(event_id)

    def tell(self, event_id: str) -> None:
        """Read one event and tell what is new of it."""
        self.seq += 1
        event = self.events.get(event_id)
        if event is None and self.told.pop(event_id, ""):
            self._send(EventGone(**self._body(), event_id=event_id, gone="deleted"))
        if event is not None and self.told.get(event_id) != event.hash:
            self.told[event_id] = event.hash
            self._send(EventChanged(**self._body(), event=event))

    def tell_gone(self, *event_ids: str, series_id: str | None = None) -> None:
        """Delete events, and tell it in one pass."""
        sync_pass = Pass(id=uuid.uuid4().hex, deletions=len(event_ids))
        for event_id in event_ids:
            self.seq += 1
            self.delete(event_id)
            del self.told[event_id]
            gone = {"event_id": event_id, "gone": "deleted", "sync_pass": sync_pass, "series_id": series_id}
            self._send(EventGone.model_validate(self._body() | gone))

    def begin_read(self, event_id: str) -> None:
        """Read an event, to be told by `end_read`, whatever happens to it meanwhile."""
        self.seq += 1
        self.reads.append(EventChanged(**self._body(), event=self.events[event_id]))

    def end_read(self) -> None:
        """Tell the oldest read that has begun."""
        self._send(self.reads.pop(0))

    def obey(self, message: Message) -> None:
        match message:
            case CalendarReplay(replay_id=replay_id):
                self._replay(replay_id)
            case CalendarConfirm(replay_id=replay_id, event_ids=event_ids):
                self._confirm(replay_id, event_ids)
            case CalendarPut() | CalendarRemove():
                if message.command_id not in self.answers:
                    self.answers[message.command_id] = self._carry_out(message)
                self._send(self.answers[message.command_id])

    def _replay(self, replay_id: str) -> None:
        for event_id in sorted(set(self.told) - set(self.events)):
            self.tell(event_id)
        self.seq += 1
        for event in self.events.values():
            self.told[event.event_id] = event.hash
            self._send(EventChanged(**self._body(), event=event))
        self._send(CalendarReplayEnded(**self._body(), replay_id=replay_id, count=len(self.events)))

    def _confirm(self, replay_id: str, event_ids: Sequence[str]) -> None:
        self.seq += 1
        self.confirmed += event_ids
        for event_id in event_ids:
            if event_id in self.everything:
                self._send(EventChanged(**self._body(), event=self.everything[event_id]))
            elif event_id in self.tombstones:
                self._send(EventGone(**self._body(), event_id=event_id, gone="deleted"))
        self._send(CalendarConfirmed(**self._body(), replay_id=replay_id))

    @property
    def everything(self) -> dict[str, EventSnapshot]:
        """The events, also those that no replay shows."""
        return self.events | self.outside

    def _carry_out(self, command: CalendarPut | CalendarRemove) -> CalendarCommandSettled:
        self.seq += 1
        if isinstance(command, CalendarPut) and command.event_id is None:
            return self._insert(command)
        event = self.events.get(command.event_id or "")
        if event is None:
            self.told.pop(command.event_id or "", None)
            return self._answer(command, "applied" if isinstance(command, CalendarRemove) else "gone")
        if command.based_on != event.hash:
            self.told[event.event_id] = event.hash
            return self._answer(command, "conflict", event=event)
        if event.event_id in self.refuses and isinstance(command, CalendarRemove):
            return self._answer(command, "refused", reason="forbidden")
        self.writes += 1
        if isinstance(command, CalendarRemove):
            self.delete(event.event_id)
            self.told.pop(event.event_id, None)
            return self._answer(command, "applied")
        return self._put(command, event)

    def _insert(self, command: CalendarPut) -> CalendarCommandSettled:
        generation = command.generation
        while (event_id := f"{command.activity_id}-{generation}") in self.tombstones:
            generation += 1
        self.writes += 1
        blank = EventFields(time=timed())
        event = EventSnapshot(event_id=event_id, calendar_id=CALENDAR, hash="-", fields=blank, updated=NOW)
        return self._put(command, self.events.get(event_id, event), generation)

    def _put(self, command: CalendarPut, event: EventSnapshot, generation: int = 0) -> CalendarCommandSettled:
        given = {
            name: value for name, value in command.changes if value is not None and name in EventFields.model_fields
        }
        marked = event.model_copy(update={"marker": command.marker})
        self._keep(marked, self.normalise(event.fields.model_copy(update=given)))
        after = self.events[event.event_id]
        self.told[event.event_id] = after.hash
        return self._answer(command, "applied", event=after, generation=generation)

    def _keep(self, event: EventSnapshot, fields: EventFields) -> None:
        update = {"fields": fields, "hash": fields.model_dump_json(), "updated": self.world.clock.now()}
        self.events[event.event_id] = event.model_copy(update=update)

    def _answer(self, command: CalendarPut | CalendarRemove, outcome: str, **more: Any) -> CalendarCommandSettled:
        body = {"command_id": command.command_id, "activity_id": command.activity_id, "outcome": outcome}
        return CalendarCommandSettled.model_validate(self._body() | body | more)

    def _body(self) -> dict[str, Any]:
        return self.world.envelope() | {
            "connection_id": self.world.connection_id,
            "account_key": ACCOUNT,
            "calendar_id": CALENDAR,
            "settings_version": self.world.settings_version,
            "seq": self.seq,
        }

    def _send(self, message: Message) -> None:
        self.world.send(topics.CALENDAR_EVENTS, self.world.connection_id, message)


class Crm:
    """An activity store that obeys the contract: versions, tombstones, answers repeated as the first time."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.activities: dict[str, ActivitySnapshot] = {}
        self.answers: dict[str, tuple[str, int]] = {}
        self.link_versions: dict[tuple[str, str], int] = {}
        self.writes = 0

    def create(self, activity_id: str, **fields: Any) -> None:
        now = self.world.clock.now()
        body = {"subject": "New", "type": "call", "schedule": due(), "owner_id": USER}
        moments = {"add_time": now, "update_time": now, "version": 1, "id": activity_id}
        self.activities[activity_id] = ActivitySnapshot.model_validate(body | fields | moments)
        self._tell(activity_id)

    def edit(self, activity_id: str, **fields: Any) -> None:
        before, now = self.activities[activity_id], self.world.clock.now()
        update = {"version": before.version + 1, "update_time": now, "deleted": False}
        after = before.model_copy(update=fields | update)
        old, new = mapped_fields(before), mapped_fields(after)
        changed = {pair.activity: now for pair in PAIRS if getattr(old, pair.activity) != getattr(new, pair.activity)}
        self.activities[activity_id] = after.model_copy(update={"changed_at": before.changed_at | changed})
        self._tell(activity_id)

    def note_link(self, news: LinkStateChanged) -> None:
        """Note how a link stands, unless newer news of the connection were here: no version, no fact."""
        activity, key = self.activities.get(news.activity_id), (news.activity_id, news.connection_id)
        if activity is None or self.link_versions.get(key, 0) >= news.aggregate_version:
            return
        self.link_versions[key] = news.aggregate_version
        names = set(SyncSummary.model_fields) - {"version"}
        summary = SyncSummary(**news.model_dump(include=names), version=news.aggregate_version)
        self.activities[activity.id] = activity.model_copy(update={"sync": summary})

    def delete(self, activity_id: str) -> None:
        before = self.activities[activity_id]
        update = {"version": before.version + 1, "update_time": self.world.clock.now(), "deleted": True}
        self.activities[activity_id] = before.model_copy(update=update)
        self._tell(activity_id)

    def obey(self, message: Message) -> None:
        match message:
            case ActivityReplay(replay_id=replay_id):
                self._replay(replay_id)
            case ActivityPut() | ActivityRemove():
                outcome, version = self._carry_out(message)
                activity = self.activities.get(message.activity_id)
                body = {"command_id": message.command_id, "outcome": outcome, "version": version, "activity": activity}
                self._send(
                    ActivityCommandSettled.model_validate(self._body() | {"activity_id": message.activity_id} | body)
                )

    def _carry_out(self, command: ActivityPut | ActivityRemove) -> tuple[str, int]:
        if command.command_id in self.answers:
            return self.answers[command.command_id]
        known = self.activities.get(command.activity_id)
        version = known.version if known else 0
        if isinstance(command, ActivityRemove) and (known is None or known.deleted):
            return "unchanged", version
        if command.expected_version != version:
            return "stale", version
        self.writes += 1
        if isinstance(command, ActivityRemove):
            self.delete(command.activity_id)
        else:
            self._put(command)
        self.answers[command.command_id] = ("applied", version + 1)
        return "applied", version + 1

    def _put(self, command: ActivityPut) -> None:
        given = {name: value for name, value in command.changes if value is not None}
        if command.activity_id in self.activities:
            self.edit(command.activity_id, **given)
        else:
            self.create(command.activity_id, **given)

    def _replay(self, replay_id: str) -> None:
        for activity in self.activities.values():
            self._send(ActivityReplayed(**self._body(), replay_id=replay_id, activity=activity))
        self._send(ActivityReplayEnded(**self._body(), replay_id=replay_id, count=len(self.activities)))

    def _tell(self, activity_id: str) -> None:
        activity = self.activities[activity_id]
        fact = ActivityDeleted if activity.deleted else ActivityUpdated
        self.world.send(topics.ACTIVITY_EVENTS, activity_id, fact(**self.world.envelope(), activity=activity))

    def _body(self) -> dict[str, Any]:
        return self.world.envelope() | {"connection_id": self.world.connection_id}

    def _send(self, message: Message) -> None:
        self.world.send(topics.ACTIVITY_OUTCOMES, self.world.connection_id, message)
