"""The dispatcher itself, over documents in memory: what it takes, in which order, and how much of what can wait."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from chassis.clock import ManualClock
from chassis.messaging.publisher import Outgoing, Publisher
from chassis.persistence.store import Store
from connector.adapters.collections import Stores, open_stores
from connector.adapters.guarded_calendar import ProviderAway
from connector.application.connections.colleagues import Colleagues
from connector.application.connections.repository import Connections
from connector.application.dispatcher import Dispatcher
from connector.application.message_factory import MessageFactory
from connector.application.parking import Parking
from connector.application.rate_limiter import ADJUST_EVERY, RateLimiter
from connector.domain.connection.dispatch import BATCH
from connector.domain.connection.lifecycle import healthy
from connector.domain.connection.reads import PollingPolicy
from connector.domain.model.connection import DueKind
from connector.domain.scheduling.schedule import with_due
from contracts.calendar_commands import CalendarPull, CalendarRemove
from contracts.topics import MODELS
from tests.support.mapper_world import Database
from tests.unit.connector.support import NOW, connection

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
PACE = PollingPolicy(
    poll=5 * MINUTE, poll_longest=60 * MINUTE, poll_without_push=MINUTE, debounce=SECOND, second_look=SECOND
)
MOST = 40.0


class Bench:
    """A dispatcher, its database in memory, and what it has sent."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.clock = ManualClock(NOW)
        database = Database(self._sent)
        messages = MessageFactory(self.clock)
        self.stores: Stores = open_stores(cast("Store", database), messages.connection_changed)
        connections = Connections(self.stores.connections)
        self.limiter = RateLimiter(self.clock, MOST)
        parking = Parking(self.stores, connections, cast("Publisher", database), self.clock)
        colleagues = Colleagues(connections, self.clock)
        self.dispatcher = Dispatcher(
            connections, parking, colleagues, messages, self.limiter, ("google",), self.clock, PACE
        )
        self.database = database

    def _sent(self, message: Outgoing) -> None:
        self.sent.append(MODELS[message.topic].validate_json(message.value))

    async def add(self, number: int, due: dict[DueKind, datetime | None]) -> None:
        await self.stores.connections.insert(with_due(connection(id=f"c{number}"), due))

    async def tick(self, after: timedelta = SECOND) -> list[Any]:
        """Let time pass and tick; return what was sent."""
        self.sent.clear()
        self.clock.advance(after)
        await self.dispatcher.dispatch_urgent()
        await self.dispatcher.dispatch_background()
        await self.database.drain()
        return [one for one in self.sent if isinstance(one, CalendarPull | CalendarRemove)]


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def test_all_that_somebody_waits_for_is_taken_at_once(bench: Bench) -> None:
    for number in range(2 * BATCH + 50):
        await bench.add(number, {"window": NOW})
    pulls = await bench.tick()
    assert len({pull.connection_id for pull in pulls}) == len(pulls)
    assert len(pulls) + len(await bench.tick()) == 2 * BATCH + 50


async def test_what_can_wait_is_taken_at_its_tempo_and_after_parked_work(bench: Bench) -> None:
    for number in range(100):
        await bench.add(number, {"retry": NOW} if number < 30 else {"poll": NOW - MINUTE})
    bench.limiter.allowance("google")
    reasons = [pull.reason for pull in await bench.tick()]
    assert (reasons.count("settle"), reasons.count("poll")) == (30, 10)
    assert [pull.reason for pull in await bench.tick()] == ["poll"] * 40


async def test_a_provider_that_does_not_answer_is_left_alone_and_the_urgent_goes_on(bench: Bench) -> None:
    for number in range(20):
        await bench.add(number, {"window": NOW} if number < 5 else {"poll": NOW})
    bench.limiter.allowance("google")
    for _ in range(3):
        with pytest.raises(ProviderAway), bench.limiter.observing("google"):
            raise ProviderAway("timeout", "")
    assert [pull.reason for pull in await bench.tick(ADJUST_EVERY)] == ["push"] * 5


def removal() -> CalendarRemove:
    """A command for the first connection."""
    return CalendarRemove(
        id="m1", occurred_at=NOW, company_id="acme", aggregate_version=1, correlation_id="r", cause="sync",
        connection_id="c1", command_id="k1", calendar_id="cal", activity_id="a1", event_id="e1",
    )  # fmt: skip


async def test_parked_work_comes_before_the_read(bench: Bench) -> None:
    await bench.dispatcher.parking.park(removal())
    await bench.add(1, {"retry": NOW})
    bench.limiter.allowance("google")
    assert [one.type for one in await bench.tick()] == ["calendar.remove.v1", "calendar.pull.v1"]


async def test_k4_what_a_read_before_the_retry_did_not_take_up_is_taken_up_by_it(bench: Bench) -> None:
    await bench.add(1, {})
    parking = bench.dispatcher.parking
    away = await parking.connections.get("c1")
    assert away
    await parking.park(removal())
    await parking.trouble(away, ProviderAway("timeout", ""))
    await parking.connections.change("c1", healthy)
    bench.limiter.allowance("google")
    assert "calendar.remove.v1" in [one.type for one in await bench.tick(MINUTE)]


async def test_k4_work_that_is_held_after_the_retry_came_by_is_taken_up_by_another(bench: Bench) -> None:
    await bench.add(1, {})
    await bench.dispatcher.parking.hold(removal())
    bench.limiter.allowance("google")
    assert [one.type for one in await bench.tick()] == ["calendar.remove.v1", "calendar.pull.v1"]


class Refused:
    """Publishes to a worker that is fast, and parks again what it is given."""

    def __init__(self) -> None:
        self.parking: Parking

    async def publish(self, _: Sequence[Outgoing]) -> None:
        """Park the command before its publisher goes on."""
        await self.parking.park(removal())


async def test_k4_work_that_is_parked_again_while_it_is_taken_up_is_not_forgotten(bench: Bench) -> None:
    await bench.dispatcher.parking.park(removal())
    refused = Refused()
    refused.parking = replace(bench.dispatcher.parking, publisher=cast("Publisher", refused))
    await refused.parking.take_up("c1")
    [left] = await bench.stores.parked.find({})
    assert left.times == 2
