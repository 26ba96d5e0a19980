"""How a command is answered: first it is noted, so that it is never tried again after its answer was told."""

from contextlib import nullcontext
from dataclasses import replace
from typing import cast

import pytest

from chassis.clock import ManualClock
from chassis.errors import Transient
from chassis.messaging.publisher import Outgoing
from chassis.persistence.documents import Documents
from connector.adapters.collections import RecordedOutcome, open_stores
from connector.application.connections.repository import Connections
from connector.application.lease import Leases
from connector.application.message_factory import MessageFactory
from connector.application.reading.sync_state import SyncStateRepository
from connector.application.traffic import TrafficLog
from connector.application.writing.outcomes import CommandOutcomes
from connector.application.writing.write import Write
from connector.application.writing.write_lease import SURELY_OURS, WriteLease
from connector.domain.model.connection import Connection
from connector.domain.model.connection_parts import InFlight
from connector.domain.writing.outcome import Outcome
from contracts import topics
from contracts.calendar_commands import CalendarPut
from contracts.calendar_events import CalendarCommandSettled
from contracts.calendar_objects import EventChanges, Marker
from contracts.envelope import Message
from tests.support.mapper_world import Database
from tests.unit.connector.support import NOW, connection, event

PUT = CalendarPut(
    id="m1",
    occurred_at=NOW,
    company_id="acme",
    aggregate_version=1,
    correlation_id="k1",
    cause="sync",
    command_id="c1",
    connection_id="c1",
    calendar_id="cal",
    activity_id="a1",
    event_id="e1",
    changes=EventChanges(location="There"),
    marker=Marker(account_key="key", activity_id="a1", version=2, origin="calendar"),
)


class Away:
    """Documents whose database is away."""

    async def get(self, _: str) -> None:
        """Return nothing: it was not noted."""

    async def insert(self, _: RecordedOutcome) -> bool:
        """Fail as MongoDB's driver does."""
        raise Transient("mongo_unavailable", "away")


async def settled(outcome: Outcome, *, away: bool = False, lost: bool = False) -> list[Message]:
    """Settle the command, whose answer cannot be noted where the database is away; return what others hear."""
    heard: list[Message] = []

    def hear(message: Outgoing) -> None:
        heard.append(topics.reader(message.topic)(message.value.encode()))

    database, clock = Database(hear), ManualClock(NOW)
    stores = open_stores(database, lambda _: ())  # type: ignore[arg-type]  # the same, in memory
    if away:
        stores = replace(stores, answers=cast("Documents[RecordedOutcome]", Away()))
    leases = Leases(Connections(stores.connections), clock)
    note = InFlight(command_id="c1", kind="put", event_id="e1", started_at=NOW)
    await stores.connections.insert(connection(in_flight=note))
    stored = await stores.connections.get("c1")
    assert isinstance(stored, Connection)
    state, traffic = SyncStateRepository(stores), TrafficLog(stores.traffic, clock)
    answers = CommandOutcomes(stores, database, MessageFactory(clock), state, traffic)  # type: ignore[arg-type]  # publishes, too
    lease = WriteLease(leases, stored, clock)
    noted, seq = await lease.begin(note)
    if lost:
        await stores.connections.update("c1", lambda c: c and c.with_fence(c.fence + 1))
        clock.advance(SURELY_OURS)
    with pytest.raises(Transient) if away or lost else nullcontext():
        await answers.finish(Write(lease, noted, seq), PUT, outcome)
    assert (await stores.answers.get("c1") is not None) is not (away or lost)
    return heard


WRITTEN = Outcome("applied", event=event(), etag="2")


async def test_an_answer_that_is_noted_is_told() -> None:
    [answer] = await settled(WRITTEN)
    assert isinstance(answer, CalendarCommandSettled)


async def test_k4_an_answer_that_could_not_be_noted_is_not_told_so_that_the_next_one_is_awaited() -> None:
    assert await settled(WRITTEN, away=True) == []


async def test_what_comes_after_another_took_the_lease_over_is_left_for_him_to_find() -> None:
    assert await settled(WRITTEN, lost=True) == []
