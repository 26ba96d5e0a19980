"""A running mapper, and the messages by which a test plays the connector and the activity store to it."""

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Self, TypeVar

import httpx
import jwt
import uvicorn
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from chassis.ids import new_id
from contracts import topics
from contracts.activities import ActivitySnapshot, ActivityUpdated
from contracts.activity_commands import ActivityPut
from contracts.activity_outcomes import ActivityCommandSettled, ActivityReplayed, ActivityReplayEnded
from contracts.calendar_commands import CalendarPut, CalendarReplay
from contracts.calendar_events import CalendarCommandSettled, CalendarReplayEnded, EventChanged
from contracts.calendar_objects import EventFields, EventSnapshot
from contracts.connections import ConnectionChanged, ConnectionSettings, Coverage
from contracts.envelope import Message
from mapper.app import make_app
from mapper.settings import MapperSettings
from tests.support.bench import due, timed
from tests.support.waiting import wait_until

M = TypeVar("M", bound=Message)

READ = [topics.ACTIVITY_COMMANDS, topics.CALENDAR_COMMANDS, topics.LINK_STATES, topics.SYNC_DECISIONS]
TOPICS = [*READ, topics.CONNECTION_EVENTS, topics.CALENDAR_EVENTS, topics.ACTIVITY_EVENTS, topics.ACTIVITY_OUTCOMES]
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
USER = "7"


class Running:
    """A mapper that can be stopped and started again."""

    def __init__(self, settings: MapperSettings) -> None:
        self.settings = settings
        self.url = ""

    async def start(self) -> None:
        """Start it and wait until it is ready."""
        app = make_app(self.settings)
        config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, name="mapper")
        self._thread.start()
        await wait_until(lambda: self._server.started, awaited="the mapper to listen", timeout=30)
        self.url = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"
        async with httpx.AsyncClient() as client:

            async def ready() -> bool:
                answer = await client.get(f"{self.url}/readyz")
                assert answer.status_code == 200, answer.text
                return True

            await wait_until(ready, awaited="the mapper to be ready", timeout=100)

    async def stop(self) -> None:
        """Stop it as a deployment does."""
        self._server.should_exit = True
        await asyncio.to_thread(self._thread.join, 20)


