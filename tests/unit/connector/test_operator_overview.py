"""What the operator's page makes of many connections."""

from datetime import timedelta
from typing import Any

from connector.entrypoints.http.pages.overview import TALLEST, WIDTH, overview_of
from connector.entrypoints.http.views import OverseenView
from tests.unit.connector.support import NOW


def view(number: int = 1, **fields: Any) -> OverseenView:
    known = {
        "id": f"c{number}",
        "user_id": str(number),
        "company_id": "acme",
        "provider": "google",
        "email": f"{number}@example.com",
        "status": "in_sync",
        "push": "webhook",
        "progress": None,
        "last_read_at": NOW - timedelta(minutes=2),
        "subscription_expires_at": NOW + timedelta(hours=30),
        "last_problem": None,
        "version": 1,
        "created_at": NOW - timedelta(days=9),
    }
    return OverseenView.model_validate(known | fields)


def test_the_bar_is_as_wide_as_all_its_slices() -> None:
    shown = overview_of([view(1), view(2), view(3, status="needs_reauth")], NOW)
    assert [(one.status, one.count, one.tone) for one in shown.slices] == [
        ("in_sync", 2, "good"),
        ("needs_reauth", 1, "bad"),
    ]
    assert round(sum(one.width for one in shown.slices)) == WIDTH
    assert shown.slices[1].x == shown.slices[0].width


def test_what_is_most_pressing_comes_first_and_what_works_is_left_out() -> None:
    found = [
        view(1),
        view(2, status="throttled"),
        view(3, status="needs_reauth"),
        view(4, status="needs_reauth", last_read_at=NOW - timedelta(days=2)),
        view(5, status="stopped"),
    ]
    assert [one.id for one in overview_of(found, NOW).needing] == ["c4", "c3", "c2"]


def test_reads_are_counted_by_their_age_and_the_oldest_is_named() -> None:
    found = [view(1), view(2), view(3, last_read_at=None), view(4, status="stopped", last_read_at=None)]
    shown = overview_of(found, NOW)
    assert [one.count for one in shown.reads] == [0, 2, 0, 0, 0, 1]
    assert [one.height for one in shown.reads] == [0.0, TALLEST, 0.0, 0.0, 0.0, TALLEST / 2]
    assert shown.oldest
    assert (shown.oldest.id, shown.oldest_read_at) == ("c3", NOW - timedelta(days=9))


def test_a_subscription_that_has_ended_is_overdue() -> None:
    ended, none = view(1, subscription_expires_at=NOW - timedelta(hours=1)), view(2, subscription_expires_at=None)
    shown = overview_of([ended, none, view(3)], NOW)
    assert (shown.overdue, [one.count for one in shown.renewals]) == (1, [1, 0, 0, 0, 1, 0])


def test_nobody_has_connected_yet() -> None:
    shown = overview_of([], NOW)
    assert (shown.total, shown.slices, shown.needing, shown.oldest, shown.overdue) == (0, [], [], None, 0)
