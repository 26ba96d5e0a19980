"""One member of a group for several topics: each topic's consumer takes, commits and goes back in its own alone."""

import asyncio
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import (
    ConsumerStoppedError,
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    KafkaError,
    TopicAuthorizationFailedError,
)
from aiokafka.protocol.fetch import FetchRequest

from chassis.messaging.consumer_health import HANGS_AFTER, ConsumerHealth
from chassis.messaging.group import member
from chassis.messaging.group.fetching import FetchPolicy, follow
from chassis.messaging.group.member import GroupMember
from chassis.messaging.group.topic_consumer import TopicConsumer
from chassis.messaging.idle import Idleness

A, B = TopicPartition("a", 0), TopicPartition("b", 0)


class Fetcher:
    """aiokafka's, as far as `fetching` knows it."""

    def __init__(self) -> None:
        self._records: dict[TopicPartition, object] = {}
        self.asked = asyncio.Event()

    async def _proc_fetch_request(self, _assignment: object, _node: object, _request: FetchRequest) -> bool:
        self.asked.set()
        return False


class Kafka:
    """aiokafka's consumer, with records that a test puts there."""

    def __init__(self, **_: object) -> None:
        self.there: dict[TopicPartition, int] = {}
        self.error: KafkaError | None = None
        self.topics: dict[str, set[int]] = {"a": {0}, "b": {0}}
        self.subscribed: list[list[str]] = []
        self.committed_offsets: list[Mapping[TopicPartition, int]] = []
        self.sought: list[tuple[TopicPartition, int]] = []
        self.stopped = 0
        self._fetcher = Fetcher()

    def subscribe(self, topics: Sequence[str], listener: object) -> None:
        self.subscribed.append(list(topics))

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        self.stopped += 1

    def assignment(self) -> set[TopicPartition]:
        return {TopicPartition(topic, n) for topic, numbers in self.topics.items() for n in numbers}

    def partitions_for_topic(self, topic: str) -> set[int] | None:
        return self.topics.get(topic)

    async def getmany(self, *partitions: TopicPartition, **_: object) -> dict[TopicPartition, list[int]]:
        assert partitions, "aiokafka would take it for all topics"
        if self.error:
            raise self.error
        return {one: list(range(self.there[one])) for one in partitions if self.there.get(one)}

    async def position(self, partition: TopicPartition) -> int:
        return self.there[partition]

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        self.committed_offsets.append(offsets)

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self.sought.append((partition, offset))

    def highwater(self, _partition: TopicPartition) -> int:
        return 7


class Group:
    """A member with two topics, and what stands behind it."""

    def __init__(self) -> None:
        self.now = 0.0
        self.health = ConsumerHealth(lambda: self.now)
        self.member = GroupMember("g", {"a", "b"}, FetchPolicy(), health=self.health, idleness=Idleness(), options={})
        self.kafka = cast("Kafka", self.member.kafka)
        self.a, self.b = self._consumer("a"), self._consumer("b")

    def _consumer(self, topic: str) -> TopicConsumer:
        consumer = TopicConsumer(self.member)
        consumer.subscribe([topic])
        return consumer

    @property
    def refused(self) -> dict[str, str]:
        return self.health.refused_consumers.reasons


@pytest.fixture
def group(monkeypatch: pytest.MonkeyPatch) -> Group:
    monkeypatch.setattr(member, "AIOKafkaConsumer", Kafka)
    return Group()


async def test_each_commits_what_it_was_handed_and_nothing_of_the_others(group: Group) -> None:
    group.kafka.there = {A: 3, B: 5}
    assert (list(await group.a.getmany()), list(await group.b.getmany())) == ([A], [B])
    await group.b.commit()
    assert group.kafka.committed_offsets == [{B: 5}]
    await group.b.commit()  # nothing new
    assert group.kafka.committed_offsets == [{B: 5}]


async def test_what_was_revoked_is_neither_committed_nor_gone_back_in(group: Group) -> None:
    group.kafka.there = {A: 3}
    await group.a.getmany()
    await group.member.on_partitions_revoked([A, B])
    await group.a.commit()
    group.a.seek(A, 0)
    assert (group.kafka.committed_offsets, group.kafka.sought) == ([], [])


async def test_a_batch_that_is_left_is_gone_back_to(group: Group) -> None:
    group.kafka.there = {A: 3}
    await group.a.getmany()
    group.a.seek(A, 0)
    assert group.kafka.sought == [(A, 0)]


async def test_a_topic_that_is_refused_concerns_its_own_consumer_alone(group: Group) -> None:
    await group.member.on_partitions_assigned([A, B])
    group.kafka.error = TopicAuthorizationFailedError("a")
    with pytest.raises(TopicAuthorizationFailedError):
        await group.a.getmany()
    assert (list(group.refused), group.kafka.subscribed) == (["a@g"], [])
    group.kafka.error = None
    await group.b.getmany()
    assert list(group.refused) == ["a@g"]
    await group.a.getmany()
    assert not group.refused


