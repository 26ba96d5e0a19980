"""Several writes of one connection at once: as many as its window allows, each event's in order, all settled."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from chassis.errors import Transient
from connector.adapters.guarded_calendar import CallLost
from connector.application.writing.write_lease import SURELY_OURS
from connector.domain.connection.lease import LEASE_LIFE
from connector.domain.connection.lifecycle import troubled
from connector.domain.model.connection import Connection
from connector.domain.provider.errors import ConnectionLost, NeedsReauth, Throttled
from connector.domain.sync_state.documents import EventState, state_id
from contracts.calendar_objects import EventSnapshot
from tests.support.waiting import wait_until
from tests.unit.connector.support import DAY, NOW, event
from tests.unit.connector.worker_bench import Bench, bench, pull, put, remove


async def opened(number: int = 8, **fields: object) -> Bench:
    """Return a worker whose window is open, with nothing under way."""
    here = await bench(number, **fields)
    await here.send(*(put(900 + index) for index in range(number)))
    await here.ended()
    here.calendar.calls.clear()
    here.calendar.most = 0
    here.publisher.published.clear()
    here.calendar.gate.clear()
    return here


async def test_as_many_are_under_way_as_the_provider_stands_and_no_more() -> None:
    here = await bench()
    here.calendar.turns = 100
    await here.send(*(put(number) for number in range(1, 31)))
    await here.ended()
    assert here.calendar.most == 8
    assert here.outcomes() == {f"k{number}": "applied" for number in range(1, 31)}
    assert (await here.read()).writes == ()
    assert ((await here.read()).lease, await here.parked(), (await here.read()).due) == (None, [], {})


async def test_one_at_a_time_where_the_provider_stands_no_more() -> None:
    here = await bench(at_once=1)
    await here.send(*(put(number) for number in range(1, 6)))
    await here.ended()
    assert here.calendar.most == 1
    assert [one.command_id for one in here.answers()] == [f"k{number}" for number in range(1, 6)]


async def test_each_of_those_under_way_is_noted_before_it_is_sent_and_has_a_seq_of_its_own() -> None:
    here = await bench()
    here.calendar.gate.clear()
    await here.send(put(1), put(2))
    await here.waits_for("a1-0", "a2-0")
    assert {note.event_id for note in (await here.read()).writes} == {"a1-0", "a2-0"}
    here.calendar.gate.set()
    await here.ended()
    assert len({one.seq for one in here.answers()}) == 2


async def test_the_writes_of_one_event_follow_each_other() -> None:
    here = await bench()
    here.calendar.gate.clear()
    await here.send(put(1), put(2, "a1-0", activity="a1", version=2), put(3))
    await here.waits_for("a1-0", "a3-0")
    assert here.calendar.calls == ["create a1-0", "create a3-0"]
    here.calendar.gate.set()
    await here.ended()
    assert [call for call in here.calendar.calls if "a1" in call and "read" not in call] == [
        "create a1-0",
        "update a1-0",
    ]
    assert here.calendar.events["a1-0"].fields.summary == "Call 2"


async def test_e4_occurrences_of_one_series_follow_each_other() -> None:
    here = await bench()
    for day in ("s_1", "s_2"):
        state = EventState(
            id=state_id("c1", "cal", day),
            scope="c1:cal",
            event_id=day,
            hash="h",
            seq=1,
            starts_at=NOW,
            ends_at=NOW,
            series_id="s",
        )
        await here.stores.events.insert(state)
    here.calendar.gate.clear()
    await here.send(remove(1, "s_1"), remove(2, "s_2"), remove(3, "s"), remove(4, "e4"))
    await here.waits_for("s_1", "e4")
    here.calendar.gate.set()
    await here.ended()
    assert [call for call in here.calendar.calls if "e4" not in call] == ["read s_1", "read s_2", "read s"]


async def test_a_read_has_its_turn_between_the_writes_and_is_alone() -> None:
    here = await bench()
    here.calendar.gate.clear()
    await here.send(put(1), put(2), pull(3), put(4), put(5))
    await here.waits_for("a1-0", "a2-0")
    here.calendar.gate.set()
    await here.ended()
    calls = here.calendar.calls
    assert set(calls[:2]) == {"create a1-0", "create a2-0"}
    assert calls[2] == "changes all"
    assert set(calls[3:]) == {"create a4-0", "create a5-0"}


async def test_a_pull_that_needs_no_read_holds_up_no_write() -> None:
    here = await bench()
    await here.connections.change("c1", lambda c: c.with_read("c", NOW, NOW, 0, 0))
    here.calendar.gate.clear()
    await here.send(put(1), pull(2), put(3))
    await here.waits_for("a1-0", "a3-0")
    here.calendar.gate.set()
    await here.ended()
    assert "changes all" not in here.calendar.calls
    assert (await here.read()).due["window"] == NOW + timedelta(seconds=1)


async def test_one_failure_parks_the_connection_once_and_the_others_under_way_are_settled() -> None:
    here = await opened()
    here.calendar.errors = {"a2-0": Throttled("quota", retry_after=7), "a3-0": Throttled("quota")}
    await here.send(*(put(number) for number in range(1, 21)))
    await here.waits_for("a1-0", "a2-0")
    here.calendar.gate.set()
    await here.ended()
    now = await here.read()
    assert now.trouble
    assert (now.trouble.kind, now.trouble.attempts) == ("throttled", 1)
    assert here.outcomes()["k1"] == "applied"
    settled = set(here.outcomes())
    assert await here.parked() == sorted(f"m{n:04}" for n in range(1, 21) if f"k{n}" not in settled)
    assert {note.command_id for note in now.writes} <= {"k2", "k3"}, "only what was refused may be in"
    assert now.lease is None


async def test_several_failures_at_once_are_one_failure_for_tries_and_pauses() -> None:
    here = await opened()
    here.calendar.errors = {"create": Throttled("quota")}
    await here.send(*(put(number) for number in range(1, 4)))
    await here.waits_for("a1-0", "a2-0")
    here.calendar.gate.set()
    await here.ended()
    now = await here.read()
    assert now.trouble
    assert now.trouble.attempts == 1
    assert now.due["retry"] == now.trouble.retry_at
    assert await here.parked() == ["m0001", "m0002", "m0003"]


async def test_k4_what_was_parked_is_carried_out_after_the_trouble_and_ends_it() -> None:
    here = await opened()
    here.calendar.gate.set()
    here.calendar.errors = {"create": NeedsReauth("revoked")}
    await here.send(put(1), put(2), put(3))
    await here.ended()
    assert not (await here.read()).can_work(NOW + DAY)
    await here.send(put(4))
    assert here.outcomes() == {}
    here.calendar.errors = {}
    await here.connections.change("c1", lambda c: c.with_trouble(None))
    await here.worker.parking.take_up("c1")
    await here.send(put(1), put(2), put(3), put(4))
    await here.ended()
    assert here.outcomes() == {f"k{n}": "applied" for n in range(1, 5)}
    assert ((await here.read()).writes, await here.parked()) == ((), [])


async def test_a_crash_with_several_under_way_is_made_good_each_is_found_by_its_mark() -> None:
    here = await opened()
    await here.send(put(1), put(2), put(3))
    await here.waits_for("a1-0", "a2-0")
    dead = here.queues._tasks["c1"]
    here.calendar.events |= {"a1-0": _as_written(1), "a2-0": _as_written(2)}  # they arrived, and nobody heard it
    dead.cancel()
    await asyncio.wait({dead})
    assert len((await here.read()).writes) == 2
    here.calendar.gate.set()
    here.clock.advance(LEASE_LIFE)
    after = here.another()
    await after.send(pull(9))
    await after.ended()
    assert here.outcomes() == {"k1": "applied", "k2": "applied"}
    assert after.calendar.calls.index("changes all") > after.calendar.calls.index("read a2-0"), (
        "settled before any read"
    )
    assert ((await after.read()).writes, len(after.calendar.events)) == ((), 10)
    await after.send(put(3))
    await after.ended()
    assert here.outcomes()["k3"] == "applied"


async def test_who_lost_the_lease_stores_no_outcome_of_those_under_way() -> None:
    here = await opened()
    await here.send(put(1), put(2))
    await here.waits_for("a1-0", "a2-0")
    here.clock.advance(LEASE_LIFE)
    other = here.another()
    taken = await other.leases.acquire(await here.read())
    here.calendar.gate.set()
    await here.ended()
    assert here.outcomes() == {}
    assert await here.stores.answers.get("k1") is None
    assert {note.command_id for note in (await here.read()).writes} == {"k1", "k2"}
    await other.leases.release(taken)
    await other.send(put(1), put(2))
    await other.ended()
    assert here.outcomes() == {"k1": "applied", "k2": "applied"}
    assert len(here.calendar.events) == 10


async def test_the_lease_is_kept_for_as_long_as_calls_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.application.writing.write_session._LOOK_EVERY", 0.01)
    here = await opened()
    await here.send(put(1), put(2))
    await here.waits_for("a1-0", "a2-0")
    for _ in range(4):
        here.clock.advance(SURELY_OURS)
        await _until(here, lambda c: c.lease is not None and c.lease.until == here.clock.now() + LEASE_LIFE)
    here.calendar.gate.set()
    await here.ended()
    assert here.outcomes() == {"k1": "applied", "k2": "applied"}


async def test_what_is_parked_is_not_taken_up_while_we_are_at_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.application.writing.write_session._LOOK_EVERY", 0.01)
    here = await opened()
    await here.send(put(1), put(2), put(3))
    first = (await here.read()).due["retry"]
    here.clock.advance(timedelta(seconds=30))
    await _until(here, lambda c: c.due["retry"] > first)
    here.calendar.gate.set()
    await here.ended()
    assert (await here.read()).due == {}


async def test_while_another_process_works_on_it_commands_wait_and_their_batch_does_not() -> None:
    here = await opened()
    here.calendar.gate.set()
    other = here.another()
    await other.leases.acquire(await here.read())
    await here.send(put(1), put(2), put(3))
    await here.ended()
    assert (here.outcomes(), await here.parked()) == ({}, ["m0001", "m0002", "m0003"])
    assert (await here.read()).due["retry"] == NOW + LEASE_LIFE
    assert here.publisher.published == [], "it is not asked for again and again"


async def test_a_connection_that_breaks_under_a_write_is_looked_into_at_once() -> None:
    here = await opened()
    here.calendar.gate.set()
    here.calendar.after_applied = {"a1-0": ConnectionLost("reset")}
    await here.send(put(1), put(2))
    await here.ended()
    assert here.outcomes() == {"k1": "applied", "k2": "applied"}
    assert (await here.read()).trouble is None
    assert [call for call in here.calendar.calls if "a1-0" in call] == ["create a1-0", "create a1-0", "read a1-0"]


async def test_a_connection_that_breaks_again_parks_it() -> None:
    here = await opened()
    here.calendar.gate.set()
    here.calendar.errors = {"a1-0": CallLost("reset")}
    await here.send(put(1), put(2))
    await here.ended()
    [note] = (await here.read()).writes
    assert (note.command_id, note.tries, await here.parked()) == ("k1", 2, ["m0001"])


async def test_a_defect_in_one_write_keeps_no_other_from_its_end() -> None:
    here = await opened()
    here.calendar.gate.set()
    here.calendar.errors = {"a2-0": ValueError("a defect")}
    ended = await asyncio.gather(*map(here.worker.handle, (put(1), put(2), put(3))), return_exceptions=True)
    await here.ended()
    assert {"k1", "k3"} == set(here.outcomes())
    assert (await here.read()).trouble is None
    if not any(isinstance(one, ValueError) for one in ended):  # its batch had gone: the next one hears of it
        assert [one.key for one in here.publisher.published][-1:] == ["c1"]
        with pytest.raises(ValueError, match="a defect"):
            await here.worker.handle(put(2))
    await here.ended()


async def test_our_own_database_being_away_is_no_trouble_of_the_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    here = await opened()
    here.calendar.gate.set()

    async def away(*_: object) -> bool:
        raise Transient("mongo_unavailable")

    with monkeypatch.context() as broken:
        broken.setattr(type(here.stores.answers), "insert", away)
        await asyncio.gather(here.worker.handle(put(1)), return_exceptions=True)
        await here.ended()
    assert (here.outcomes(), (await here.read()).trouble) == ({}, None)
    await here.send(put(1))
    await here.ended()
    assert here.outcomes() == {"k1": "applied"}


async def test_a_stop_waits_for_those_under_way_and_begins_no_other() -> None:
    here = await opened()
    await here.send(*(put(number) for number in range(1, 11)))
    await here.waits_for("a1-0", "a2-0")
    stopping = asyncio.ensure_future(here.queues.stop())
    await asyncio.sleep(0)
    here.calendar.gate.set()
    await asyncio.wait_for(stopping, 5)
    assert here.outcomes() == {"k1": "applied", "k2": "applied"}
    now = await here.read()
    assert (now.writes, now.lease, now.due["retry"]) == ((), None, NOW)
    assert await here.parked() == [f"m{number:04}" for number in range(3, 11)]


async def test_h4_what_a_released_guard_deletes_goes_together_each_on_its_own_condition() -> None:
    here = await opened()
    await here.send(*(remove(number, f"a{899 + number}-0") for number in range(1, 7)), remove(7, "never-there"))
    await here.waits_for("a900-0", "a901-0")
    here.calendar.gate.set()
    await here.ended()
    assert set(here.outcomes().values()) == {"applied"}
    assert len(here.calendar.events) == 2


async def test_a_connection_in_trouble_parks_what_comes_and_repeats_what_is_answered() -> None:
    here = await opened()
    here.calendar.gate.set()
    await here.send(put(1))
    await here.ended()
    await here.connections.change("c1", lambda c: troubled(c, "throttled", "quota", "", now=NOW, retry_after=600))
    await here.send(put(1), put(2), put(3))
    await here.ended()
    assert [one.command_id for one in here.answers()] == ["k1", "k1"]
    assert await here.parked() == ["m0002", "m0003"]


def _as_written(number: int) -> EventSnapshot:
    command = put(number)
    return event(f"a{number}-0", summary=command.changes.summary, marker=command.marker)


async def _until(here: Bench, holds: Callable[[Connection], bool]) -> None:
    async def met() -> bool:
        return holds(await here.read())

    await wait_until(met, awaited="the connection to be stored so")
