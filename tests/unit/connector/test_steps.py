"""Due times, debouncing, leases, settings, and steps in a connection's life."""

from datetime import timedelta
from uuid import UUID

import pytest

from connector.domain.connection.events import owing_changed_state, published_state
from connector.domain.connection.identity import account_key
from connector.domain.connection.lease import LeaseHeld, LeaseLost, leased, released, renewed
from connector.domain.connection.lifecycle import healthy, pick_calendar, resuming, stopping, troubled
from connector.domain.connection.reads import PollingPolicy, Proof, proven
from connector.domain.connection.settings_change import SettingRefused, changed
from connector.domain.model.connection_parts import Subscription
from connector.domain.model.settings import ChosenSettings
from connector.domain.provider.port import CalendarInfo
from connector.domain.scheduling.debounce import debounce_pull
from connector.domain.scheduling.jitter import jittered
from connector.domain.scheduling.schedule import due_now, renew_at, retry_delay, sooner, with_due
from tests.unit.connector.support import DAY, NOW, connection

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
PACE = PollingPolicy(
    poll=5 * MINUTE, poll_longest=60 * MINUTE, poll_without_push=MINUTE, debounce=SECOND, second_look=2 * SECOND
)
TYPES = ("call", "meeting")


def test_the_earliest_time_is_the_one_that_is_indexed() -> None:
    waiting = with_due(connection(), {"poll": NOW + MINUTE, "window": NOW + SECOND})
    assert waiting.due_at == NOW + SECOND
    assert due_now(waiting, NOW) == ()
    assert due_now(waiting, NOW + MINUTE) == ("window", "poll")
    assert with_due(waiting, {"poll": None, "window": None}).due_at is None


def test_a_time_is_only_ever_brought_forward() -> None:
    waiting = sooner(connection(), "window", NOW + SECOND)
    assert sooner(waiting, "window", NOW + MINUTE) == waiting


@pytest.mark.parametrize("life", [30 * DAY, 7 * DAY, timedelta(hours=1)])
def test_a_channel_is_replaced_well_before_its_end(life: timedelta) -> None:
    channel = Subscription(id="c", resource_id="r", calendar_id="cal", opened_at=NOW, expires_at=NOW + life)
    assert NOW + 0.4 * life <= renew_at(channel) <= NOW + 0.5 * life