async def test_what_the_group_is_refused_concerns_all_and_it_is_joined_anew_once(group: Group) -> None:
    await group.member.on_partitions_assigned([A, B])
    group.kafka.error = GroupAuthorizationFailedError("g")
    for consumer in (group.a, group.b, group.a):
        with pytest.raises(GroupAuthorizationFailedError):
            await consumer.getmany()
    assert (sorted(group.refused), group.kafka.subscribed) == (["a@g", "b@g"], [["a", "b"]])


async def test_an_outage_is_no_refusal(group: Group) -> None:
    await group.member.on_partitions_assigned([A, B])
    group.kafka.error = KafkaConnectionError()
    with pytest.raises(KafkaConnectionError):
        await group.a.getmany()
    assert (group.refused, group.kafka.subscribed) == ({}, [])


async def test_a_topic_that_is_not_there_is_said_and_not_asked_for(
    group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.messaging.group.topic_consumer._UNKNOWN_SECONDS", 0)
    del group.kafka.topics["a"]
    group.kafka.there = {B: 1}
    assert await group.a.getmany() == {}
    assert "topic_unknown" in group.refused["a@g"]


async def test_the_group_is_left_when_the_last_topic_has_stopped(group: Group) -> None:
    await asyncio.gather(group.a.start(), group.b.start())
    assert group.kafka.subscribed == [["a", "b"]]
    await group.a.stop()
    with pytest.raises(ConsumerStoppedError):
        await group.a.getmany()
    assert group.kafka.stopped == 0
    await group.b.stop()
    assert group.kafka.stopped == 1


async def test_a_handler_that_hangs_is_told_although_the_other_topics_are_asked_for(group: Group) -> None:
    """Kafka's own limit between two polls counts for the member: another topic's polls would hide it."""
    group.kafka.there = {A: 1, B: 1}
    await group.a.getmany()
    group.now += HANGS_AFTER.total_seconds() + 1
    await group.b.getmany()
    assert group.health.stuck() == ["a@g"]
    await group.a.getmany()
    assert group.health.stuck() == []


def test_what_is_the_same_for_all_topics_is_asked_of_the_member(group: Group) -> None:
    assert group.a.highwater(A) == 7


def request(offset: int) -> FetchRequest:
    return FetchRequest(500, 1, 1, 0, [("a", [(0, offset, 1)]), ("b", [(0, offset, 1)])])


async def fetch(kafka: Kafka, *, offset: int = 7) -> Any:
    asked = request(offset)
    await kafka._fetcher._proc_fetch_request(None, 1, asked)
    return asked


async def test_a_fetch_is_held_for_a_moment_while_a_topic_that_is_behind_is_left_out() -> None:
    """Aiokafka would ask for more of it only after the answer, so it would wait for a record of the others."""
    kafka = Kafka()
    follow(FetchPolicy(hold=500), cast("Any", kafka), ["a", "b"], idleness := Idleness())
    assert (await fetch(kafka))._max_wait_ms == 1000
    idleness.note()
    assert (await fetch(kafka))._max_wait_ms == 500
    kafka._fetcher._records[A] = SimpleNamespace()
    assert (await fetch(kafka))._max_wait_ms == 100


async def test_after_an_empty_fetch_at_rest_we_pause_until_something_happens() -> None:
    kafka, idleness = Kafka(), Idleness()
    follow(FetchPolicy(hold=1, pause=1, idle_pause=60_000), cast("Any", kafka), ["a", "b"], idleness)
    async with asyncio.timeout(5):
        fetching = asyncio.create_task(fetch(kafka))
        await kafka._fetcher.asked.wait()
        await asyncio.sleep(0)
        assert not fetching.done()
        idleness.note()
        await fetching


async def test_an_empty_answer_about_a_partition_that_has_more_is_asked_for_again_at_once_with_twice_the_wait() -> None:
    """Tansu leaves out what it has not found by the end of the wait."""
    kafka = Kafka()
    follow(FetchPolicy(hold=1, pause=60_000), cast("Any", kafka), ["a", "b"], Idleness())
    async with asyncio.timeout(5):
        waits = [(await fetch(kafka, offset=6))._max_wait_ms for _ in range(9)]
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256]
    fetching = asyncio.create_task(fetch(kafka, offset=6))
    kafka._fetcher.asked.clear()
    await kafka._fetcher.asked.wait()
    await asyncio.sleep(0)
    assert not fetching.done(), "what is never shown is not asked for without a pause"
    fetching.cancel()
    await fetching


async def test_a_pause_ends_when_the_partitions_are_revoked() -> None:
    kafka = Kafka()
    follow(FetchPolicy(hold=1, pause=60_000), cast("Any", kafka), ["a", "b"], Idleness())
    fetching = asyncio.create_task(fetch(kafka))
    await kafka._fetcher.asked.wait()
    await asyncio.sleep(0)
    fetching.cancel()
    await fetching  # aiokafka waits for it and expects no error
