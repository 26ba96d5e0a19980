"""`tandem dead-letters` on a real broker: what is listed, shown and put back: once, whole, never over newer state."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord
from typer.testing import CliRunner, Result

from chassis.messaging.dead_letters import dead_letter_of
from chassis.messaging.publisher import MAX_VALUE_BYTES
from chassis.messaging.topics import TopicSpec, dlq_topic, ensure_topics
from sandbox.clients import Json
from tandem.app import app
from tandem.errors import CommandFailed, Exit
from tests.support.waiting import wait_until

pytestmark = pytest.mark.timeout(120)

T = TypeVar("T")
HEADERS = [("correlation_id", b"c1"), ("type", b"said.v1")]


@dataclass
class Bench:
    """A topic of this test's own with its dead letters, on a broker."""

    bootstrap: str
    topic: str

    def make(self, policy: str = "delete") -> None:
        specs = [TopicSpec(self.topic, 3, {"cleanup.policy": policy}), TopicSpec(dlq_topic(self.topic), 1)]
        asyncio.run(ensure_topics(self.bootstrap, specs))

    def publish(self, value: bytes, key: bytes = b"k") -> ConsumerRecord:
        """Put a record on the topic, and return it as a consumer reads it."""

        async def work(producer: AIOKafkaProducer) -> None:
            await producer.send_and_wait(self.topic, value, key=key, headers=HEADERS)

        self._produce(work)
        return self.read(self.topic)[-1]

    def bury(self, record: ConsumerRecord, reason: str = "handler_failed") -> None:
        """Dead-letter a record as the services do."""
        letter = dead_letter_of(record, group="g", reason=reason, error=ValueError("no"), limit=MAX_VALUE_BYTES)
        headers = [(name, value.encode()) for name, value in letter.headers.items()]

        async def work(producer: AIOKafkaProducer) -> None:
            await producer.send_and_wait(dlq_topic(self.topic), letter.value, key=letter.key, headers=headers)

        self._produce(work)

    def read(self, topic: str) -> list[ConsumerRecord]:
        """Return all that is on a topic, in the order of partitions and offsets."""
        return asyncio.run(_read(self.bootstrap, topic))

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, ["--kafka", self.bootstrap, "dead-letters", *arguments])

    def json(self, *arguments: str) -> list[Json]:
        done = self(*arguments, "--json")
        assert not isinstance(done.exception, Exception) or isinstance(done.exception, SystemExit), done.exception
        found: list[Json] = json.loads(done.stdout)["items"]
        return found

    def listed(self, *more: str) -> list[Json]:
        return self.json("list", "--topic", self.topic, *more)

    def _produce(self, work: Callable[[AIOKafkaProducer], Awaitable[None]]) -> None:
        async def connected() -> None:
            producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap, acks="all", max_request_size=2_000_000)
            await producer.start()
            try:
                await work(producer)
            finally:
                await producer.stop()

        asyncio.run(connected())


async def _read(bootstrap: str, topic: str) -> list[ConsumerRecord]:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, fetch_max_wait_ms=20, auto_offset_reset="earliest")
    await consumer.start()
    try:
        partitions = sorted(consumer.assignment())
        await consumer.seek_to_beginning(*partitions)
        ends, found = await consumer.end_offsets(partitions), list[ConsumerRecord]()

        async def all_read() -> bool:
            for records in (await consumer.getmany(timeout_ms=20)).values():
                found.extend(records)
            return all([await consumer.position(one) >= ends[one] for one in partitions])

        await wait_until(all_read, awaited=f"all of {topic}", timeout=30)
        return sorted(found, key=lambda one: (one.timestamp, one.partition, one.offset))
    finally:
        await consumer.stop()


@pytest.fixture
def bench(kafka_bootstrap: str, unique: str) -> Bench:
    return Bench(kafka_bootstrap, f"{unique}.v1")


def test_a_letter_is_listed_shown_and_put_back_once_with_its_key(bench: Bench) -> None:
    bench.make()
    record = bench.publish(b'{"n": 1}', key=b"connection-1")
    bench.bury(record)
    [row] = bench.listed()
    assert (row["reason"], row["key"], row["bytes"]) == ("handler_failed", "connection-1", 8)
    assert row["source"] == f"{bench.topic}:{record.partition}:{record.offset}"
    assert row["id"] in bench("list").stdout.replace("\n", "") or "dead letters" in bench("list").stdout
    shown = json.loads(bench("show", row["id"], "--json").stdout)
    assert (shown["value"], shown["headers"]["type"]) == ('{"n": 1}', "said.v1")
    [done] = bench.json("replay", row["id"])
    assert (done["refused"], done["partition"]) == (None, record.partition)
    again = bench.read(bench.topic)[-1]
    assert (again.key, again.value, list(again.headers)) == (record.key, record.value, HEADERS)
    assert bench.listed() == []
    assert bench.listed("--replayed")[0]["replayed_at"]
    second = bench("replay", row["id"])
    assert (second.exit_code, "was put back before" in second.stdout) == (Exit.FOUND, True)
    assert len(bench.read(bench.topic)) == 2
    assert bench("replay", row["id"], "--again").exit_code == Exit.DONE
    assert len(bench.read(bench.topic)) == 3


def test_a_large_one_is_put_back_whole(bench: Bench) -> None:
    bench.make()
    record = bench.publish(b"x" * (MAX_VALUE_BYTES - 10))
    bench.bury(record)
    [row] = bench.listed()
    assert row["cut"] == ["value"]
    [done] = bench.json("replay", "--all", "--topic", bench.topic)
    assert (done["whole_from_source"], done["refused"]) == (True, None)
    assert bench.read(bench.topic)[-1].value == record.value


def test_one_that_is_cut_and_gone_from_its_topic_is_left_alone(bench: Bench) -> None:
    bench.make()
    record = bench.publish(b"x" * (MAX_VALUE_BYTES - 10))
    gone = ConsumerRecord(
        record.topic, record.partition, 99, 0, 0, record.key, record.value, None, 1, 1, record.headers
    )
    bench.bury(gone)
    [done] = bench.json("replay", "--all", "--topic", bench.topic)
    assert done["refused"] == "incomplete"
    assert len(bench.read(bench.topic)) == 1


def test_what_a_compacted_topic_has_newer_is_not_undone(bench: Bench) -> None:
    bench.make("compact")
    old = bench.publish(b"old")
    bench.publish(b"of another key", key=b"other")
    bench.bury(old)
    [row] = bench.listed()
    bench.publish(b"new")
    [done] = bench.json("replay", row["id"])
    assert done["refused"] == "superseded"
    assert bench.read(bench.topic)[-1].value == b"new"


def test_what_is_not_there_is_said(bench: Bench) -> None:
    bench.make()
    for arguments in (["show", f"{bench.topic}:0:5"], ["list", "--topic", "nobody"]):
        failed = bench(*arguments).exception
        assert isinstance(failed, CommandFailed)
        assert failed.code is Exit.NOT_FOUND
    failed = bench("show", "nonsense").exception
    assert isinstance(failed, CommandFailed)
    assert failed.code is Exit.USAGE
