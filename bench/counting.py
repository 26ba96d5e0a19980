"""Counts what work cost: messages on the broker, documents and commands at the database, calls at the provider."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from time import time
from typing import Any, Self

import httpx
from aiokafka import AIOKafkaConsumer
from motor.motor_asyncio import AsyncIOMotorClient

from bench.stand import Stand
from bench.topics import SPECS, partitions_of

_COMMANDS = ("find", "getMore", "count", "aggregate", "insert", "update", "delete")
_LOOK_EVERY = 0.5
_IDLE = 20
"""So many documents are looked up between two looks where nobody has anything to do."""
_NO_IDLE_ONES = httpx.Limits(max_keepalive_connections=0)
"""Between two counts the simulator may close a connection, just as it is used again."""
Counts = Mapping[str, int]


@dataclass(frozen=True)
class Cost:
    """Counts since some moment: by topic, by kind of database work, by provider operation."""

    messages: Counts
    database: Counts
    provider: Counts
    quiet_since: float = 0.0
    """When the last message, or document, was seen to move, in seconds since 1970; half a second fine."""

    @property
    def writes(self) -> int:
        """Documents written."""
        return sum(self.database[kind] for kind in ("inserted", "updated", "deleted"))

    def __sub__(self, before: "Cost") -> "Cost":
        """Return what came on top of an earlier count."""
        return Cost(
            _minus(self.messages, before.messages),
            _minus(self.database, before.database),
            _minus(self.provider, before.provider),
            self.quiet_since,
        )

    def as_json(self) -> dict[str, Any]:
        """Return the totals, and the parts they are made of."""
        return {
            "messages": sum(self.messages.values()),
            "documents_written": self.writes,
            "documents_read": self.database["returned"],
            "database_commands": sum(self.database[name] for name in _COMMANDS),
            "provider_calls": sum(self.provider.values()),
            "messages_by_topic": dict(self.messages),
            "provider_calls_by_operation": dict(self.provider),
        }


def _minus(after: Counts, before: Counts) -> dict[str, int]:
    kinds = {kind: number - before.get(kind, 0) for kind, number in after.items()}
    return {kind: number for kind, number in kinds.items() if number or kind in (*_COMMANDS, *_DOCUMENTS)}


_DOCUMENTS = ("inserted", "updated", "deleted", "returned")


class Counter:
    """Asks broker, database and simulator for their own counts."""

    def __init__(self, stand: Stand) -> None:
        self._consumer = AIOKafkaConsumer(bootstrap_servers=stand.kafka, enable_auto_commit=False)
        self._partitions = partitions_of(spec.name for spec in SPECS)
        self._mongo: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(stand.mongo_url)
        self._simulator = httpx.AsyncClient(base_url=stand.simulator_url, timeout=30, limits=_NO_IDLE_ONES)

    async def __aenter__(self) -> Self:
        """Connect."""
        await self._consumer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Disconnect."""
        await self._consumer.stop()
        await self._simulator.aclose()
        self._mongo.close()

    async def now(self) -> Cost:
        """Return all counts as they stand."""
        calls = (await self._simulator.get("/control/journal/counts")).json()
        return Cost(await self._messages(), await self._database(), calls)

    async def settled(self, *, quiet: float = 3.0, within: float = 300.0) -> Cost:
        """Wait until nothing was published for a while, nor taken in; return all counts then.

        Who takes in what changes nothing (a resync) publishes nothing: that shows in the documents looked up.
        """
        deadline, counted, since = time() + within, await self._moved(), time()
        while time() - since < quiet and time() < deadline:
            await asyncio.sleep(_LOOK_EVERY)
            now = await self._moved()
            if now[0] != counted[0] or now[1] - counted[1] > _IDLE:
                since = time()
            counted = now
        return replace(await self.now(), quiet_since=since)

    async def _moved(self) -> tuple[Counts, int]:
        database = await self._database()
        return await self._messages(), sum(database[kind] for kind in _DOCUMENTS)

    async def _messages(self) -> dict[str, int]:
        ends = await self._consumer.end_offsets(self._partitions)
        counts: dict[str, int] = {}
        for at, end in ends.items():
            counts[at.topic] = counts.get(at.topic, 0) + end
        return counts

    async def _database(self) -> dict[str, int]:
        metrics = (await self._mongo.admin.command("serverStatus"))["metrics"]
        commands = {name: int(metrics["commands"].get(name, {}).get("total", 0)) for name in _COMMANDS}
        return commands | {kind: int(metrics["document"][kind]) for kind in _DOCUMENTS}
