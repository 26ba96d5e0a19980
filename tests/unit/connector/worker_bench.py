"""The worker over collections in memory, with a calendar that answers when the test says so."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from chassis.clock import ManualClock
from connector.adapters.collections import Stores
from connector.application.command_queues import CommandQueues
from connector.application.connections.repository import Connections
from connector.application.lease import Leases
from connector.application.message_factory import MessageFactory
from connector.application.parking import Parking
from connector.application.provider_access import ProviderAccess, ProviderKit
from connector.application.rate_limiter import RateLimiter
from connector.application.reading.debouncing import Debounce
from connector.application.reading.pulling import make_puller
from connector.application.reading.sync_state import SyncStateRepository
from connector.application.traffic import TrafficLog
from connector.application.worker import Worker
from connector.application.write_windows import WriteWindows
from connector.application.writing.carrying_out import CommandCarrier
from connector.application.writing.outcomes import CommandOutcomes
from connector.application.writing.putting import Writer
from connector.application.writing.removing import Remover
from connector.application.writing.write_session import Writing
from connector.domain.connection.reads import PollingPolicy
from connector.domain.provider.errors import AlreadyExists, Missing
from connector.domain.provider.items import EventRead, Item, Page
from connector.domain.provider.port import NewEvent, Traits
from contracts.calendar_commands import CalendarPull, CalendarPut, CalendarRemove
from contracts.calendar_events import CalendarCommandSettled
from contracts.calendar_objects import EventChanges, EventSnapshot, Marker
from contracts.topics import MODELS
from tests.support.waiting import wait_until
from tests.unit.connector.stores import OneConnection, Publisher, memory_stores
from tests.unit.connector.support import DAY, NOW, connection, event

SECOND = timedelta(seconds=1)
POLICY = PollingPolicy(poll=SECOND, poll_longest=SECOND, poll_without_push=SECOND, debounce=SECOND, second_look=SECOND)


@dataclass
class FakeCalendar:
    """A calendar whose calls wait while `gate` is closed, and fail as `errors` says, by event id or operation."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    events: dict[str, EventSnapshot] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    under_way: list[str] = field(default_factory=list)
    most: int = 0
    errors: dict[str, Exception] = field(default_factory=dict)
    after_applied: dict[str, Exception] = field(default_factory=dict)
    """Errors that come once the write is in."""
    turns: int = 0
    """For how many turns of the loop a call is under way, beside the gate."""

    def __post_init__(self) -> None:
        self.gate.set()

    @property
    def traits(self) -> Traits:
        """Every row tells for itself."""
        return Traits()

    def occurrence_id(self, series_id: str, original_start: str) -> str:
        """Return a readable id."""
        return f"{series_id}_{original_start}"

    def key_of(self, _account: str, activity_id: str, _calendar: str, generation: int) -> str:
        """Return a readable id."""
        return f"{activity_id}-{generation}"

    async def create(self, _access: Any, _calendar: str, new: NewEvent, *, invite: bool) -> Item:
        """Create an event, under its key."""
        await self._called("create", new.key)
        if new.key in self.events:
            raise AlreadyExists("duplicate")
        return self._stored(new.key, new.content.summary or "", new.marker)

    async def update(
        self, _access: Any, _calendar: str, event_id: str, changes: EventChanges, marker: Marker, **_: Any
    ) -> Item:
        await self._called("update", event_id)
        return self._stored(event_id, changes.summary or "", marker)

    async def delete(self, _access: Any, _calendar: str, event_id: str, **_: Any) -> None:
        await self._called("delete", event_id)
        if self.events.pop(event_id, None) is None:
            raise Missing("gone")

    async def read(self, _access: Any, _calendar: str, event_id: str) -> Item:
        await self._called("read", event_id)
        if event_id not in self.events:
            raise Missing("gone")
        return EventRead(self.events[event_id], "1")

    async def changes(self, *_: Any) -> AsyncIterator[Page]:
        """Yield one page with nothing in it."""
        await self._called("changes", "all")
        yield Page((), "cursor")

    def _stored(self, event_id: str, summary: str, marker: Marker) -> Item:
        self.events[event_id] = event(event_id, summary=summary, marker=marker)
        if error := self.after_applied.pop(event_id, None):
            raise error
        return EventRead(self.events[event_id], "1")

    async def _called(self, operation: str, event_id: str) -> None:
        self.calls.append(f"{operation} {event_id}")
        self.under_way.append(event_id)
        self.most = max(self.most, len(self.under_way))
        try:
            await self.gate.wait()
            for _ in range(self.turns):
                await asyncio.sleep(0)
            if error := self.errors.get(event_id) or self.errors.get(operation):
                raise error
        finally:
            self.under_way.remove(event_id)


