"""Several topics read by one member of a group, on a real broker: each at its own pace, each with its own positions."""

import asyncio
from collections import Counter

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from chassis.messaging.consumer import Incoming
from chassis.messaging.topics import TopicSpec, ensure_topics
from chassis.settings import ChassisSettings
from tests.integration.chassis.consuming import Journal, Said, group_of, into, said, send
from tests.support.waiting import wait_until

PARTITIONS = 2


@pytest.fixture
def settings(kafka_bootstrap: str) -> ChassisSettings:
    return ChassisSettings(
        kafka_bootstrap=kafka_bootstrap,
        kafka_fetch_max_wait_ms=1,
        kafka_fetch_pause_ms=10,
        mongo_url="mongodb://unused",
        jwt_secret="x" * 32,
        shutdown_seconds=2,
    )


@pytest.fixture
async def topics(kafka_bootstrap: str, unique: str) -> tuple[str, str]:
    slow, fast = f"{unique}-slow", f"{unique}-fast"
    await ensure_topics(kafka_bootstrap, [TopicSpec(slow, PARTITIONS), TopicSpec(fast, PARTITIONS)])
    return slow, fast


async def committed(settings: ChassisSettings, group: str, topics: tuple[str, str]) -> dict[str, int]:
    """Return how many records of these topics a group has committed, where it has any."""
    asked = [TopicPartition(topic, number) for topic in topics for number in range(PARTITIONS)]
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap)
    await admin.start()
    try:
        found = await admin.list_consumer_group_offsets(group, partitions=asked)
    finally:
        await admin.close()
    sums: Counter[str] = Counter()
    for partition, stands in found.items():
        sums[partition.topic] += max(0, stands.offset)
    return {topic: offset for topic, offset in sums.items() if offset}


async def test_a_topic_whose_handler_is_slow_holds_up_no_other_and_commits_nothing(
    settings: ChassisSettings, topics: tuple[str, str]
) -> None:
    slow, fast = topics
    group, released, begun = f"{slow}-group", asyncio.Event(), Journal()
    done, others = Journal(), Journal()

    async def wait(incoming: Incoming[Said]) -> None:
        begun.add(incoming.message.n)
        await released.wait()
        done.add(incoming.message.n)

    async with group_of(settings, {slow: wait, fast: into(others)}, group):
        await send(settings, slow, *said(1))
        await begun.until(1)
        for number in range(10, 15):
            await send(settings, slow, *said(number))  # what is behind fills the member's memory
            await send(settings, fast, *said(number))
            await others.until(number - 9)

        async def fast_alone() -> bool:
            return await committed(settings, group, topics) == {fast: 5}

        await wait_until(fast_alone, awaited="the positions of the fast topic, and of no other")
        released.set()
        assert await done.until(6) == [1, 10, 11, 12, 13, 14]

        async def both() -> bool:
            return await committed(settings, group, topics) == {fast: 5, slow: 6}

        await wait_until(both, awaited="the positions of both topics")


async def test_a_member_that_joins_and_leaves_takes_its_share_of_every_topic_and_nothing_is_lost(
    settings: ChassisSettings, topics: tuple[str, str]
) -> None:
    group = f"{topics[0]}-group"
    journals = [{topic: Journal() for topic in topics} for _ in range(2)]
    handles = [{topic: into(journal) for topic, journal in one.items()} for one in journals]

    def seen(topic: str) -> set[int]:
        return {n for one in journals for n in one[topic].seen}

    async def everywhere(number: int) -> None:
        async with AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap) as producer:
            for topic in topics:
                for partition in range(PARTITIONS):
                    value = said(number + partition)[0]
                    await producer.send_and_wait(topic, value, partition=partition)
        for topic in topics:
            wanted = {number + partition for partition in range(PARTITIONS)}
            await wait_until(lambda t=topic, w=wanted: w <= seen(t), awaited=f"{wanted} of {topic}", timeout=60)  # type: ignore[misc]

    async with group_of(settings, handles[0], group):
        await everywhere(0)
        async with group_of(settings, handles[1], group):
            await everywhere(10)
            number = 20

            async def shared() -> bool:
                nonlocal number
                await everywhere(number)
                number += 10
                return all(journal.seen for journal in journals[1].values())

            await wait_until(shared, awaited="the second member to read of both topics", timeout=60)
        await everywhere(1000)
    assert all({1000, 1001} <= set(journal.seen) for journal in journals[0].values())


async def test_what_was_not_acknowledged_is_read_again_by_the_next_member(
    settings: ChassisSettings, topics: tuple[str, str]
) -> None:
    slow, fast = topics
    group, begun, others = f"{slow}-group", Journal(), Journal()

    async def hang(incoming: Incoming[Said]) -> None:
        begun.add(incoming.message.n)
        await asyncio.Event().wait()

    await send(settings, slow, *said(1))
    await send(settings, fast, *said(2))
    async with group_of(settings, {slow: hang, fast: into(others)}, group):
        await begun.until(1)
        await others.until(1)

        async def committed_fast() -> bool:
            return await committed(settings, group, topics) == {fast: 1}

        await wait_until(committed_fast, awaited="the position of the fast topic")
    again, more = Journal(), Journal()
    async with group_of(settings, {slow: into(again), fast: into(more)}, group):
        assert await again.until(1) == [1]
        await send(settings, fast, *said(3))
        assert await more.until(1) == [3]
