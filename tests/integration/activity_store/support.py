"""What the tests of the store drive it with: HTTP as a user, topics as another service."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self, TypeVar

import httpx
import jwt
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from chassis.ids import new_id
from contracts import topics
from contracts.envelope import Message
from tests.support.waiting import wait_until

M = TypeVar("M", bound=Message)

READ = [topics.ACTIVITY_EVENTS, topics.ACTIVITY_OUTCOMES, topics.ACTIVITY_TYPES]
TOMORROW = datetime.now(UTC) + timedelta(days=1)
DEAD = f"{topics.ACTIVITY_COMMANDS}.dlq"


@dataclass
class Crm:
    """Requests to the store on behalf of users of one company."""

    client: httpx.AsyncClient
    company: str
    secret: str

    def token(self, user: str = "7", *, role: str = "regular", company: str | None = None, **claims: Any) -> str:
        """Return a bearer token."""
        body = {"sub": user, "company_id": company or self.company, "role": role, "exp": TOMORROW} | claims
        return jwt.encode(body, self.secret, "HS256")

    async def ask(
        self,
        method: str,
        path: str,
        *,
        user: str = "7",
        role: str = "regular",
        company: str | None = None,
        headers: dict[str, str] | None = None,
        claims: dict[str, Any] | None = None,
        **request: Any,
    ) -> httpx.Response:
        """Send a request as a user."""
        token = self.token(user, role=role, company=company, **(claims or {}))
        given = {"Authorization": f"Bearer {token}"} | (headers or {})
        return await self.client.request(method, path, headers=given, **request)

    async def make(self, *, user: str = "7", role: str = "regular", **fields: Any) -> dict[str, Any]:
        """Create an activity and return it."""
        body = {"subject": "Call Ann", "type": "call"} | fields
        answer = await self.ask("POST", "/v1/activities", json=body, user=user, role=role)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def read(self, activity_id: str, *, user: str = "7") -> dict[str, Any]:
        """Return an activity that the user sees."""
        answer = await self.ask("GET", f"/v1/activities/{activity_id}", user=user)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


class TopicReader:
    """Everything of one company on the store's topics, and a producer."""

    def __init__(self, bootstrap: str, company: str) -> None:
        self.company = company
        self._bootstrap = bootstrap
        self._dead: list[bytes] = []
        self._seen: list[tuple[str, str, Message]] = []

    async def __aenter__(self) -> Self:
        """Connect; everything that was published before is read too."""
        self._producer = AIOKafkaProducer(bootstrap_servers=self._bootstrap, acks="all")
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap, auto_offset_reset="earliest", fetch_max_wait_ms=20
        )
        await self._producer.start()
        await self._consumer.start()
        partitions = [TopicPartition(topic, number) for topic in (*READ, DEAD) for number in range(3)]
        self._consumer.assign(partitions)
        await self._consumer.seek_to_beginning(*partitions)
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Disconnect."""
        await self._consumer.stop()
        await self._producer.stop()

    async def send(self, topic: str, key: str, value: Message | bytes) -> None:
        """Publish a message, or bytes as they are."""
        body = value if isinstance(value, bytes) else value.model_dump_json().encode()
        await self._producer.send_and_wait(topic, body, key=key.encode())

    async def seen(self, kind: type[M]) -> list[M]:
        """Return all messages of a kind that were published so far."""
        await self._read()
        return [message for _, _, message in self._seen if isinstance(message, kind) and self._is_ours(message)]

    async def dead_letters(self) -> list[bytes]:
        """Return the commands that were put aside so far, whosever they are."""
        await self._read()
        return self._dead

    async def _read(self) -> None:
        for partition, records in (await self._consumer.getmany(timeout_ms=20)).items():
            if partition.topic == DEAD:
                self._dead += [record.value for record in records]
                continue
            read = topics.reader(partition.topic)
            self._seen += [(partition.topic, (record.key or b"").decode(), read(record.value)) for record in records]

    def keys(self, kind: type[Message]) -> set[str]:
        """Return the keys under which messages of a kind came."""
        return {key for _, key, message in self._seen if isinstance(message, kind) and self._is_ours(message)}

    async def wait_for(self, kind: type[M], count: int = 1, *, where: Callable[[M], bool] = lambda _: True) -> list[M]:
        """Return the messages of a kind when there are as many as expected."""

        async def enough() -> list[M]:
            found = [message for message in await self.seen(kind) if where(message)]
            assert len(found) >= count, found
            return found

        return await wait_until(enough, awaited=f"{count} {kind.__name__}", timeout=15)

    def envelope(self, **more: Any) -> dict[str, Any]:
        """Return the envelope of a message by the sync."""
        return {
            "id": new_id(),
            "occurred_at": datetime.now(UTC),
            "company_id": self.company,
            "aggregate_version": 1,
            "correlation_id": new_id(),
            "cause": "sync",
        } | more

    def _is_ours(self, message: Message) -> bool:
        return message.company_id == self.company
