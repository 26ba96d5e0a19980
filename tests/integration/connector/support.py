"""What the connector's tests drive it with: HTTP as a user, topics as the mapper, a calendar as its holder."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self, TypeVar

import httpx
import jwt
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from chassis.ids import new_id
from contracts import topics
from contracts.calendar_commands import CalendarConfirm, CalendarPut, CalendarRemove, CalendarReplay
from contracts.calendar_events import CalendarCommandSettled, CalendarReplayEnded
from contracts.calendar_objects import EventChanges, Marker
from contracts.connections import ConnectionChanged
from contracts.envelope import Message
from contracts.links import ConnectionCounted, ConnectionDrained
from contracts.times import Timed
from sandbox.clients import CalendarPerson
from tests.support.providers import PROVIDERS, Features
from tests.support.waiting import wait_until

M = TypeVar("M", bound=Message)
Json = dict[str, Any]

with_each = pytest.mark.parametrize("provider", ["google", "office365"], indirect=True)
"""For what providers can do differently; the rest is tested with one of them."""
with_google = pytest.mark.parametrize("provider", ["google"], indirect=True)
PATIENCE = 60.0
"""Seconds for two attempts later: at rest, the scheduler looks every 10 s for connections that wait."""
READ = [topics.CALENDAR_EVENTS, topics.CONNECTION_EVENTS, topics.SYNC_DECISIONS, topics.CALENDAR_COMMANDS]
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)


def event_time(start: datetime = TOMORROW, hours: float = 1, zone: str = "Europe/Berlin") -> Json:
    """Return start and end in the words of all simulators' people."""
    ends = {"start": start, "end": start + timedelta(hours=hours)}
    return {name: {"dateTime": at.isoformat(), "timeZone": zone} for name, at in ends.items()}


def timed(start: datetime = TOMORROW, hours: float = 1) -> Timed:
    """Return a span of time as the mapper sends it."""
    return Timed(start=start, end=start + timedelta(hours=hours), timezone="Europe/Berlin")


