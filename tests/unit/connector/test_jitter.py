"""What would come due for all at once is spread, and quiet calendars are polled less (`make simulate-scale`)."""

from datetime import timedelta

import pytest

from connector.domain.connection.dispatch import PollState, next_dispatch
from connector.domain.connection.lifecycle import due_when_authorised, troubled
from connector.domain.connection.reads import PollingPolicy, Proof, proven
from connector.domain.model.connection import Push
from connector.domain.scheduling.jitter import jittered, next_daily, offset_within
from connector.domain.scheduling.schedule import retry_at, with_due
from tests.unit.connector.support import DAY, NOW, connection

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
PACE = PollingPolicy(
    poll=5 * MINUTE, poll_longest=HOUR, poll_without_push=MINUTE, debounce=SECOND, second_look=2 * SECOND
)
IDS = [f"c{number}" for number in range(2000)]


def test_the_same_key_has_the_same_place_and_many_are_even() -> None:
    places = [offset_within(DAY, key) for key in IDS]
    assert places == [offset_within(DAY, key) for key in IDS]
    per_hour = [sum(place // HOUR == hour for place in places) for hour in range(24)]
    assert min(per_hour) > 2000 / 24 / 2
    assert max(per_hour) < 2000 / 24 * 2


def test_spans_are_what_the_database_keeps() -> None:
    assert all(jittered(7 * SECOND, key).microseconds % 1000 == 0 for key in IDS)
    assert all(5.25 * SECOND <= jittered(7 * SECOND, key) <= 8.75 * SECOND for key in IDS)


def test_daily_work_has_its_own_time_of_day_and_comes_daily() -> None:
    first = next_daily(NOW, "c1")
    assert NOW < first <= NOW + DAY
    assert next_daily(first, "c1") == first + DAY
    assert next_daily(first + 3.5 * DAY, "c1") == first + 4 * DAY


def test_those_who_connected_together_are_not_reconciled_together() -> None:
    times = [due_when_authorised(key, NOW)["reconcile"] or NOW for key in IDS]
    assert min(times) >= NOW + DAY / 2
    assert max(times) - min(times) > 0.9 * DAY


def test_those_who_failed_together_do_not_come_back_together() -> None:
    times = [retry_at(key, 8, NOW, None) for key in IDS]
    assert max(times) - min(times) > 2 * MINUTE
    assert retry_at("c1", 8, NOW, None) - NOW != retry_at("c1", 9, NOW, None) - NOW


@pytest.mark.parametrize("kind", ["poll", "kick"])
def test_nothing_is_asked_in_vain_while_a_retry_is_awaited(kind: str) -> None:
    waiting = with_due(connection(), {"poll": NOW + SECOND, "kick": NOW + SECOND})
    away = troubled(waiting, "unreachable", "timeout", "", now=NOW)
    assert away.due[kind] > away.due["retry"]  # type: ignore[index]  # the parameter is a kind
    far = with_due(connection(), {"poll": NOW + DAY})
    assert troubled(far, "unreachable", "timeout", "", now=NOW).due["poll"] == NOW + DAY


def test_a_backlog_of_what_can_wait_has_an_index_of_its_own() -> None:
    all_of_it = with_due(connection(), {"poll": NOW, "retry": NOW + MINUTE, "window": NOW + SECOND})
    assert (all_of_it.due_at, all_of_it.background_at) == (NOW + SECOND, NOW)
    assert all_of_it.resume_at == NOW + MINUTE


def test_a_poll_that_finds_nothing_doubles_the_time_to_the_next() -> None:
    one, waits = connection(push="webhook"), []
    for _ in range(6):
        one = proven(one, Proof("cal", NOW, NOW, "next", "poll", 0), PACE)
        waits.append(one.due["poll"] - NOW)
    spans = [10 * MINUTE, 20 * MINUTE, 40 * MINUTE, HOUR, HOUR, HOUR]
    assert waits == [jittered(span, one.id) for span in spans]
    assert PACE.staleness_limit(one) == 2 * HOUR


@pytest.mark.parametrize(
    ("reason", "found", "left"), [("poll", 1, 0), ("push", 1, 3), ("push", 0, 3), ("resync", 9, 3)]
)
def test_only_a_poll_says_whether_push_loses_anything(reason: str, found: int, left: int) -> None:
    proof = Proof("cal", NOW, NOW, "next", reason, found)  # type: ignore[arg-type]  # parametrised
    assert proven(connection(push="webhook", quiet_polls=3), proof, PACE).quiet_polls == left


@pytest.mark.parametrize(("push", "quiet", "wait"), [("polling", 9, MINUTE), ("webhook", 9, HOUR)])
def test_without_push_every_poll_counts(push: Push, quiet: int, wait: timedelta) -> None:
    taken = next_dispatch(PollState("c1", push, quiet), {"poll": NOW}, NOW, PACE)
    assert taken.changes == {"poll": NOW + jittered(wait, "c1")}
    assert taken.reason == "poll"


def test_what_is_due_together_is_one_read_and_a_reconcile_asks_for_a_replay() -> None:
    due = {"poll": NOW - SECOND, "horizon": NOW, "reconcile": NOW, "channel": NOW + SECOND}
    taken = next_dispatch(PollState("c1", "webhook", 0), due, NOW, PACE)  # type: ignore[arg-type]  # its keys are kinds
    assert taken.reason == "horizon"
    assert set(taken.changes) == {"poll", "horizon", "reconcile", "kick"}
    assert next_dispatch(PollState("c1", "webhook", 0), due, NOW - DAY, PACE).kinds == ()  # type: ignore[arg-type]
