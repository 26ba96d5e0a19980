"""A calendar that colleagues share: whose an event is, and what the others are told of it (A10)."""

from datetime import datetime, timedelta

import pytest

from connector.domain.change_detection.event_change import detect_change
from connector.domain.change_detection.horizon import series_in_window, waiting_in_window
from connector.domain.change_detection.page_changes import detect_changes
from connector.domain.change_detection.read_progress import ReadProgress
from connector.domain.provider.items import EventRead, EventRemoved, Provenance, SeriesRead
from connector.domain.sharing.ownership import CalendarSharing, Sharer, owner_of
from connector.domain.sharing.sharers import colleagues_of, sharer_of
from connector.domain.sync_state.snapshot import SyncState
from contracts.calendar_objects import Marker
from contracts.connections import Coverage
from tests.unit.connector.support import DAY, NOW, connection, event, reading

EMPTY = SyncState(events={}, series={}, occurrences={})
SEVEN = Sharer("seven", frozenset({"seven@example.com"}), NOW - 2 * DAY)
EIGHT = Sharer("eight", frozenset({"eight@example.com"}), NOW - DAY, owns_calendar=True)


def born(created: datetime | None = NOW, *people: str) -> Provenance:
    return Provenance(created, people)


def marked(account_key: str, origin: str = "crm") -> Provenance:
    marker = Marker.model_validate({"account_key": account_key, "activity_id": "a", "version": 1, "origin": origin})
    return Provenance(NOW, ("eight@example.com",), marker)


@pytest.mark.parametrize(
    ("provenance", "owner"),
    [
        (born(NOW, "Eight@Example.com", "seven@example.com"), EIGHT),  # its creator's
        (born(NOW, "third@example.com", "seven@example.com"), SEVEN),  # else its organiser's
        (born(NOW, "third@example.com"), EIGHT),  # else the calendar owner's
        (born(None), EIGHT),
        (born(NOW - 1.5 * DAY, "eight@example.com"), SEVEN),  # who came later takes nothing over
        (born(NOW - 9 * DAY, "eight@example.com"), SEVEN),  # nobody was there: the one connected longest
    ],
)
def test_a10_an_event_of_calendar_origin_is_one_connections_alone(provenance: Provenance, owner: Sharer) -> None:
    assert owner_of(provenance, (SEVEN, EIGHT)) == owner
    assert owner_of(provenance, (EIGHT, SEVEN)) == owner
    views = (CalendarSharing(SEVEN, (EIGHT,)), CalendarSharing(EIGHT, (SEVEN,)))
    assert [view.own for view in views if not view.is_colleagues(provenance)] == [owner]


def test_a10_who_is_alone_has_everything_and_who_joins_changes_nothing() -> None:
    third = Sharer("nine", frozenset({"third@example.com"}), NOW, owns_calendar=True)
    for provenance in (born(NOW - DAY / 2, "third@example.com"), born(NOW - 9 * DAY, "eight@example.com")):
        assert owner_of(provenance, (SEVEN,)) == SEVEN
        assert owner_of(provenance, (SEVEN, EIGHT, third)) == owner_of(provenance, (SEVEN, EIGHT))


def test_a10_the_marker_names_whose_an_event_of_crm_origin_is_whoever_reads_it() -> None:
    shared = CalendarSharing(EIGHT, (SEVEN,), frozenset({"seven", "gone"}))
    assert shared.is_colleagues(marked("seven"))
    assert shared.is_colleagues(marked("gone")), "his sync has stopped, his activity is there"
    assert not shared.is_colleagues(marked("eight"))
    assert not shared.is_colleagues(marked("another company's"))
    assert not shared.is_colleagues(marked("seven", "calendar")), "then its creator counts, not who wrote it last"


def test_a10_of_what_is_hidden_a_colleague_knows_better_whose_it_is() -> None:
    assert CalendarSharing(SEVEN, (EIGHT,)).is_colleagues(Provenance(hidden=True))
    assert not CalendarSharing(SEVEN).is_colleagues(Provenance(hidden=True))