class Mapper:
    """The mapper's place on the topics, played by hand; only messages of the test's own company are seen."""

    def __init__(self, bootstrap: str, company: str) -> None:
        self.company = company
        self._bootstrap = bootstrap
        self._seen: list[Message] = []

    async def __aenter__(self) -> Self:
        """Connect; everything that was published before is read too."""
        self._producer = AIOKafkaProducer(bootstrap_servers=self._bootstrap, acks="all")
        self._consumer = AIOKafkaConsumer(bootstrap_servers=self._bootstrap, fetch_max_wait_ms=20)
        await self._producer.start()
        await self._consumer.start()
        partitions = [TopicPartition(topic, number) for topic in READ for number in range(3)]
        self._consumer.assign(partitions)
        await self._consumer.seek_to_beginning(*partitions)
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Disconnect."""
        await self._consumer.stop()
        await self._producer.stop()

    async def send(self, topic: str, key: str, message: Message) -> None:
        """Publish a message."""
        await self._producer.send_and_wait(topic, message.model_dump_json().encode(), key=key.encode())

    async def seen(self, kind: type[M], where: Callable[[M], bool] = lambda _: True) -> list[M]:
        """Return all messages of a kind that were published so far."""
        for partition, records in (await self._consumer.getmany(timeout_ms=20)).items():
            self._seen += [topics.reader(partition.topic)(record.value) for record in records]
        ours = [one for one in self._seen if isinstance(one, kind) and one.company_id == self.company]
        return [one for one in ours if where(one)]

    async def wait_for(
        self, kind: type[M], count: int = 1, *, where: Callable[[M], bool] = lambda _: True, within: float = 15
    ) -> list[M]:
        """Return the messages of a kind when there are as many as expected."""

        async def enough() -> list[M]:
            found = await self.seen(kind, where)
            assert len(found) >= count, found
            return found

        return await wait_until(enough, awaited=f"{count} {kind.__name__}", timeout=within)

    def envelope(self, **more: Any) -> Json:
        """Return the envelope of a message by the mapper."""
        return {
            "id": new_id(),
            "occurred_at": datetime.now(UTC),
            "company_id": self.company,
            "aggregate_version": 1,
            "correlation_id": new_id(),
            "cause": "sync",
        } | more

    async def command(self, message: CalendarPut | CalendarRemove | CalendarReplay | CalendarConfirm) -> None:
        """Ask the connector."""
        await self.send(topics.CALENDAR_COMMANDS, message.connection_id, message)

    async def answer_to(self, command: CalendarPut | CalendarRemove, within: float = 15) -> CalendarCommandSettled:
        """Send a command and return its answer."""
        await self.command(command)
        answers = await self.wait_for(
            CalendarCommandSettled, where=lambda one: one.command_id == command.command_id, within=within
        )
        return answers[-1]

    async def told(self, connection_id: str, where: Callable[[ConnectionChanged], bool]) -> ConnectionChanged:
        """Return the first published_state of a connection that meets a condition."""
        found = await self.wait_for(
            ConnectionChanged, where=lambda one: one.connection_id == connection_id and where(one)
        )
        return found[0]

    async def replay(self, connection_id: str) -> CalendarReplayEnded:
        """Do what the mapper does for a new replay id: ask, wait for the end, report that all was taken in."""
        told = (await self.wait_for(ConnectionChanged, where=lambda one: one.connection_id == connection_id))[-1]
        ask = CalendarReplay(**self.envelope(connection_id=connection_id, replay_id=told.replay_id))
        await self.command(ask)
        ended = await self.wait_for(CalendarReplayEnded, where=lambda one: one.replay_id == told.replay_id)
        counted = ConnectionCounted(
            **self.envelope(connection_id=connection_id, replay_id=told.replay_id, replayed=True, links=0, pending=0)
        )
        await self.send(topics.LINK_STATES, connection_id, counted)
        return ended[-1]

    async def drained(self, connection_id: str) -> None:
        """Report that everything that was to be removed is removed."""
        await self.send(
            topics.LINK_STATES, connection_id, ConnectionDrained(**self.envelope(connection_id=connection_id))
        )


@dataclass
class Account:
    """A user whose calendar is connected: his requests, his calendar, and the mapper that serves him."""

    provider: str
    http: httpx.AsyncClient
    control: httpx.AsyncClient
    person: CalendarPerson
    mapper: Mapper
    secret: str
    email: str
    connection_id: str = ""
    account_key: str = ""
    calendar_id: str = ""

    @property
    def features(self) -> Features:
        """What is different at the provider."""
        return PROVIDERS[self.provider]

    def token(self, user: str = "7", role: str = "regular", company: str | None = None) -> str:
        """Return a bearer token."""
        return jwt.encode(
            {"sub": user, "company_id": company or self.mapper.company, "role": role, "exp": TOMORROW},
            self.secret,
            "HS256",
        )

    async def ask(self, method: str, path: str, *, headers: Json | None = None, **request: Any) -> httpx.Response:
        """Send a request as a user; `user`, `role` and `company` say which."""
        who = {name: request.pop(name) for name in ("user", "role", "company") if name in request}
        given = {"Authorization": f"Bearer {self.token(**who)}"} | (headers or {})
        return await self.http.request(method, path, headers=given, **request)

    def request(self) -> Json:
        """Return what asks for a connection."""
        return {"provider": self.provider, "email": self.email}

    async def post(self, **settings: Any) -> Json:
        """Ask for a connection."""
        answer = await self.ask("POST", "/v1/connections", json=self.request() | settings)
        assert answer.status_code == 201, answer.text
        made: Json = answer.json()
        self.connection_id = made["id"]
        return made

    async def consent(self, authorization_url: str, email: str | None = None) -> httpx.Response:
        """Go through the consent page as a program does, back to the connector."""
        url = httpx.URL(authorization_url).copy_add_param("sim_approve", email or self.email)
        async with httpx.AsyncClient(follow_redirects=True, timeout=20) as browser:
            return await browser.get(url)

    async def connect(self, **settings: Any) -> Json:
        """Connect, sign in and let the mapper replay; return the connection."""
        made = await self.post(**settings)
        answer = await self.consent(made["authorization_url"])
        assert answer.status_code == 200, answer.text
        told = await self.mapper.told(made["id"], lambda _: True)
        self.account_key, self.calendar_id = told.account_key, told.settings.calendar_id
        await self.mapper.replay(made["id"])
        return await self.becomes(status="in_sync")

    async def read(self) -> Json:
        """Return the connection."""
        answer = await self.ask("GET", f"/v1/connections/{self.connection_id}")
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def becomes(self, within: float = 15, **fields: Any) -> Json:
        """Return the connection when its fields have these values."""

        async def has() -> Json:
            found = await self.read()
            assert {name: found[name] for name in fields} == fields, found
            return found

        return await wait_until(has, awaited=f"the connection to have {fields}", timeout=within)

    async def trap(self, trap: str, **about: Any) -> None:
        """Arm a trap of the simulator for this account."""
        answer = await self.control.post("/control/traps", json={"trap": trap, "account": self.email} | about)
        assert answer.status_code == 201, answer.text

    async def calls(self, operation: str, since: int = 0) -> int:
        """Return how often this account's calendar was asked for something."""
        rows = (await self.control.get("/control/journal", params={"since": since})).json()
        return sum(1 for row in rows if (row["operation"], row.get("account")) == (operation, self.email))

    async def answer(self, command: CalendarPut | CalendarRemove, within: float = 15) -> CalendarCommandSettled:
        """Send a command and return its answer."""
        return await self.mapper.answer_to(command, within)

    def put(self, *, activity_id: str | None = None, version: int = 1, **about: Any) -> CalendarPut:
        """Return the mapper's request to write an event."""
        activity_id = activity_id or new_id()
        changes = about.pop("changes", None) or EventChanges(summary="Call Ann", time=timed())
        return CalendarPut(
            **self.mapper.envelope(connection_id=self.connection_id),
            command_id=about.pop("command_id", None) or new_id(),
            calendar_id=about.pop("calendar_id", self.calendar_id),
            activity_id=activity_id,
            changes=changes,
            marker=Marker(account_key=self.account_key, activity_id=activity_id, version=version, origin="crm"),
            **about,
        )

    def remove(self, event_id: str, **about: Any) -> CalendarRemove:
        """Return the mapper's request to delete an event."""
        return CalendarRemove(
            **self.mapper.envelope(connection_id=self.connection_id),
            command_id=new_id(),
            calendar_id=self.calendar_id,
            activity_id="a",
            event_id=event_id,
            **about,
        )
