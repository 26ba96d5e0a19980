"""A server that takes its time keeps nobody but its own connections waiting, and nothing is lost (invariant 6)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from chassis.clock import ManualClock
from chassis.errors import Transient
from connector.adapters.collections import Stores
from connector.application import late_work as module
from connector.application.connections.repository import Connections
from connector.application.late_work import LateWork
from connector.application.parking import Parking
from connector.domain.connection.lifecycle import troubled
from connector.domain.model.connection import Connection
from contracts.calendar_commands import CalendarPull, CalendarReplay
from tests.support.waiting import wait_until
from tests.unit.connector.stores import Publisher, memory_stores
from tests.unit.connector.support import NOW, connection


@dataclass
class Bench:
    """Late work over collections in memory, with a server that answers when it is told to."""

    stores: Stores
    connections: Connections
    parking: Parking
    late: LateWork
    publisher: Publisher
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    done: list[str] = field(default_factory=list)

    async def do(self, command: Any, then: Callable[[], Awaitable[None]] | None = None) -> None:
        """Do a command that waits for the server."""

        async def work() -> None:
            await self.answers.wait()
            if then:
                await then()
            self.done.append(command.id)

        current = await self.connections.get("c1")
        assert current
        await asyncio.wait_for(self.late.do(current, command, work), 2)

    async def read(self) -> Connection:
        found = await self.connections.get("c1")
        assert found
        return found

    async def parked(self) -> list[str]:
        return [one.id for one in await self.stores.parked.find({"connection_id": "c1"})]


@pytest.fixture
async def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(module, "_MOMENT", 0.02)
    monkeypatch.setattr(module, "_MOMENT_OF_A_SLOW_SERVER", 0.02)
    clock, publisher = ManualClock(NOW), Publisher()
    stores = memory_stores(clock, publisher)
    connections = Connections(stores.connections)
    await stores.connections.insert(connection(server="mail.example.org", provider="exchange"))
    parking = Parking(stores, connections, publisher, clock)  # type: ignore[arg-type]
    return Bench(stores, connections, parking, LateWork(stores, connections, parking, clock), publisher)


def command(number: int, kind: type = CalendarReplay) -> Any:
    envelope = {
        "id": f"m{number}",
        "occurred_at": NOW,
        "company_id": "acme",
        "aggregate_version": 1,
        "correlation_id": "x",
        "cause": "sync",
        "connection_id": "c1",
    }
    return kind(**envelope, **({"replay_id": "r1"} if kind is CalendarReplay else {"reason": "push"}))


async def ended(bench: Bench) -> None:
    await wait_until(lambda: not bench.late._late, awaited="the late work to end")


async def test_what_is_done_in_a_moment_is_parked_nowhere(bench: Bench) -> None:
    bench.answers.set()
    await bench.do(command(1))
    assert (bench.done, await bench.parked(), (await bench.read()).due) == (["m1"], [], {})


async def test_what_takes_longer_lets_its_batch_go_and_is_forgotten_when_it_is_done(bench: Bench) -> None:
    await bench.do(command(1))
    assert (bench.done, await bench.parked()) == ([], ["m1"])
    assert (await bench.read()).due["retry"] > NOW
    bench.answers.set()
    await ended(bench)
    assert (bench.done, await bench.parked(), (await bench.read()).due) == (["m1"], [], {})


async def test_what_comes_meanwhile_waits_behind_it_in_its_order_and_is_taken_up_at_once(bench: Bench) -> None:
    for number in (1, 2, 3):
        await bench.do(command(number))
    assert await bench.parked() == ["m1", "m2", "m3"]
    bench.answers.set()
    await ended(bench)
    assert (bench.done, await bench.parked(), (await bench.read()).due) == (["m1"], [], {})
    assert [one.id for one in bench.publisher.published] == ["m2", "m3"]


async def test_a_pull_is_not_kept_but_the_connection_is_read_if_the_process_dies(bench: Bench) -> None:
    await bench.do(command(1, CalendarPull))
    assert (await bench.parked(), (await bench.read()).due["retry"] > NOW) == ([], True)
    bench.answers.set()
    await ended(bench)
    assert (await bench.read()).due == {}


async def test_work_that_fails_is_taken_up_at_once(bench: Bench) -> None:
    async def fail() -> None:
        raise Transient("lease_lost")

    await bench.do(command(1), fail)
    bench.answers.set()
    await ended(bench)
    assert ([one.id for one in bench.publisher.published], await bench.parked()) == (["m1"], [])


async def test_work_that_ends_in_trouble_waits_its_time(bench: Bench) -> None:
    async def trouble() -> None:
        await bench.parking.park(command(1))
        await bench.connections.change("c1", lambda c: troubled(c, "throttled", "busy", "", now=NOW, retry_after=600))

    await bench.do(command(1), trouble)
    bench.answers.set()
    await ended(bench)
    assert await bench.parked() == ["m1"]
    assert (await bench.read()).due["retry"] > NOW


async def test_an_error_in_a_moment_is_the_batchs(bench: Bench) -> None:
    async def fail() -> None:
        raise Transient("away")

    bench.answers.set()
    with pytest.raises(Transient):
        await bench.do(command(1), fail)
    assert await bench.parked() == []


async def test_a_stop_leaves_what_is_not_done_to_the_next_process(bench: Bench) -> None:
    await bench.do(command(1))
    await asyncio.wait_for(bench.late.stop(), 2)
    assert (bench.done, await bench.parked()) == ([], ["m1"])
    assert (await bench.read()).due["retry"] > NOW


async def test_where_all_have_one_provider_a_batch_waits(bench: Bench) -> None:
    await bench.connections.change("c1", lambda c: c.with_server(None))
    doing = asyncio.ensure_future(bench.do(command(1)))
    await asyncio.wait({doing}, timeout=0.1)
    assert not doing.done()
    bench.answers.set()
    await doing
    assert (bench.done, await bench.parked()) == (["m1"], [])


async def test_a_server_that_hangs_is_not_waited_for_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SOON", 0)
    await bench.do(command(1))
    bench.answers.set()
    await ended(bench)
    bench.answers.clear()
    monkeypatch.setattr(module, "_MOMENT", 100)
    await bench.do(command(2))
    assert await bench.parked() == ["m2"]


async def test_a_server_that_was_late_but_answers_is_waited_for_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bench.do(command(1))
    bench.answers.set()
    await ended(bench)
    bench.answers.clear()
    monkeypatch.setattr(module, "_MOMENT", 1)
    doing = asyncio.ensure_future(bench.do(command(2)))
    await asyncio.wait({doing}, timeout=0.1)
    assert not doing.done()
    bench.answers.set()
    await doing
    assert (bench.done, await bench.parked()) == (["m1", "m2"], [])