def test_a10_who_comes_back_was_there_since_he_first_came() -> None:
    stopped = connection(phase="stopped")
    again = connection(id="c2", coverage=Coverage(connected_at=NOW + DAY), calendar_owner="Ann@example.com")
    moved = Coverage(connected_at=NOW, calendar_since=NOW + 2 * DAY)
    other = connection(id="c3", user_id="8", account_key="other", email="ben@example.com", coverage=moved)
    everybody = [stopped, again, other]
    assert colleagues_of(again, everybody, NOW) == [other]
    assert colleagues_of(other, everybody, NOW) == [again]
    assert sharer_of(again, everybody) == Sharer("key", frozenset({"ann@example.com"}), NOW, owns_calendar=True)
    assert sharer_of(other, everybody) == Sharer("other", frozenset({"ben@example.com"}), NOW + 2 * DAY)


def test_a10_of_a_colleagues_event_nothing_is_published_but_that_it_is_skipped() -> None:
    theirs = reading(colleagues={"e1": born()})
    changes = detect_changes(theirs, [EventRead(event("e1"), "1")], EMPTY, "{}_{}".format)
    assert [(one.publish, one.left) for one in changes.events] == [(False, False)]
    assert [(one.event_id, one.outcome, one.rule, one.reason) for one in changes.skipped] == [
        ("e1", "skipped", "A10", "colleagues_event")
    ]
    state = changes.events[0].state
    again = detect_changes(theirs, [EventRead(event("e1"), "1")], SyncState({"e1": state}, {}, {}), "{}_{}".format)
    assert again.skipped == [], "told once"

    gone = detect_changes(theirs, [EventRemoved("e1")], SyncState({"e1": state}, {}, {}), "{}_{}".format)
    progress = ReadProgress()
    progress.note_changes(gone)
    assert (progress.published_deletions, progress.deletion_count) == ([], 0)
    assert list(progress.deletions) == ["e1"], "its state goes"


def test_a10_what_falls_to_the_next_is_published_without_another_read() -> None:
    theirs = detect_change(reading(colleagues={"e1": born()}), event("e1"), "1", None).state
    assert not any(one.publish for one in waiting_in_window(reading(colleagues={"e1": born()}), [theirs]).events)
    (mine,) = waiting_in_window(reading(), [theirs]).events
    assert (mine.publish, mine.state.published, mine.state.colleagues) == (True, True, None)


def test_a10_what_was_published_and_is_a_colleagues_leaves_and_is_not_deleted() -> None:
    known = detect_change(reading(), event("e1"), "1", None).state
    change = detect_change(reading(colleagues={"e1": born()}), event("e1"), "1", known)
    assert (change.publish, change.left, change.state.published) == (False, True, False)
    asked = detect_change(reading(colleagues={"e1": born()}), event("e1"), "1", change.state).ignoring_horizon()
    assert (asked.publish, asked.left) == (False, True), "a link asks for it by its id"


def test_a10_a_series_is_one_connections_as_a_whole() -> None:
    master = SeriesRead(event("s1"), "1", ("RRULE:FREQ=WEEKLY;COUNT=3",), "s1", provenance=born())
    theirs = reading(colleagues={"s1": born()})
    changes = detect_changes(theirs, [master], EMPTY, "{}_{}".format)
    assert len(changes.events) == 3
    assert not any(one.publish for one in changes.events)
    assert {one.reason for one in changes.skipped} == {"colleagues_event"}
    assert "s1" in {one.event_id for one in changes.skipped}

    occurrences = {"s1": [one.state for one in changes.events]}
    later = reading(now=NOW + timedelta(hours=1))
    mine = series_in_window(later, changes.series, occurrences, "{}_{}".format)
    assert [one.publish for one in mine.events] == [True] * 3