class MapperStage:
    """One company with one user; connection and ids are the company's own."""

    def __init__(self, running: Running, client: httpx.AsyncClient, company: str) -> None:
        self.running = running
        self.company = company
        self.connection_id = f"{company}-c"
        self.account_key = f"{company}-key"
        self.settings_version = 0
        self.settings = ConnectionSettings(calendar_id="cal", timezone="Europe/Berlin")
        self._client = client
        self._seq = 0
        self._seen: list[Message] = []

    async def __aenter__(self) -> Self:
        """Connect to the broker."""
        bootstrap = self.running.settings.kafka_bootstrap
        self._producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
        self._consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, fetch_max_wait_ms=20)
        await self._producer.start()
        await self._consumer.start()
        dead = [f"{topic}.dlq" for topic in TOPICS]
        self._consumer.assign([TopicPartition(topic, number) for topic in [*READ, *dead] for number in range(2)])
        await self._consumer.seek_to_end()
        self._dead: list[bytes] = []
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Disconnect."""
        await self._consumer.stop()
        await self._producer.stop()

    async def start(self) -> None:
        """Start the mapper."""
        await self.running.start()

    # What the other services say.

    async def connect(self, **settings: Any) -> str:
        """Tell of the connection, under a new settings version; return the replay that it asks for."""
        self.settings_version += 1
        self.settings = self.settings.model_copy(update=settings)
        replay_id = f"{self.company}-r"
        fact = ConnectionChanged(
            **self.envelope(aggregate_version=self.settings_version),
            connection_id=self.connection_id,
            user_id=USER,
            provider="google",
            account_key=self.account_key,
            email="ann@example.com",
            status="in_sync",
            settings=self.settings,
            settings_version=self.settings_version,
            coverage=Coverage(connected_at=datetime.now(UTC) - timedelta(days=1)),
            replay_id=replay_id,
        )
        await self.send(topics.CONNECTION_EVENTS, self.connection_id, fact)
        return replay_id

    async def linked_up(self, **settings: Any) -> None:
        """Connect, with both replays ended empty and taken in."""
        await self.connect(**settings)
        await self.wait_for(CalendarReplay)
        await self.end_replays()
        await self.wait_for(Message, where=lambda one: getattr(one, "replayed", False))

    async def end_replays(self) -> None:
        """Say that everything was told."""
        replay_id = f"{self.company}-r"
        ended = ActivityReplayEnded(**self.envelope(), connection_id=self.connection_id, replay_id=replay_id, count=0)
        await self.send(topics.ACTIVITY_OUTCOMES, self.connection_id, ended)
        await self.say(CalendarReplayEnded(**self.calendar_fact(), replay_id=replay_id, count=0))

    async def say(self, message: Message) -> None:
        """Say something about the calendar."""
        await self.send(topics.CALENDAR_EVENTS, self.connection_id, message)

    async def activity(self, activity_id: str, version: int = 1, **fields: Any) -> ActivitySnapshot:
        """Tell of an activity on the public topic."""
        activity = self.snapshot(activity_id, version, **fields)
        fact = ActivityUpdated(**self.envelope(), activity=activity)
        await self.send(topics.ACTIVITY_EVENTS, activity.id, fact)
        return activity

    async def replay_activity(self, activity: ActivitySnapshot) -> None:
        """Tell of an activity in the replay."""
        told = ActivityReplayed(
            **self.envelope(),
            connection_id=self.connection_id,
            replay_id=f"{self.company}-r",
            activity=activity,
        )
        await self.send(topics.ACTIVITY_OUTCOMES, self.connection_id, told)

    async def event(self, event_id: str, *, settings_version: int | None = None, **fields: Any) -> EventSnapshot:
        """Tell of an event."""
        event = self.event_snapshot(event_id, **fields)
        body = self.calendar_fact() | ({"settings_version": settings_version} if settings_version else {})
        await self.say(EventChanged.model_validate(body | {"event": event}))
        return event

    async def answer_calendar(self, command: CalendarPut, event_id: str) -> EventSnapshot:
        """Carry out a put of an event."""
        given = {name: value for name, value in command.changes if value is not None}
        event = self.event_snapshot(event_id, **given).model_copy(update={"marker": command.marker})
        settled = CalendarCommandSettled(
            **self.calendar_fact(),
            command_id=command.command_id,
            activity_id=command.activity_id,
            outcome="applied",
            event=event,
        )
        await self.say(settled)
        return event

    async def answer_crm(self, command: ActivityPut) -> ActivitySnapshot:
        """Carry out a put of an activity."""
        given = {name: value for name, value in command.changes if value is not None}
        activity = self.snapshot(command.activity_id, command.expected_version + 1, **given)
        settled = ActivityCommandSettled(
            **self.envelope(),
            command_id=command.command_id,
            connection_id=self.connection_id,
            activity_id=command.activity_id,
            outcome="applied",
            version=activity.version,
            activity=activity,
        )
        await self.send(topics.ACTIVITY_OUTCOMES, self.connection_id, settled)
        return activity

    async def send(self, topic: str, key: str, message: Message | bytes) -> None:
        """Publish a message, or bytes as they are."""
        body = message if isinstance(message, bytes) else message.model_dump_json().encode()
        await self._producer.send_and_wait(topic, body, key=key.encode())

    # What the mapper says.

    async def said(self, kind: type[M]) -> list[M]:
        """Return all messages of a kind that the mapper published about this company."""
        for partition, records in (await self._consumer.getmany(timeout_ms=20)).items():
            if partition.topic.endswith(".dlq"):
                self._dead += [record.value for record in records]
            else:
                self._seen += [topics.reader(partition.topic)(record.value) for record in records]
        return [one for one in self._seen if isinstance(one, kind) and one.company_id == self.company]

    async def dead(self) -> list[bytes]:
        """Return what was dead-lettered."""
        await self.said(Message)
        return self._dead

    async def wait_for(self, kind: type[M], count: int = 1, *, where: Callable[[M], bool] = lambda _: True) -> list[M]:
        """Return the messages of a kind when there are as many as expected."""

        async def enough() -> list[M]:
            found = [message for message in await self.said(kind) if where(message)]
            assert len(found) >= count, await self.said(Message)
            return found

        return await wait_until(enough, awaited=f"{count} {kind.__name__}", timeout=30)

    async def ask(self, path: str, *, user: str = USER, company: str | None = None, **query: str) -> httpx.Response:
        """Send a request as a user."""
        until = datetime.now(UTC) + timedelta(hours=1)
        claims = {"sub": user, "company_id": company or self.company, "role": "regular", "exp": until}
        token = jwt.encode(claims, self.running.settings.jwt_secret or "", "HS256")
        headers = {"Authorization": f"Bearer {token}"}
        return await self._client.get(f"{self.running.url}{path}", params=query, headers=headers)

    def advance_clock(self, seconds: float) -> None:
        """Move the mapper's clock ahead of the machine's."""
        assert self.running.settings.clock_file
        self.running.settings.clock_file.write_text(str(seconds))

    # What things look like.

    def snapshot(self, activity_id: str, version: int = 1, **fields: Any) -> ActivitySnapshot:
        """An activity of the user."""
        now = datetime.now(UTC)
        body = {"subject": "Call Ann", "type": "call", "schedule": due(TOMORROW), "owner_id": USER}
        own = {"id": activity_id, "version": version, "add_time": now, "update_time": now}
        return ActivitySnapshot.model_validate(body | fields | own)

    def event_snapshot(self, event_id: str, **fields: Any) -> EventSnapshot:
        """An event of the user's calendar."""
        content = EventFields.model_validate({"summary": "Standup", "time": timed(TOMORROW)} | fields)
        return EventSnapshot(
            event_id=event_id, calendar_id="cal", hash=new_id(), fields=content, updated=datetime.now(UTC)
        )

    def envelope(self, **more: Any) -> dict[str, Any]:
        """The envelope of a message."""
        return {
            "id": new_id(),
            "occurred_at": datetime.now(UTC),
            "company_id": self.company,
            "aggregate_version": 1,
            "correlation_id": f"{self.company}-correlation",
            "cause": "calendar",
        } | more

    def calendar_fact(self) -> dict[str, Any]:
        """The body of a message of the connector."""
        self._seq += 1
        return self.envelope() | {
            "connection_id": self.connection_id,
            "account_key": self.account_key,
            "calendar_id": "cal",
            "settings_version": self.settings_version,
            "seq": self._seq,
        }
