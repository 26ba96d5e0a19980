"""How often a broker is asked: for all topics while something happens, for those that somebody waits for at rest."""

from types import SimpleNamespace
from typing import Any

from aiokafka import TopicPartition

from chassis.messaging.group.fetching import FetchPolicy, follow
from chassis.messaging.idle import Idleness

PAUSES = FetchPolicy(hold=0, pause=25, idle_pause=200).without_hurry_for("links").without_hurry_for("counts")
BOTH = frozenset({"commands", "links"})


def asked_for(policy: FetchPolicy, *, idle: bool, topics: frozenset[str] = BOTH) -> list[frozenset[str]]:
    return [policy.topics_of(fetch, topics, idle=idle) for fetch in range(1, 11)]


def test_while_something_happens_each_fetch_asks_for_all_topics() -> None:
    assert set(asked_for(PAUSES, idle=False)) == {BOTH}


def test_at_rest_one_fetch_in_five_asks_for_the_topics_that_nobody_waits_for() -> None:
    found = asked_for(PAUSES, idle=True)
    assert [fetch for fetch, topics in enumerate(found, 1) if "links" in topics] == [5, 10]
    assert all("commands" in topics for topics in found)


def test_a_consumer_of_such_topics_alone_pauses_five_times_as_long() -> None:
    alone = frozenset({"links"})
    assert set(asked_for(PAUSES, idle=True, topics=alone)) == {alone}
    assert (PAUSES.idle_pause_of(alone), PAUSES.idle_pause_of(BOTH)) == (1000, 200)


def test_a_broker_that_answers_when_there_is_data_is_asked_for_all_topics_always() -> None:
    policy = FetchPolicy().without_hurry_for("links")
    assert set(asked_for(policy, idle=True)) == {BOTH}
    assert policy.idle_pause_of({"links"}) == 0


class Consumer:
    """aiokafka's, of which all partitions are taken away while it fetches."""

    def __init__(self) -> None:
        self.assigned = {TopicPartition("commands", 0)}
        self._fetcher = SimpleNamespace(_records={}, _proc_fetch_request=self._fetch)

    async def _fetch(self, *_: object) -> bool:
        self.assigned = set()
        return False

    async def fetch(self, request: Any) -> bool:
        return bool(await self._fetcher._proc_fetch_request(None, 1, request))

    def assignment(self) -> set[TopicPartition]:
        return self.assigned

    def highwater(self, partition: TopicPartition) -> int:
        assert partition in self.assigned, "Partition is not assigned"
        return 1


async def test_a_fetch_survives_that_its_partitions_are_taken_away_meanwhile() -> None:
    """What it raised ended aiokafka's fetching for good, and nothing said so."""
    consumer: Any = Consumer()
    follow(FetchPolicy(), consumer, ["commands"], Idleness())
    assert await consumer.fetch(SimpleNamespace(topics=[("commands", [(0, 0, 0)])])) is False