def test_failures_wait_longer_each_time_and_never_for_ever() -> None:
    waits = [retry_delay(attempt) for attempt in range(1, 40)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (2 * SECOND, 5 * MINUTE)


def test_what_the_provider_asked_for_is_waited_at_least() -> None:
    away = troubled(connection(), "throttled", "slow", "", now=NOW, retry_after=120)
    assert NOW + 2 * MINUTE <= away.due["retry"] <= NOW + 2.5 * MINUTE
    assert not away.can_work(NOW + 2 * MINUTE - SECOND)
    assert away.can_work(NOW + 2.5 * MINUTE)


def test_k4_an_answer_ends_trouble_and_leaves_the_retry_that_takes_up_parked_work() -> None:
    away = troubled(connection(), "throttled", "slow", "", now=NOW, retry_after=120)
    assert healthy(away).trouble is None
    assert healthy(away).due == away.due


def test_k4_what_is_parked_when_a_retry_has_just_come_by_is_taken_up_at_once() -> None:
    away = troubled(connection(), "unreachable", "away", "", now=NOW)
    assert resuming(away, NOW) == away
    assert resuming(with_due(away, {"retry": None}), NOW).due == {"retry": NOW}
    assert resuming(connection(), NOW).due == {"retry": NOW}
    lost = troubled(connection(), "needs_reauth", "invalid_grant", "", now=NOW)
    assert resuming(lost, NOW) == lost


def test_only_the_user_ends_a_lost_grant() -> None:
    lost = troubled(connection(), "needs_reauth", "invalid_grant", "", now=NOW)
    assert not lost.can_work(NOW + 365 * DAY)
    assert lost.due.keys() == {"absent"}


@pytest.mark.parametrize(
    ("asked", "now", "pushed", "verdict"),
    [
        (-1.0, 0.5, True, "covered"),
        (-0.1, 0.5, True, "later"),
        (0.1, 0.5, True, "later"),
        (0.1, 0.5, False, "read"),
        (0.9, 1.0, True, "read"),
    ],
)
def test_one_read_covers_a_burst(asked: float, now: float, pushed: bool, verdict: str) -> None:
    moment = [NOW + timedelta(seconds=seconds) for seconds in (asked, now)]
    assert debounce_pull(moment[0], NOW, moment[1], SECOND, pushed=pushed) == verdict


def test_one_works_at_a_time_and_a_stale_holder_is_told_apart() -> None:
    ours = leased(connection(), "a", NOW)
    assert (ours.seq, ours.fence) == (1, 1)
    with pytest.raises(LeaseHeld):
        leased(ours, "b", NOW + SECOND)
    theirs = leased(ours, "b", NOW + MINUTE)
    with pytest.raises(LeaseLost):
        renewed(theirs, ours.fence, NOW + MINUTE)
    assert released(theirs, theirs.fence).lease is None


def test_a_setting_applies_from_now_and_only_if_it_differs_c4() -> None:
    before = connection()
    assert changed(before, {"horizon_days": 180}, active=TYPES, now=NOW, replay_id="r2") is before
    after = changed(before, {"horizon_days": 90}, active=TYPES, now=NOW, replay_id="r2")
    assert (after.settings_version, after.replay_id, after.due["settings"]) == (2, "r1", NOW)


def test_a_switch_to_two_way_covers_from_now_and_reads_anew_b4() -> None:
    one_way = connection(settings=ChosenSettings(calendar_id="cal", direction="one_way"))
    after = changed(one_way, {"direction": "two_way"}, active=TYPES, now=NOW, replay_id="r2")
    assert (after.coverage.two_way_since, after.replay_id) == (NOW, "r2")
    back = changed(after, {"direction": "one_way"}, active=TYPES, now=NOW, replay_id="r3")
    assert back.replay_id == "r2"


def test_a_newly_selected_type_is_covered_from_now_c5() -> None:
    few = connection(settings=ChosenSettings(calendar_id="cal", outbound_types=("call",)))
    after = changed(few, {"outbound_types": ("call", "meeting")}, active=TYPES, now=NOW, replay_id="r2")
    assert after.coverage.types_since == {"meeting": NOW}


def test_another_calendar_is_read_from_its_beginning_a9() -> None:
    moved = changed(connection(cursor="old"), {"calendar_id": "b"}, active=TYPES, now=NOW, replay_id="r2")
    assert (moved.cursor, moved.replay_id, moved.due["channel"]) == (None, "r2", NOW)
    assert moved.coverage.calendar_since == NOW


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"direction": "one_way", "inbound_type": "call"}, "two_way_only"),
        ({"inbound_type": "golf"}, "validation_error"),
        ({"outbound_types": ("golf",)}, "validation_error"),
    ],
)
def test_settings_that_do_not_go_together_are_refused_c2(given: dict[str, object], code: str) -> None:
    with pytest.raises(SettingRefused) as caught:
        changed(connection(), given, active=TYPES, now=NOW, replay_id="r2")
    assert caught.value.code == code


def test_others_are_told_only_what_is_news() -> None:
    before = connection()
    assert not owing_changed_state(before, before.model_copy(update={"seq": 9, "cursor": "c"})).state_owed
    assert owing_changed_state(before, before.model_copy(update={"replay_id": "r2"})).state_owed
    assert published_state(connection(account_key=None)) is None


def test_a_read_of_a_calendar_no_longer_chosen_proves_nothing_a9() -> None:
    proof = Proof("cal", NOW, NOW, "next", "poll", 0)
    assert proven(connection(), proof, PACE).cursor == "next"
    moved = connection(settings=ChosenSettings(calendar_id="b"))
    assert proven(moved, proof, PACE) == moved


def test_a_push_that_found_nothing_is_followed_by_a_second_look() -> None:
    read = proven(connection(), Proof("cal", NOW, NOW, "next", "push", 0), PACE)
    assert read.due == {"poll": NOW + jittered(MINUTE, "c1"), "second_look": NOW + 2 * SECOND}


def test_stopping_waits_for_the_mapper_unless_nothing_can_be_done_k1() -> None:
    assert stopping(connection(), "none").phase == "stopping"
    assert stopping(connection(phase="connecting"), "none").phase == "stopped"
    lost = troubled(connection(), "needs_reauth", "invalid_grant", "", now=NOW)
    assert stopping(lost, "none").phase == "stopped"
    assert stopping(lost, "activities").phase == "stopping"


def test_an_unusable_choice_falls_back_to_the_primary_calendar_a5() -> None:
    primary = CalendarInfo("p", "Ann", primary=True, timezone="UTC", selectable=True)
    holidays = CalendarInfo("h", "Holidays", primary=False, timezone="UTC", selectable=False, reason="read-only")
    assert pick_calendar(ChosenSettings(calendar_id="h"), [primary, holidays]) == primary
    assert pick_calendar(ChosenSettings(), [holidays]) is None


def test_an_account_keeps_its_key() -> None:
    key = account_key("acme", "7", "google", "ann@example.com")
    assert key == account_key("acme", "7", "google", "ann@example.com")
    assert UUID(key).version == 5
    assert key != account_key("acme", "8", "google", "ann@example.com")
