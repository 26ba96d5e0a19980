"""A tap on topics: every record published while it is open, with the time its producer gave it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import time
from typing import Self

from aiokafka import AIOKafkaConsumer

from bench.topics import partitions_of


@dataclass(frozen=True)
class Record:
    """A record; `at` is the moment it was published, in seconds since 1970."""

    topic: str
    at: float
    value: bytes


@dataclass
class Tap:
    """Collects records of topics in the background; nobody's offsets move."""

    kafka: str
    topics: Sequence[str]
    with_values: bool = True
    """Without, only the times are kept: for floods."""
    records: list[Record] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        """Listen from now."""
        self._consumer = AIOKafkaConsumer(bootstrap_servers=self.kafka, enable_auto_commit=False, fetch_max_wait_ms=100)
        await self._consumer.start()
        parts = partitions_of(self.topics)
        self._consumer.assign(parts)
        for part, end in (await self._consumer.end_offsets(parts)).items():
            self._consumer.seek(part, end)
        self._since = time()
        self._task = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._consumer.stop()

    async def _listen(self) -> None:
        while True:
            for records in (await self._consumer.getmany(timeout_ms=200)).values():
                self.records += [
                    Record(one.topic, one.timestamp / 1000, one.value or b"" if self.with_values else b"")
                    for one in records
                    if one.timestamp / 1000 >= self._since  # the embedded broker tells an end that others have passed
                ]

    async def until(self, enough: Callable[[], bool], *, seconds: float, patience: float = 10.0) -> bool:
        """Wait until it is enough; False where that took too long, or nothing came at all for `patience` seconds."""
        loop = asyncio.get_running_loop()
        deadline, seen, quiet_since = loop.time() + seconds, len(self.records), loop.time()
        while not enough():
            now = loop.time()
            if len(self.records) != seen:
                seen, quiet_since = len(self.records), now
            if now > deadline or now - quiet_since > patience:
                return False
            await asyncio.sleep(0.05)
        return True
