"""What a simulated system stands on: time that leaps, processes that die at once, a broker that keeps promises."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from aiokafka import ConsumerRecord
from faststream.exceptions import NackMessage

from chassis.messaging.consumer_health import ConsumerHealth, RebalanceListener
from chassis.messaging.positions import Positions
from tests.simulation.broker import MemoryBroker
from tests.simulation.chance import Chance
from tests.simulation.cluster import Cluster
from tests.simulation.loop import NothingWillHappenError, VirtualLoop
from tests.simulation.processes import Process


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    """A loop in virtual time."""
    made = VirtualLoop()
    asyncio.set_event_loop(made)
    yield made
    made.close()
    asyncio.set_event_loop(None)


def test_time_leaps_to_the_next_timer(loop: VirtualLoop) -> None:
    async def days() -> float:
        await asyncio.sleep(3 * 86_400)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 60)
        return loop.time()

    assert loop.run_until_complete(days()) == 3 * 86_400 + 60


def test_what_nobody_will_do_is_told_at_once(loop: VirtualLoop) -> None:
    with pytest.raises(NothingWillHappenError):
        loop.run_until_complete(asyncio.Event().wait())


def test_a_killed_process_does_nothing_more_not_even_its_finally(loop: VirtualLoop) -> None:
    done: list[str] = []

    async def work() -> None:
        try:
            done.append("begun")
            await asyncio.sleep(1)
            done.append("gone on")
        finally:
            done.append("cleaned up")

    process = Process("p", loop)
    process.spawn(work())
    loop.run_until_complete(asyncio.sleep(0.5))
    process.kill()
    loop.run_until_complete(asyncio.sleep(5))
    assert done == ["begun"]
    process.bury()


def test_a_process_dies_after_so_many_callbacks(loop: VirtualLoop) -> None:
    ticks: list[int] = []

    async def work() -> None:
        for number in range(100):
            ticks.append(number)
            await asyncio.sleep(1)

    process = Process("p", loop)
    process.spawn(work())
    process.die_after(9)
    loop.run_until_complete(asyncio.sleep(200))
    assert not process.alive
    assert 0 < len(ticks) < 10
    process.bury()


class Heard:
    """A handler that notes its batches; while `refusing`, it gives them back."""

    def __init__(self) -> None:
        self.batches: list[list[bytes]] = []
        self.refusing = False

    async def __call__(self, message: Any) -> None:
        records: tuple[ConsumerRecord, ...] = message.raw_message
        self.batches.append([record.value for record in records])
        if self.refusing:
            raise NackMessage

    @property
    def values(self) -> list[bytes]:
        return [value for batch in self.batches for value in batch]


async def consuming(cluster: Cluster) -> tuple[MemoryBroker, Heard]:
    """Return a broker with one consumer, started."""
    broker, heard = MemoryBroker(cluster), Heard()
    listener = RebalanceListener(ConsumerHealth(), "t@g", Positions("t", "g"))
    broker.subscriber("t", group_id="g", max_records=200, listener=listener)(heard)
    await broker.start()
    return broker, heard


def on_a_cluster(loop: VirtualLoop, story: Any) -> None:
    """Play a story on a cluster with one topic."""
    process = Process("p", loop)
    task: asyncio.Task[None] = process.spawn(story(Cluster({"t": 3}, Chance(1)), process))
    loop.run_until_complete(asyncio.wait_for(asyncio.shield(task), 600))
    process.kill()
    process.bury()


def test_records_of_a_key_come_in_order(loop: VirtualLoop) -> None:
    async def story(cluster: Cluster, _: Process) -> None:
        broker, heard = await consuming(cluster)
        confirmed = [await _sent(broker, key, f"{key}{n}") for n in range(20) for key in "ab"]
        await asyncio.gather(*confirmed)
        await asyncio.sleep(5)
        for key in b"ab":
            assert [one for one in heard.values if one[0] == key] == [b"%c%d" % (key, n) for n in range(20)]

    on_a_cluster(loop, story)


def test_what_was_given_back_comes_again_and_nothing_after_it_before(loop: VirtualLoop) -> None:
    async def story(cluster: Cluster, _: Process) -> None:
        broker, heard = await consuming(cluster)
        heard.refusing = True
        await (await _sent(broker, "a", "1"))
        await asyncio.sleep(1)
        refused = len(heard.batches)
        heard.refusing = False
        await asyncio.sleep(1)
        assert refused > 1
        assert heard.batches[refused:] == [[b"1"]]

    on_a_cluster(loop, story)


def test_who_died_before_the_commit_gets_it_again(loop: VirtualLoop) -> None:
    async def story(cluster: Cluster, _: Process) -> None:
        doomed = Process("doomed", loop)
        heard = (await doomed.spawn(consuming(cluster)))[1]
        heard.refusing = True
        other = MemoryBroker(cluster)
        await other.start()
        await (await _sent(other, "a", "1"))
        await asyncio.sleep(1)
        doomed.kill()
        again = (await consuming(cluster))[1]
        await asyncio.sleep(2)
        assert heard.values
        assert again.values == [b"1"]
        doomed.bury()

    on_a_cluster(loop, story)


def test_publishing_waits_while_the_cluster_is_away(loop: VirtualLoop) -> None:
    async def story(cluster: Cluster, _: Process) -> None:
        broker, heard = await consuming(cluster)
        cluster.away = True
        confirmed = await _sent(broker, "a", "1")
        await asyncio.sleep(20)
        assert not confirmed.done()
        assert not heard.values
        cluster.away = False
        await confirmed
        await asyncio.sleep(2)
        assert heard.values == [b"1"]

    on_a_cluster(loop, story)


async def _sent(broker: MemoryBroker, key: str, value: str) -> "asyncio.Future[object]":
    confirmed = await broker.publish(value, "t", key=key.encode(), headers={}, no_confirm=True)
    assert confirmed is not None
    return confirmed
