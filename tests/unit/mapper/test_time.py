"""Which items are synced by their time, and what their time is on the other side (D1 to D4, D6 to D8, F2)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from contracts.activities import Schedule
from contracts.calendar_commands import CalendarPut, CalendarRemove
from contracts.calendar_objects import EventAttendee
from contracts.connections import Coverage
from contracts.times import EventTime, Timed
from mapper.domain.model.schedules import event_time, schedule_of
from mapper.domain.model.window import has_ended, lies_ahead
from tests.support.bench import CONNECTED, HOUR, NOW, TOMORROW, Bench, all_day, connection, due, linked, timed, undated

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
TODAY = NOW.date()


@pytest.mark.parametrize(
    ("start", "changed", "synced"),
    [
        (NOW + HOUR, NOW, True),
        (NOW, NOW, True),
        (NOW - MINUTE, NOW, False),
        (NOW - HOUR, NOW - 2 * HOUR, True),  # handled late: it lay ahead when it was made
        (CONNECTED - HOUR, CONNECTED - DAY, False),  # it lay ahead then, but was not covered yet
        (CONNECTED, CONNECTED - DAY, True),
    ],
)
@pytest.mark.parametrize("side", ["crm", "calendar"])
def test_d1_an_item_is_linked_if_it_lay_ahead_when_it_changed_or_was_covered(
    side: str, start: datetime, changed: datetime, synced: bool
) -> None:
    bench = Bench()
    if side == "crm":
        bench.crm(at=changed, schedule=due(start))
    else:
        bench.cal(at=changed, time=timed(start))
    assert bool(bench.commands) == synced
    assert bench.decided.rule == ("B1" if synced else "D1")


@pytest.mark.parametrize("later", [timedelta(0), 3 * DAY, timedelta(days=400)])
def test_d1_an_outage_decides_nothing(later: timedelta) -> None:
    bench = Bench()
    bench.now = NOW + later
    bench.crm(at=NOW, schedule=due(NOW + HOUR))
    assert [type(command) for command in bench.commands] == [CalendarPut]


@pytest.mark.parametrize(
    ("last_day", "zone", "synced"),
    [
        (date(2026, 3, 2), "UTC", True),
        (date(2026, 3, 1), "UTC", False),
        (date(2026, 3, 2), "Pacific/Kiritimati", True),
        (date(2026, 3, 1), "Pacific/Honolulu", True),
        (date(2026, 2, 28), "Pacific/Honolulu", False),
    ],
)
def test_d1_an_all_day_item_is_over_when_its_last_day_is(last_day: date, zone: str, synced: bool) -> None:
    bench = Bench(connection(timezone=zone))
    bench.cal(time=all_day(last_day - DAY, days=2))
    assert bool(bench.commands) == synced


def test_d1_today_is_meant_in_the_connections_zone() -> None:
    late_evening = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    assert lies_ahead(all_day(date(2026, 3, 2)), late_evening, "UTC")
    assert not lies_ahead(all_day(date(2026, 3, 2)), late_evening, "Europe/Berlin")


@pytest.mark.parametrize("side", ["crm", "calendar"])
@pytest.mark.parametrize("origin", ["crm", "calendar"])
def test_d2_moving_a_future_meeting_to_yesterday_is_still_mirrored(origin: str, side: str) -> None:
    bench = linked(origin)
    if side == "crm":
        bench.crm(schedule=due(NOW - DAY))
    else:
        bench.cal(time=timed(NOW - DAY))
    bench.settle()
    assert bench.event
    assert bench.activity
    assert isinstance(bench.event.fields.time, Timed)
    assert bench.event.fields.time.start == NOW - DAY
    assert bench.activity.schedule.due_date == (NOW - DAY).date()


RUNNING = NOW - 10 * MINUTE


@pytest.mark.parametrize("origin", ["crm", "calendar"])
@pytest.mark.parametrize("side", ["crm", "calendar"])
@pytest.mark.parametrize(
    "change",
    [{"time": timed(RUNNING, 2)}, {"time": timed(TOMORROW)}, {"time": timed(NOW - DAY)}, {"location": "Room 4"}],
)
def test_d2_a_meeting_under_way_is_still_prolonged_moved_and_annotated(
    origin: str, side: str, change: dict[str, Any]
) -> None:
    bench = _under_way(origin)
    if side == "calendar":
        bench.cal(**change)
    else:
        bench.crm(**{"schedule": _due_as(change["time"])} if "time" in change else change)
    bench.settle()
    assert bench.state() == ("active", None)
    assert bench.event
    assert bench.activity
    assert getattr(bench.event.fields, next(iter(change))) == next(iter(change.values()))
    assert event_time(bench.activity.schedule) == bench.event.fields.time
    assert bench.activity.location == bench.event.fields.location


@pytest.mark.parametrize("origin", ["crm", "calendar"])
@pytest.mark.parametrize("side", ["crm", "calendar"])
def test_d2_a_meeting_under_way_is_still_deleted(origin: str, side: str) -> None:
    bench = _under_way(origin)
    bench.crm_delete() if side == "crm" else bench.cal_gone(at=NOW)
    bench.settle()
    assert bench.state() == ("closed", "deleted")
    assert bench.event is None
    assert bench.activity
    assert bench.activity.deleted


@pytest.mark.parametrize(
    ("moment", "crosses"),
    [(NOW + 50 * MINUTE - timedelta(seconds=1), True), (NOW + 50 * MINUTE, False), (NOW + HOUR, False)],
)
def test_d2_the_end_is_the_measure_not_the_start(moment: datetime, crosses: bool) -> None:
    bench = _under_way("calendar")
    bench.now = moment
    bench.cal(summary="Renamed")
    bench.settle()
    assert bench.activity
    assert bench.activity.subject == ("Renamed" if crosses else "Standup")
    assert bench.state() == (("active", None) if crosses else ("frozen", "past"))


def test_d2_an_event_of_several_days_is_renamed_on_one_of_them() -> None:
    bench = linked("calendar", time=timed(NOW + HOUR, hours=5 * 24))
    bench.now = NOW + 3 * DAY
    bench.cal(summary="Fair")
    bench.settle()
    assert bench.activity
    assert bench.activity.subject == "Fair"


def test_d2_the_new_end_counts_as_the_agreed_one_does() -> None:
    bench = _under_way("calendar")
    bench.now = NOW + DAY
    bench.cal(time=timed(RUNNING, hours=48), summary="Longer than it was")
    bench.settle()
    assert bench.activity
    assert (bench.activity.subject, bench.activity.schedule.duration) == ("Longer than it was", "48:00")


@pytest.mark.parametrize(
    ("times", "words"),
    [
        ({}, "It ended on 2026-03-03 at 11:00 (Europe/Berlin)"),
        ({"time": all_day(TODAY + DAY, days=2)}, "It ended on 2026-03-04;"),
    ],
)
def test_d2_the_words_say_when_it_ended(times: dict[str, Any], words: str) -> None:
    bench = linked("calendar", **times)
    bench.now = NOW + 9 * DAY
    bench.cal(summary="Too late")
    assert bench.decided.words.startswith(words)


def test_d2_what_has_no_length_is_over_once_its_moment_has_passed() -> None:
    moment = timed(NOW, hours=0)
    assert not has_ended(moment, NOW, "UTC")
    assert has_ended(moment, NOW + timedelta(seconds=1), "UTC")


def test_d2_a9_a_meeting_under_way_moves_to_the_calendar_that_is_chosen() -> None:
    bench = _under_way("crm")
    bench.set(calendar_id="other")
    assert [type(command) for command in bench.settle()] == [CalendarRemove, CalendarPut]
    assert bench.state() == ("active", None)


def test_d2_d8_a_meeting_under_way_leaves_with_its_type_and_comes_back_with_it() -> None:
    bench = _under_way("crm")
    bench.set(outbound_types=())
    bench.settle()
    assert (bench.event, bench.state()) == (None, ("closed", "filtered"))
    bench.set(outbound_types=None, coverage=Coverage(connected_at=CONNECTED, types_since={"call": NOW}))
    bench.settle()
    assert bench.event
    assert bench.state() == ("active", None)


def test_d1_what_is_not_linked_is_judged_by_its_start_though_it_is_under_way() -> None:
    bench = Bench()
    bench.cal(time=timed(RUNNING))
    assert (bench.commands, bench.decided.rule) == ([], "D1")


def _under_way(origin: str) -> Bench:
    """A linked meeting that began ten minutes ago and takes an hour."""
    when: dict[str, Any] = {"schedule": due(RUNNING)} if origin == "crm" else {"time": timed(RUNNING)}
    bench = Bench()
    bench.now = NOW - HOUR
    (bench.crm if origin == "crm" else bench.cal)(**when)
    bench.settle()
    assert bench.state() == ("active", None)
    bench.now = NOW
    return bench


def _due_as(when: Timed) -> Schedule:
    return schedule_of(when, None, "Europe/Berlin")


@pytest.mark.parametrize("side", ["crm", "calendar"])
def test_d2_an_item_that_is_over_is_frozen_until_it_is_moved_ahead(side: str) -> None:
    bench = linked("calendar")
    after = TOMORROW + DAY
    bench.now = after
    if side == "crm":
        bench.crm(subject="Too late")
    else:
        bench.cal(at=after, summary="Too late")
    assert (bench.commands, bench.state(), bench.decided.rule) == ([], ("frozen", "past"), "D2")
    bench.cal(at=after, time=timed(after + DAY))
    bench.settle()
    assert bench.state() == ("active", None)
    assert bench.event
    assert bench.activity
    assert bench.activity.subject == bench.event.fields.summary == "Too late"


def test_d2_an_edit_made_in_time_is_mirrored_however_late_it_is_handled() -> None:
    bench = linked("crm")
    bench.now = TOMORROW + 5 * DAY
    bench.cal(at=NOW + HOUR, summary="In time")
    bench.settle()
    assert bench.activity
    assert bench.activity.subject == "In time"


def test_d2_guests_that_changed_in_time_come_in_however_late_that_is_handled() -> None:
    bench = linked("calendar")
    bench.now = TOMORROW + 5 * DAY
    bench.cal(at=NOW + HOUR, attendees=(EventAttendee(email="ann@example.com"),))
    bench.settle()
    assert bench.activity
    assert [guest.email for guest in bench.activity.attendees] == ["ann@example.com"]


def test_d2_an_edit_made_in_time_is_mirrored_though_another_followed_too_late() -> None:
    bench = linked("crm")
    bench.crm(at=NOW + HOUR, subject="In time", tell=False)
    assert bench.activity
    told = bench.activity
    bench.now = TOMORROW + 5 * DAY
    bench.cal(at=bench.now, location="Too late", tell=False)
    assert bench.event
    bench.tell_event(bench.event)
    bench.tell_activity(told)
    bench.settle()
    assert bench.event.fields.summary == "In time"
    assert bench.activity.location == ""


@pytest.mark.parametrize(("backfill", "synced"), [("future", True), ("none", False)])
@pytest.mark.parametrize("side", ["crm", "calendar"])
def test_d3_what_was_there_before_connecting_comes_by_backfill_only(side: str, backfill: str, synced: bool) -> None:
    bench = Bench(connection(backfill=backfill))
    before = CONNECTED - DAY
    if side == "crm":
        bench.crm(at=before)
    else:
        bench.cal(at=before)
    assert bool(bench.commands) == synced
    assert bench.decided.rule == ("B1" if synced else "D3")


def test_d3_a_baseline_event_makes_no_link_until_it_is_changed() -> None:
    bench = Bench(connection(backfill="none"))
    bench.cal(baseline=True)
    assert (bench.commands, bench.decided.rule, bench.decided.setting) == ([], "D3", "backfill")
    bench.cal(summary="Changed")
    assert len(bench.settle()) == 1


def test_d4_an_undated_activity_is_synced_as_soon_as_it_gets_a_date() -> None:
    bench = Bench()
    bench.crm(schedule=undated())
    assert (bench.commands, bench.decided.rule) == ([], "D4")
    bench.crm(schedule=due())
    bench.settle()
    assert bench.event


def test_d4_an_activity_of_crm_origin_that_loses_its_date_loses_its_event_and_gets_it_back() -> None:
    bench = linked("crm")
    bench.crm(schedule=undated())
    assert [type(command) for command in bench.settle()] == [CalendarRemove]
    assert bench.state() == ("closed", "undated")
    bench.crm(schedule=due(TOMORROW + HOUR))
    bench.settle()
    assert bench.state() == ("active", None)
    assert bench.event
    assert isinstance(bench.event.fields.time, Timed)
    assert bench.event.fields.time.start == TOMORROW + HOUR


def test_d4_an_event_of_calendar_origin_is_left_and_the_link_sleeps() -> None:
    bench = linked("calendar")
    bench.crm(schedule=undated())
    assert (bench.commands, bench.state()) == ([], ("dormant", "undated"))
    bench.cal(location="Room 3")
    assert bench.commands == []
    bench.crm(schedule=due())
    bench.settle()
    assert bench.activity
    assert (bench.state(), bench.activity.location) == (("active", None), "Room 3")


@pytest.mark.parametrize(
    ("schedule", "when"),
    [
        (due(duration="01:30"), timed(hours=1.5)),
        (due(duration=None), timed(hours=0.5)),  # F2: half an hour by default
        (due(duration="00:00"), timed(hours=0.5)),
        (due(duration="26:00", zone="Asia/Kolkata"), timed(hours=26, zone="Asia/Kolkata")),
        (Schedule(due_date=TODAY, timezone="Europe/Berlin"), all_day(TODAY)),
        (Schedule(due_date=TODAY, duration="48:00", timezone="Europe/Berlin"), all_day(TODAY, days=2)),
        (Schedule(due_date=TODAY, duration="30:00", timezone="Europe/Berlin"), all_day(TODAY)),
        (undated(), None),
    ],
)
def test_f2_d6_when_an_activitys_event_takes_place(schedule: Schedule, when: EventTime | None) -> None:
    assert event_time(schedule) == when


@pytest.mark.parametrize(
    ("when", "previous", "schedule"),
    [
        (timed(hours=2), None, due(duration="02:00")),
        (timed(hours=0.5), due(TOMORROW + HOUR, duration=None), due(duration=None)),  # F2: never written back
        (timed(hours=1), due(duration=None), due(duration="01:00")),
        (timed(hours=0.5), due(duration="01:00"), due(duration="00:30")),
        (timed(hours=0.5), None, due(duration="00:30")),
        (timed(zone="Asia/Kolkata"), due(), due(zone="Asia/Kolkata")),
        (all_day(TODAY), due(zone="Asia/Kolkata"), Schedule(due_date=TODAY, duration="24:00", timezone="Asia/Kolkata")),
        (all_day(TODAY), None, Schedule(due_date=TODAY, duration="24:00", timezone="Europe/Berlin")),
        (
            all_day(TODAY),
            Schedule(due_date=TODAY - DAY, timezone="UTC"),
            Schedule(due_date=TODAY, timezone="UTC"),
        ),
        (all_day(TODAY, days=3), None, Schedule(due_date=TODAY, duration="72:00", timezone="Europe/Berlin")),
    ],
)
def test_f2_d6_when_an_events_activity_is_due(when: EventTime, previous: Schedule | None, schedule: Schedule) -> None:
    assert schedule_of(when, previous, "Europe/Berlin") == schedule


def test_d6_an_all_day_item_stays_all_day_both_ways() -> None:
    bench = linked("crm", schedule=Schedule(due_date=TODAY + DAY, timezone="Europe/Berlin"))
    assert bench.event
    assert bench.event.fields.time == all_day(TODAY + DAY)
    bench.cal(time=all_day(TODAY + 2 * DAY))
    bench.settle()
    assert bench.activity
    assert bench.activity.schedule == Schedule(due_date=TODAY + 2 * DAY, timezone="Europe/Berlin")


def test_d6_a_change_of_the_zone_alone_is_an_edit() -> None:
    bench = linked("crm")
    bench.crm(schedule=due(zone="America/New_York"))
    bench.settle()
    assert bench.event
    assert bench.event.fields.time == timed(zone="America/New_York")


@pytest.mark.parametrize(
    ("snapshot", "synced"),
    [
        ({"response": "declined"}, False),
        ({"event_type": "birthday"}, False),
        ({"event_type": "working_location"}, False),
        ({"response": "tentative"}, True),
        ({"status": "tentative"}, True),
        ({"event_type": "out_of_office"}, True),
        ({"event_type": "focus_time"}, True),
        ({"event_type": "from_gmail"}, True),
    ],
)
def test_d7_what_is_not_synced(snapshot: dict[str, Any], synced: bool) -> None:
    bench = Bench()
    bench.cal(**snapshot)
    assert bool(bench.commands) == synced
    assert bench.decided.rule == ("B1" if synced else "D7")
    bench.settle()
    if bench.activity:
        assert bench.activity.read_only == ("event_type" in snapshot)


def test_d7_d8_a_declined_event_frees_its_activity_and_closes_its_link() -> None:
    bench = linked("calendar")
    bench.cal(response="declined")
    assert bench.decided.rule == "D7"
    bench.settle()
    assert bench.activity
    assert (bench.activity.busy, bench.activity.deleted, bench.state()) == (False, False, ("closed", "declined"))


@pytest.mark.parametrize(("transparency", "busy"), [("opaque", True), ("transparent", False)])
def test_d7_d8_accepting_it_again_reopens_the_same_link_with_the_calendars_word(transparency: str, busy: bool) -> None:
    bench = linked("calendar")
    bench.cal(response="declined")
    bench.settle()
    bench.crm(busy=not busy)
    assert (bench.commands, bench.state()) == ([], ("closed", "declined"))
    bench.now += MINUTE
    bench.cal(response="accepted", summary="Accepted after all", transparency=transparency)
    bench.settle()
    assert bench.event
    assert bench.activity
    assert (bench.state(), bench.activity.subject) == (("active", None), "Accepted after all")
    assert bench.activity.busy == (bench.event.fields.transparency == "opaque")
    assert bench.activity.busy or not busy


def test_d7_a_declined_event_is_freed_though_its_activity_changes_meanwhile() -> None:
    bench = linked("calendar")
    bench.cal(response="declined")
    bench.crm(subject="Edited at that moment", tell=False)
    bench.settle()
    assert bench.activity
    assert (bench.activity.busy, bench.state()) == (False, ("closed", "declined"))


def test_d7_while_it_is_declined_the_calendar_says_nothing_more() -> None:
    bench = linked("calendar")
    bench.cal(response="declined")
    bench.settle()
    bench.cal(summary="Renamed by the organiser", response="declined")
    assert bench.settle() == []
    assert bench.activity
    assert bench.activity.subject == "Standup"


def test_d7_an_event_of_crm_origin_that_is_declined_takes_no_time_and_syncs_on() -> None:
    bench = linked("crm")
    bench.cal(response="declined")
    bench.settle()
    assert bench.activity
    assert (bench.activity.busy, bench.state()) == (False, ("active", None))
    bench.crm(location="Room 4")
    bench.settle()
    assert bench.event
    assert (bench.event.fields.location, bench.event.fields.transparency) == ("Room 4", "opaque")
    bench.now += MINUTE
    bench.cal(response="accepted")
    bench.settle()
    assert bench.activity.busy


@pytest.mark.parametrize("reason", ["undated", "filtered", "not_owner", "stopped"])
def test_d8_a_closed_link_goes_on_noting_both_sides_and_reopens_when_its_cause_ends(reason: str) -> None:
    bench = linked("crm")
    undo = _close(bench, reason)
    bench.settle()
    assert bench.state() == ("closed", reason)
    bench.crm(subject="Edited while closed")
    bench.settle()
    assert bench.state() == ("closed", reason)
    undo()
    bench.settle()
    assert bench.event
    assert (bench.state(), bench.event.fields.summary) == (("active", None), "Edited while closed")


def _close(bench: Bench, reason: str) -> Callable[[], None]:
    """Close the link for a reason; the answer ends its cause."""
    match reason:
        case "undated":
            bench.crm(schedule=undated())
            return lambda: bench.crm(schedule=due())
        case "filtered":
            bench.set(outbound_types=())
            return lambda: bench.set(outbound_types=None)
        case "not_owner":
            bench.crm(owner_id="8")
            return lambda: bench.crm(owner_id="7")
        case _:
            bench.set(status="stopping", remove="events")
            return lambda: bench.set(status="in_sync", remove="none")
