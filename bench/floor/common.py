"""What the floor's processes share: batches in, documents written in bulk, messages out, over an outbox as ours do.

Sizes of messages and documents are those of our own, measured; the content is padding.
"""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase
from pymongo import InsertOne, ReplaceOne

Json = dict[str, Any]

CALENDAR_COMMANDS = "floor.calendar.commands"
CALENDAR_EVENTS = "floor.calendar.events"
ACTIVITY_COMMANDS = "floor.activity.commands"
ACTIVITY_EVENTS = "floor.activity.events"
ACTIVITY_OUTCOMES = "floor.activity.outcomes"
LINK_STATES = "floor.link.states"
DECISIONS = "floor.sync.decisions"

_PADDING = {
    CALENDAR_COMMANDS: 400,
    CALENDAR_EVENTS: 1300,
    ACTIVITY_COMMANDS: 900,
    ACTIVITY_EVENTS: 1600,
    ACTIVITY_OUTCOMES: 1600,
    LINK_STATES: 480,
    DECISIONS: 500,
}
TOPICS = tuple(_PADDING)
DOCUMENTS = {"connections": 1700, "known": 450, "answers": 1600, "links": 4700, "activities": 1650}
"""Bytes of a document, without what waits in its outbox."""
_MOST_RECORDS = 200


@dataclass(frozen=True)
class Message:
    """A message on its way out."""

    topic: str
    key: str
    fields: Json

    @property
    def value(self) -> bytes:
        """The message as JSON, as long as ours."""
        return json.dumps(self.fields | {"padding": "x" * _PADDING[self.topic]}).encode()


@dataclass(frozen=True)
class Write:
    """A document to write, with what is to be sent when it is stored."""

    id: str
    sends: tuple[Message, ...] = ()
    new: bool = False


class Kit:
    """One process's connections to broker and database, with our own durability."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._wait = int(os.environ.get("TANDEM_KAFKA_FETCH_MAX_WAIT_MS", "500"))
        self._bootstrap = os.environ["TANDEM_KAFKA_BOOTSTRAP"]
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Connect."""
        self.producer = AIOKafkaProducer(bootstrap_servers=self._bootstrap, acks="all", linger_ms=0)
        await self.producer.start()
        client: AsyncIOMotorClient[Json] = AsyncIOMotorClient(os.environ["TANDEM_MONGO_URL"], w="majority")
        self.database: AsyncIOMotorDatabase[Json] = client[f"floor_{self.name}"]

    def later(self, work: Awaitable[None]) -> None:
        """Do something beside what goes on."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception():
            os._exit(1)  # a floor that has lost something measures nothing

    async def send(self, messages: Sequence[Message]) -> None:
        """Publish in order and wait until the broker has them all."""
        futures = [await self.producer.send(one.topic, one.value, one.key.encode()) for one in messages]
        await asyncio.gather(*futures)

    async def write(self, collection: str, writes: Sequence[Write]) -> None:
        """Write documents in one bulk; then send what they hold, and clear that, without being waited for."""
        if not writes:
            return
        operations = [
            InsertOne(_document(collection, one))
            if one.new
            else ReplaceOne({"_id": one.id}, _document(collection, one))
            for one in writes
        ]
        await self.database[collection].bulk_write(operations, ordered=False)
        sending = [one for one in writes if one.sends]
        if sending:
            self.later(self._relay(collection, sending))

    async def _relay(self, collection: str, writes: Sequence[Write]) -> None:
        await self.send([message for one in writes for message in one.sends])
        ids = {"_id": {"$in": [one.id for one in writes]}}
        await self.database[collection].update_many(ids, {"$set": {"outbox": [], "has_outbox": False}})

    async def consume(self, topic: str, handle: Callable[[Sequence[Json]], Awaitable[None]]) -> None:
        """Hand over what comes, in batches, each committed when it was handled. Returns when it has joined."""
        consumer = AIOKafkaConsumer(
            topic,
            bootstrap_servers=self._bootstrap,
            group_id=f"floor-{self.name}-{topic}",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=self._wait,
        )
        await consumer.start()
        self.later(self._listen(consumer, handle))

    async def _listen(self, consumer: AIOKafkaConsumer, handle: Callable[[Sequence[Json]], Awaitable[None]]) -> None:
        while True:
            batches = await consumer.getmany(timeout_ms=1000, max_records=_MOST_RECORDS)
            records = [json.loads(record.value) for batch in batches.values() for record in batch]
            if records:
                await handle(records)
                await consumer.commit()


def _document(collection: str, write: Write) -> Json:
    outbox = [one.value.decode() for one in write.sends]
    content = "x" * DOCUMENTS[collection]
    return {"_id": write.id, "content": content, "outbox": outbox, "has_outbox": bool(outbox)}
