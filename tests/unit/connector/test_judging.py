"""What is told of a read event: news, masked where private, and only inside the horizon."""

from datetime import timedelta

from connector.domain.change_detection.event_change import detect_change
from contracts.calendar_objects import Marker
from tests.unit.connector.support import DAY, NOW, event, reading

FAR = NOW + 60 * DAY


def test_an_unchanged_event_costs_no_message_and_no_write() -> None:
    first = detect_change(reading(), event(), "1", None)
    assert (first.publish, first.store) == (True, True)
    again = detect_change(reading(seq=6), event(), "1", first.state)
    assert (again.publish, again.store) == (False, False)


def test_a_moved_etag_alone_is_remembered_and_not_told() -> None:
    first = detect_change(reading(), event(), "1", None)
    again = detect_change(reading(), event(), "2", first.state)
    assert (again.publish, again.store, again.state.etag) == (False, True, "2")


def test_a_replay_tells_what_is_known_k4() -> None:
    first = detect_change(reading(), event(), "1", None)
    assert detect_change(reading(publish_all=True), event(), "1", first.state).publish


def test_beyond_the_horizon_is_kept_and_not_told_d5() -> None:
    far = detect_change(reading(), event(start=FAR), "1", None)
    assert (far.publish, far.state.published) == (False, False)
    assert far.state.event is not None
    later = detect_change(reading(now=NOW + 40 * DAY), event(start=FAR), "1", far.state)
    assert (later.publish, later.state.published, later.state.event) == (True, True, None)


def test_what_was_told_stays_told_beyond_the_horizon_d5() -> None:
    near = detect_change(reading(), event(), "1", None)
    assert detect_change(reading(), event(start=FAR), "2", near.state).publish


def test_our_own_events_are_told_beyond_the_horizon_k2() -> None:
    marker = Marker(account_key="key", activity_id="a1", version=1, origin="crm")
    assert detect_change(reading(), event(start=FAR, marker=marker), "1", None).publish


def test_private_content_is_masked_and_its_edits_are_no_news_g2() -> None:
    first = detect_change(reading(), event(visibility="private", location="Clinic"), "1", None)
    assert (first.event.fields.summary, first.event.fields.location, first.event.masked) == ("Private", "", True)
    other = event(visibility="private", location="Court", summary="Other")
    assert not detect_change(reading(), other, "2", first.state).publish
    moved = event(visibility="private", start=NOW + 2 * DAY)
    assert detect_change(reading(), moved, "3", first.state).publish


def test_public_mode_and_events_of_crm_origin_are_not_masked_g2() -> None:
    assert not detect_change(reading(private="public"), event(visibility="private"), "1", None).event.masked
    marker = Marker(account_key="key", activity_id="a1", version=1, origin="crm")
    assert not detect_change(reading(), event(visibility="private", marker=marker), "1", None).event.masked


def test_the_first_read_marks_what_was_there_until_it_changes_d3() -> None:
    first = detect_change(reading(baseline=True), event(), "1", None)
    assert first.state.baseline
    assert detect_change(reading(publish_all=True), event(), "1", first.state).state.baseline
    assert not detect_change(reading(), event(summary="Dinner"), "2", first.state).state.baseline


def test_the_window_begins_yesterday_in_the_connections_zone() -> None:
    assert reading().window.start == NOW.replace(hour=23, day=28, month=2)
    assert reading().window.end == NOW + timedelta(days=30)
