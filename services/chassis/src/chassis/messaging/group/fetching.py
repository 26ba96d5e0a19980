"""How often a consumer asks its broker for records, and for how long the broker may hold an empty answer.

Apache Kafka answers a fetch as soon as there is data. The sandbox's broker looks for it when a fetch comes and at most
once more, and sleeps before it answers, even with data: each hop took 40 to 80 ms, at rest 150 to 300. It is asked with
next to no wait (with none it never shows data), and we pause instead: whatever happens in the process ends that pause.
Looking takes it the longer, the more a partition holds, and what it has not found by the end of the wait it leaves out:
from some 700 records on, 1 ms was too short. So an empty answer about a partition that has more is asked for again at
once, with twice the wait.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.protocol.fetch import FetchRequest

from chassis.messaging.idle import Idleness

Fetch = Callable[[object, object, FetchRequest], Awaitable[bool]]

_LEFT_OUT_MS = 100
"""How long a fetch may be held that leaves a partition out: what is added to that one's latency."""

_LONGER_AT_REST = 2
"""A held fetch keeps what else goes over its connection waiting (metadata, where to begin), so not by much."""

_LONGEST_DOUBLED = 9
"""How often the wait is doubled at most: what half a second does not show is no record (a transaction's marker)."""

_UNHURRIED = 5
"""At rest, one fetch in this many asks for the topics that nobody waits for."""


@dataclass(frozen=True)
class FetchPolicy:
    """Milliseconds that the broker may hold an empty fetch, and that we pause after one: while busy, and at rest."""

    hold: int = 500
    pause: int = 0
    idle_pause: int = 0
    unhurried: frozenset[str] = frozenset()
    """Topics for whose records nobody waits."""

    def without_hurry_for(self, topic: str) -> "FetchPolicy":
        """Return this with one more topic that nobody waits for."""
        return replace(self, unhurried=self.unhurried | {topic})

    def hold_of(self, *, idle: bool, left_out: bool, missed: int = 0) -> int:
        """Return how long a fetch may be held.

        `left_out`: it lacks partitions whose records nobody has taken yet. `missed`: so many fetches in a row were
        empty although there are records.
        """
        if self.pause:
            return self.hold << min(missed, _LONGEST_DOUBLED)
        if left_out:
            return min(self.hold, _LEFT_OUT_MS)
        return self.hold * (_LONGER_AT_REST if idle else 1)

    def topics_of(self, fetch: int, topics: Iterable[str], *, idle: bool) -> frozenset[str]:
        """Return the topics that a consumer's fetch of this number asks for, of those that it reads."""
        every = frozenset(topics)
        spared = idle and self.idle_pause > self.pause and fetch % _UNHURRIED
        return (every - self.unhurried or every) if spared else every

    def idle_pause_of(self, topics: Iterable[str]) -> int:
        """Return the pause at rest of a consumer that reads these topics."""
        unhurried = self.unhurried.issuperset(topics) and self.idle_pause > self.pause
        return self.idle_pause * (_UNHURRIED if unhurried else 1)


def follow(policy: FetchPolicy, kafka: AIOKafkaConsumer, topics: Iterable[str], idleness: Idleness) -> None:
    """Have a consumer that has started ask by a policy.

    aiokafka has no public way for it: its fetcher asks again as soon as the answer is there. And it leaves a partition
    out whose records nobody has taken yet, and would ask for more of them only after that answer: a topic that is
    behind would wait for a record of the others.
    """
    fetcher = kafka._fetcher  # noqa: SLF001
    fetch: Fetch = fetcher._proc_fetch_request  # noqa: SLF001
    pause, idle_pause = policy.pause / 1000, policy.idle_pause_of(topics) / 1000
    count = missed = 0

    async def paced(assignment: object, node: object, request: Any) -> bool:  # noqa: ANN401 - untyped in aiokafka
        nonlocal count, missed
        count += 1
        idle, left_out = idleness.idle, bool(fetcher._records)  # noqa: SLF001
        request._max_wait_ms = policy.hold_of(idle=idle, left_out=left_out, missed=missed)  # noqa: SLF001
        wanted = policy.topics_of(count, topics, idle=idle)
        request._topics = [one for one in request.topics if one[0] in wanted] or request.topics  # noqa: SLF001
        found = await fetch(assignment, node, request)
        if found or not pause:
            missed = 0
            return found
        missed = missed + 1 if _is_behind(kafka, request) else 0
        if not 0 < missed <= _LONGEST_DOUBLED:
            # As aiokafka's own: the partitions were revoked, or the consumer stops.
            with suppress(asyncio.CancelledError):
                await idleness.rest(pause, max(pause, idle_pause))
        return False

    fetcher._proc_fetch_request = paced  # noqa: SLF001


def _is_behind(kafka: AIOKafkaConsumer, request: Any) -> bool:  # noqa: ANN401 - untyped in aiokafka
    """Whether a partition has records after the ones that were asked for; its answer said so.

    One that was taken away meanwhile has none for us: asked for its end, aiokafka would fail and never fetch again.
    """
    ours = kafka.assignment()
    asked = ((TopicPartition(topic, one[0]), one[1]) for topic, ones in request.topics for one in ones)
    return any((kafka.highwater(partition) or 0) > offset for partition, offset in asked if partition in ours)
