"""What takes its time keeps nobody but its own connection waiting, and nothing is lost (invariant 6)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from chassis.clock import ManualClock
from chassis.errors import Transient
from connector.application import batch_patience
from connector.application import command_queue as queue_module
from connector.application import command_queues as module
from connector.application.command_queue import CommandQueue
from connector.application.command_queues import CommandQueues
from connector.application.connections.repository import Connections
from connector.application.parking import Parking
from connector.domain.connection.lifecycle import troubled
from contracts.calendar_commands import CalendarPull, CalendarRemove, CalendarReplay
from tests.support.waiting import wait_until
from tests.unit.connector.stores import OneConnection, Publisher, memory_stores
from tests.unit.connector.support import NOW, connection


@dataclass
class Bench(OneConnection):
    """Queues over collections in memory, with a server that answers when it is told to."""

    parking: Parking
    queues: CommandQueues
    publisher: Publisher
    clock: ManualClock
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    then: Callable[[], Awaitable[None]] | None = None
    parks: bool = False
    done: list[str] = field(default_factory=list)

    async def do(self, command: Any) -> None:
        """Hand a command over; its work waits for the server."""
        await asyncio.wait_for(self.queues.do(command, self._work_off), 2)

    async def _work_off(self, queue: CommandQueue) -> None:
        job = queue.head
        assert job
        queue.whom = "mail.example.org"
        queue.take(job)
        try:
            await self.answers.wait()
            if self.then:
                await self.then()
        except Exception as error:  # noqa: BLE001 - as the worker does
            self.queues.fail(queue, job, error)
            return
        self.done.append(job.command.id)
        queue.stays_parked = self.parks
        await self.queues.finish(queue, job, parked=self.parks)


@pytest.fixture
async def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(batch_patience, "MOMENT", 0.02)
    monkeypatch.setattr(batch_patience, "MOMENT_OF_THE_SLOW", 0.02)
    monkeypatch.setattr(module, "MOMENT_OF_THE_SLOW", 0.02)
    clock, publisher = ManualClock(NOW), Publisher()
    stores = memory_stores(clock, publisher)
    connections = Connections(stores.connections)
    await stores.connections.insert(connection())
    parking = Parking(stores, connections, publisher, clock)  # type: ignore[arg-type]
    return Bench(stores, connections, parking, CommandQueues(connections, parking, clock), publisher, clock)


def command(number: int, kind: type = CalendarReplay, reason: str = "push", at: datetime = NOW) -> Any:
    envelope: dict[str, Any] = {
        "id": f"m{number:04}",
        "occurred_at": at,
        "company_id": "acme",
        "aggregate_version": 1,
        "correlation_id": "x",
        "cause": "sync",
        "connection_id": "c1",
    }
    if kind is CalendarRemove:
        about = {"calendar_id": "cal", "activity_id": f"a{number}", "event_id": f"e{number}"}
        return CalendarRemove(**envelope | about, command_id=f"k{number}")
    return kind(**envelope, **({"replay_id": "r1"} if kind is CalendarReplay else {"reason": reason}))


async def ended(bench: Bench) -> None:
    await wait_until(lambda: not bench.queues._tasks, awaited="the work to end")


async def test_what_is_done_in_a_moment_is_parked_nowhere(bench: Bench) -> None:
    bench.answers.set()
    await bench.do(command(1))
    assert (bench.done, await bench.parked(), (await bench.read()).due) == (["m0001"], [], {})


async def test_what_takes_longer_lets_its_batch_go_and_is_forgotten_when_it_is_done(bench: Bench) -> None:
    await bench.do(command(1))
    assert (bench.done, await bench.parked()) == ([], ["m0001"])
    assert (await bench.read()).due["retry"] > NOW
    bench.answers.set()
    await ended(bench)
    assert (bench.done, await bench.parked(), (await bench.read()).due) == (["m0001"], [], {})


async def test_what_comes_meanwhile_is_parked_at_once_and_done_in_its_order(bench: Bench) -> None:
    for number in (1, 2, 3):
        await bench.do(command(number))
    assert await bench.parked() == ["m0001", "m0002", "m0003"]
    bench.answers.set()
    await ended(bench)
    assert bench.done == ["m0001", "m0002", "m0003"]
    assert (await bench.parked(), (await bench.read()).due, bench.publisher.published) == ([], {}, [])


async def test_no_batch_waits_for_one_of_many(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOMENT_OF_THE_SLOW", 100)
    await asyncio.gather(*(bench.do(command(number)) for number in (1, 2, 3)))
    assert (bench.done, await bench.parked()) == ([], ["m0001", "m0002", "m0003"])
    bench.answers.set()
    await ended(bench)


async def test_a_message_that_comes_twice_is_done_once(bench: Bench) -> None:
    await bench.do(command(1))
    await bench.do(command(1))
    bench.answers.set()
    await ended(bench)
    assert bench.done == ["m0001"]


async def test_more_than_memory_is_to_hold_waits_in_the_database_and_is_done_in_order(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_module, "MOST_WAITING", 5)
    monkeypatch.setattr(module, "_PAGE", 4)
    monkeypatch.setattr(module, "_FEW", 2)
    numbers = range(1, 41)
    for number in numbers:
        await bench.do(command(number, CalendarRemove))
    [queue] = bench.queues._queues.values()
    assert (len(queue), len(await bench.parked())) == (5, 40)
    bench.answers.set()
    await ended(bench)
    assert bench.done == [f"m{number:04}" for number in numbers]
    assert (await bench.parked(), bench.publisher.published) == ([], [])


async def test_a_pull_is_not_kept_but_the_connection_is_read_if_the_process_dies(bench: Bench) -> None:
    await bench.do(command(1, CalendarPull))
    assert (await bench.parked(), (await bench.read()).due["retry"] > NOW) == ([], True)
    bench.answers.set()
    await ended(bench)
    assert (await bench.read()).due == {}


async def test_one_pull_does_for_all_that_wait_for_the_same_reason_and_counts_as_the_latest(bench: Bench) -> None:
    asked: list[datetime] = []
    later = NOW + timedelta(seconds=5)

    async def note() -> None:
        queue = bench.queues._queues["c1"]
        asked.extend(job.command.occurred_at for job in queue._under_way.values())

    bench.then = note
    await bench.do(command(1))
    for number, reason, at in ((2, "push", NOW), (3, "push", later), (4, "horizon", NOW)):
        await bench.do(command(number, CalendarPull, reason, at))
    bench.answers.set()
    await ended(bench)
    assert asked == [NOW, later, NOW], "the second push would be taken for covered by a read that began before it"


async def test_work_that_fails_is_taken_up_at_once_and_waited_for_then(bench: Bench) -> None:
    async def fail() -> None:
        raise ValueError("a defect")

    bench.then = fail
    await bench.do(command(1))
    bench.answers.set()
    await ended(bench)
    assert ([one.id for one in bench.publisher.published], await bench.parked()) == (["m0001"], [])
    bench.answers.clear()
    again = asyncio.ensure_future(bench.do(command(1)))
    await asyncio.wait({again}, timeout=0.1)
    assert not again.done()
    bench.answers.set()
    with pytest.raises(ValueError, match="a defect"):
        await again
    assert await bench.parked() == []


async def test_work_that_ends_in_trouble_waits_its_time(bench: Bench) -> None:
    async def trouble() -> None:
        await bench.parking.park(command(1))
        await bench.connections.change("c1", lambda c: troubled(c, "throttled", "busy", "", now=NOW, retry_after=600))

    bench.then, bench.parks = trouble, True
    await bench.do(command(1))
    bench.answers.set()
    await ended(bench)
    assert await bench.parked() == ["m0001"]
    assert (await bench.read()).due["retry"] > NOW


async def test_an_error_in_a_moment_is_the_batchs(bench: Bench) -> None:
    async def fail() -> None:
        raise Transient("away")

    bench.then = fail
    bench.answers.set()
    with pytest.raises(Transient):
        await bench.do(command(1))
    assert await bench.parked() == []


async def test_a_stop_waits_for_what_is_under_way_and_leaves_the_rest_to_the_next_process_at_once(bench: Bench) -> None:
    for number in (1, 2):
        await bench.do(command(number))
    stopping = asyncio.ensure_future(bench.queues.stop())
    await asyncio.sleep(0)
    bench.answers.set()
    await asyncio.wait_for(stopping, 2)
    assert (bench.done, await bench.parked()) == (["m0001"], ["m0002"])
    assert (await bench.read()).due["retry"] == NOW


async def test_what_hangs_is_not_waited_for_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_patience, "_SOON", 0)
    await bench.do(command(1))
    bench.answers.set()
    await ended(bench)
    bench.answers.clear()
    monkeypatch.setattr(batch_patience, "MOMENT", 100)
    await bench.do(command(2))
    assert await bench.parked() == ["m0002"]
    bench.answers.set()
    await ended(bench)


async def test_what_was_late_but_answers_is_waited_for_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    await bench.do(command(1))
    bench.answers.set()
    await ended(bench)
    bench.answers.clear()
    monkeypatch.setattr(batch_patience, "MOMENT", 1)
    doing = asyncio.ensure_future(bench.do(command(2)))
    await asyncio.wait({doing}, timeout=0.1)
    assert not doing.done()
    bench.answers.set()
    await doing
    assert (bench.done, await bench.parked()) == (["m0001", "m0002"], [])