@dataclass
class Bench(OneConnection):
    """A worker with its surroundings."""

    leases: Leases
    queues: CommandQueues
    worker: Worker
    calendar: FakeCalendar
    publisher: Publisher
    clock: ManualClock

    async def send(self, *commands: Any) -> None:
        """Hand commands over, as one batch; return when the batch is done."""
        await asyncio.wait_for(asyncio.gather(*map(self.worker.handle, commands)), 30)

    async def ended(self) -> None:
        """Return when nothing is worked on any more."""
        await wait_until(lambda: not self.queues._tasks, awaited="the work to end", timeout=30)

    async def waits_for(self, *event_ids: str) -> None:
        """Return when exactly these calls are at the calendar."""
        await wait_until(
            lambda: sorted(self.calendar.under_way) == sorted(event_ids), awaited=f"{event_ids} to be under way"
        )

    def answers(self) -> list[CalendarCommandSettled]:
        """Return the published outcomes, in their order."""
        read = [MODELS[one.topic].validate_json(one.value) for one in self.publisher.published]
        return [one for one in read if isinstance(one, CalendarCommandSettled)]

    def outcomes(self) -> dict[str, str]:
        """Return how each command ended."""
        return {one.command_id: one.outcome for one in self.answers()}

    def another(self) -> "Bench":
        """Return another process over the same collections."""
        return bench_over(self.stores, self.calendar, self.publisher, self.clock)


async def bench(at_once: int = 8, **fields: Any) -> Bench:
    """Return a worker with one connection, whose window is as open as it gets."""
    clock, publisher = ManualClock(NOW), Publisher()
    stores = memory_stores(clock, publisher)
    await stores.connections.insert(connection(cursor="c", last_read_started_at=NOW - DAY, **fields))
    return bench_over(stores, FakeCalendar(), publisher, clock, at_once)


def bench_over(
    stores: Stores, calendar: FakeCalendar, publisher: Publisher, clock: ManualClock, at_once: int = 8
) -> Bench:
    """Return a worker of a process of its own."""
    connections: Any = Connections(stores.connections)
    leases, messages = Leases(connections, clock), MessageFactory(clock)
    published: Any = publisher
    kit = ProviderKit(calendar, None, "/")  # type: ignore[arg-type]  # nobody signs in
    access = ProviderAccess({"google": kit}, None, None, stores.written)  # type: ignore[arg-type]
    parking, limiter = Parking(stores, connections, published, clock), RateLimiter(clock, 100)
    sync_state, traffic = SyncStateRepository(stores), TrafficLog(stores.traffic, clock)
    queues, debounce = CommandQueues(connections, parking, clock), Debounce(connections, clock, POLICY.debounce)
    outcomes = CommandOutcomes(stores, published, messages, sync_state, traffic)
    carrier = CommandCarrier(access, Writer(sync_state), Remover(sync_state), outcomes, limiter, clock)
    windows = WriteWindows({"google": at_once})
    writing = Writing(carrier, sync_state, leases, parking, queues, windows, debounce)
    puller = make_puller(stores, published, messages, leases=leases, clock=clock, policy=POLICY, traffic=traffic)
    unused: Any = SimpleNamespace(maintain=_nothing)
    worker = Worker(
        connections=connections,
        accounts=access,
        leases=leases,
        parking=parking,
        channels=unused,
        puller=puller,
        debounce=debounce,
        writing=writing,
        teardown=unused,
        queues=queues,
        limiter=limiter,
        clock=clock,
    )
    return Bench(stores, connections, leases, queues, worker, calendar, publisher, clock)


async def _nothing(*_: object) -> None:
    """Do nothing."""


def _envelope(message_id: str) -> dict[str, Any]:
    return {
        "id": message_id,
        "occurred_at": NOW,
        "company_id": "acme",
        "aggregate_version": 1,
        "correlation_id": "x",
        "cause": "sync",
        "connection_id": "c1",
    }


def put(number: int, event_id: str | None = None, activity: str | None = None, version: int = 1) -> CalendarPut:
    """Return a command to create an event, or to change one."""
    activity_id = activity or f"a{number}"
    return CalendarPut(
        **_envelope(f"m{number:04}"),
        command_id=f"k{number}",
        calendar_id="cal",
        activity_id=activity_id,
        event_id=event_id,
        changes=EventChanges(summary=f"Call {number}", time=event().fields.time),
        marker=Marker(account_key="key", activity_id=activity_id, version=version, origin="crm"),
    )


def remove(number: int, event_id: str) -> CalendarRemove:
    """Return a command to delete an event."""
    return CalendarRemove(
        **_envelope(f"m{number:04}"),
        command_id=f"k{number}",
        calendar_id="cal",
        activity_id=f"a{number}",
        event_id=event_id,
    )


def pull(number: int) -> CalendarPull:
    """Return a request to read what changed."""
    return CalendarPull(**_envelope(f"m{number:04}"), reason="push")
