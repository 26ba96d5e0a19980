"""Answers of a command that comes again: what it reads must not be lost with an answer that nobody awaits any more."""

from datetime import timedelta

import pytest

from chassis.clock import ManualClock
from chassis.messages import Outgoing
from connector.adapters.stores import open_stores
from connector.domain.connection import Connection, InFlight
from connector.work.answers import Answers, Outcome
from connector.work.connections import Connections
from connector.work.facts import Facts
from connector.work.memory import KnownItems
from connector.work.turns import Turns
from contracts import topics
from contracts.calendar_commands import CalendarPut
from contracts.calendar_events import CalendarCommandSettled, EventChanged, EventGone
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


async def told(outcome: Outcome, *, tries: int) -> list[Message]:
    """Settle the command with an outcome of its n-th try; return what others hear."""
    heard: list[Message] = []

    def hear(message: Outgoing) -> None:
        heard.append(topics.reader(message.topic)(message.value.encode()))

    database, clock = Database(hear), ManualClock(NOW)
    stores = open_stores(database, lambda _: ())  # type: ignore[arg-type]  # the same, in memory
    turns = Turns(Connections(stores.connections), clock)
    note = InFlight(command_id="c1", kind="put", event_id="e1", started_at=NOW, tries=tries)
    await stores.connections.insert(connection(in_flight=note))
    begun = await stores.connections.get("c1")
    assert isinstance(begun, Connection)
    answers = Answers(stores, database, Facts(clock), turns, KnownItems(stores))  # type: ignore[arg-type]  # publishes, too
    await answers.settle(await turns.begin(begun), PUT, outcome)
    return [one for one in heard if not isinstance(one, CalendarCommandSettled)]


@pytest.mark.parametrize("tries", [1, 2])
async def test_j3_a_deletion_found_by_a_second_try_is_told_besides(tries: int) -> None:
    facts = await told(Outcome("gone", gone_at=NOW - timedelta(seconds=1)), tries=tries)
    gone = [(one.event_id, one.gone_at) for one in facts if isinstance(one, EventGone)]
    assert gone == [("e1", NOW - timedelta(seconds=1))][: tries - 1]


@pytest.mark.parametrize("tries", [1, 2])
async def test_j1_an_edit_found_by_a_second_try_is_told_besides(tries: int) -> None:
    facts = await told(Outcome("conflict", event=event(summary="Edited"), etag="2"), tries=tries)
    edits = [one.event.fields.summary for one in facts if isinstance(one, EventChanged)]
    assert edits == ["Edited"][: tries - 1]
