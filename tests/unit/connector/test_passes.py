"""One page against what is known: news, deletions, series (E3, H2)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from connector.domain.change_detection.changes import PageChanges
from connector.domain.change_detection.event_change import detect_change
from connector.domain.change_detection.page_changes import detect_changes
from connector.domain.change_detection.page_items import in_batches
from connector.domain.provider.items import (
    EventRead,
    EventRemoved,
    Item,
    OccurrenceCancelled,
    OccurrenceRead,
    SeriesRead,
    Unreadable,
)
from connector.domain.sync_state.documents import EventState, SeriesState, new_series_state
from connector.domain.sync_state.snapshot import SyncState
from contracts.calendar_objects import Occurrence
from tests.unit.connector.support import DAY, NOW, event, reading

EMPTY = SyncState(events={}, series={}, occurrences={})


def occurrence_id(series_id: str, original_start: str) -> str:
    return f"{series_id}_{original_start}"


def find(items: Sequence[Item], memory: SyncState = EMPTY) -> PageChanges:
    return detect_changes(reading(), items, memory, occurrence_id)


def weekly(rule: str = "RRULE:FREQ=WEEKLY;COUNT=3") -> SeriesRead:
    return SeriesRead(event=event("s1"), etag="1", recurrence=(rule,), lineage="s1")


def known_series() -> tuple[SeriesState, list[EventState]]:
    changes = find([weekly()])
    return changes.series[0], [change.state for change in changes.events]


def remembering(known: Sequence[EventState], series: SeriesState) -> SyncState:
    return SyncState(events={}, series={"s1": series}, occurrences={"s1": known})


def test_the_later_of_two_rows_counts() -> None:
    changes = find([EventRead(event("e1"), "1"), EventRead(event("e1", summary="Later"), "2")])
    assert [change.event.fields.summary for change in changes.events] == ["Later"]


def test_a_tombstone_deletes_what_is_known_and_nothing_else_h2() -> None:
    known = detect_change(reading(), event("e1"), "1", None).state
    memory = SyncState(events={"e1": known}, series={}, occurrences={})
    changes = find([EventRemoved("e1", NOW), EventRemoved("stranger")], memory)
    assert [(gone.state.event_id, gone.at) for gone in changes.deletions] == [("e1", NOW)]


def test_a_series_is_told_by_occurrence_e3() -> None:
    changes = find([weekly()])
    starts = [change.event.fields.time.start for change in changes.events]
    assert starts == [NOW + DAY + timedelta(weeks=week) for week in range(3)]
    assert {change.state.series_id for change in changes.events} == {"s1"}


def test_a_cancelled_occurrence_is_gone_and_stays_gone_e3() -> None:
    series, known = known_series()
    second = known[1]
    place = second.event_id.removeprefix("s1_")
    cancelled = OccurrenceCancelled(second.event_id, "s1", place, NOW)
    changes = find([cancelled], remembering(known, series))
    assert [gone.state.event_id for gone in changes.deletions] == [second.event_id]
    rest = [one for one in known if one is not second]
    again = find([weekly()], remembering(rest, changes.series[0]))
    assert not [change for change in again.events if change.publish]


def test_a_shorter_rule_takes_away_what_it_no_longer_makes_e3() -> None:
    series, known = known_series()
    changes = find([weekly("RRULE:FREQ=WEEKLY;COUNT=1")], remembering(known, series))
    assert {gone.state.event_id for gone in changes.deletions} == {one.event_id for one in known[1:]}
    assert {gone.series_id for gone in changes.deletions} == {None}


def test_a_deleted_series_counts_as_one_h4() -> None:
    series, known = known_series()
    changes = find([EventRemoved("s1")], remembering(known, series))
    assert {(gone.state.event_id, gone.series_id) for gone in changes.deletions} == {
        (one.event_id, "s1") for one in known
    }
    assert changes.deleted_series == [series]


def test_a_rule_nobody_can_expand_is_quarantined_and_deletes_nothing_e3() -> None:
    series, known = known_series()
    changes = find([weekly("RRULE:FREQ=NEVER"), EventRead(event("e2"), "1")], remembering(known, series))
    assert [(one.event_id, one.rule, one.outcome) for one in changes.skipped] == [("s1", "E3", "quarantined")]
    assert not changes.deletions
    assert [change.event.event_id for change in changes.events] == ["e2"]


def test_an_unreadable_item_is_quarantined_with_its_reason() -> None:
    changes = find([Unreadable("odd", "no start"), EventRead(event("e2"), "1")])
    assert [(one.event_id, one.outcome) for one in changes.skipped] == [("odd", "quarantined")]
    assert "no start" in changes.skipped[0].words
    assert len(changes.events) == 1


def test_a_full_read_forgets_exceptions_that_it_does_not_tell() -> None:
    series = new_series_state("c1", "cal", "s1").with_deviation(OccurrenceCancelled("s1_x", "s1", "x"))
    memory = SyncState(events={}, series={"s1": series}, occurrences={})
    changes = detect_changes(reading(pass_id="p2"), [weekly()], memory, occurrence_id)
    assert changes.series[0].deviations == ()


def test_an_event_beyond_the_horizon_waits_and_is_explained_once_d5() -> None:
    far = event("far", start=NOW + timedelta(days=400))
    changes = find([EventRead(far, "1")])
    assert [change.publish for change in changes.events] == [False]
    [waiting] = changes.skipped
    assert (waiting.outcome, waiting.rule, waiting.setting) == ("waiting", "D5", "horizon_days")
    known = SyncState(events={"far": changes.events[0].state}, series={}, occurrences={})
    assert not find([EventRead(far, "1")], known).skipped


def test_batches_never_part_a_series() -> None:
    cancelled = OccurrenceCancelled(event_id="s1_1", series_id="s1", original_start="2026-03-10")
    items: list[Item] = [weekly(), EventRemoved("e1"), EventRemoved("e2"), cancelled]
    assert list(in_batches(items, 2)) == [[weekly(), cancelled], [EventRemoved("e1"), EventRemoved("e2")]]


def test_a_series_beyond_the_horizon_is_explained_and_so_are_its_exceptions_d5() -> None:
    far = NOW + timedelta(days=400)
    master = SeriesRead(event=event("s1", start=far), etag="1", recurrence=("RRULE:FREQ=WEEKLY",), lineage="s1")
    place = Occurrence(series_id="s1", lineage="s1", original_start=far.isoformat())
    moved = OccurrenceRead(event("s1_x", start=far + DAY, occurrence=place), "2")
    assert {one.event_id for one in find([master, moved]).skipped} == {"s1", "s1_x"}


def test_a_series_with_nothing_in_the_window_is_explained_d5() -> None:
    far = f"RRULE:FREQ=YEARLY;BYMONTH={(NOW + 300 * DAY).month}"
    begun_long_ago = event("s1", start=NOW - 400 * DAY)
    [waiting] = find([SeriesRead(begun_long_ago, "1", (far,), "s1")]).skipped
    assert (waiting.event_id, waiting.outcome, waiting.rule) == ("s1", "waiting", "D5")


@pytest.mark.parametrize(
    ("begin", "rule"),
    [(NOW + 4000 * DAY, "RRULE:FREQ=WEEKLY"), (NOW - 400 * DAY, "RRULE:FREQ=YEARLY;INTERVAL=9")],
)
def test_a_series_whose_next_occurrence_is_years_ahead_waits_d5(begin: datetime, rule: str) -> None:
    [waiting] = find([SeriesRead(event("s1", start=begin), "1", (rule,), "s1")]).skipped
    assert (waiting.event_id, waiting.outcome, waiting.rule) == ("s1", "waiting", "D5")


def test_a_series_that_is_over_is_not_told_to_wait_d1() -> None:
    [over] = find([weekly("RRULE:FREQ=WEEKLY;UNTIL=20000101T000000Z")]).skipped
    assert (over.event_id, over.outcome, over.rule, over.remedy) == ("s1", "skipped", "D1", None)
