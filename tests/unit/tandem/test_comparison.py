"""How both sides of a connection are compared: each kind of item by one case."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tandem.comparison import Sides, compare

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER, EARLIER = "2026-03-03T09:00:00Z", "2026-03-01T09:00:00Z"


def link(**fields: Any) -> dict[str, Any]:
    return {
        "activity_id": "a",
        "event_id": "e",
        "state": "active",
        "reason": None,
        "pending": False,
        "event_hash": "h",
        "activity_version": 3,
        "differing": [],
    } | fields


def sides(*links: dict[str, Any], **more: Any) -> Sides:
    given: dict[str, Any] = {
        "hashes": {"e": "h"},
        "absent": frozenset(),
        "links": links,
        "activities": {"a": {"version": 3, "ends_at": LATER}},
        "now": NOW,
    }
    return Sides(**given | more)


@pytest.mark.parametrize(
    ("found", "more", "kind"),
    [
        ({}, {}, "equal"),
        ({}, {"hashes": {}}, "beyond"),
        ({"differing": ["subject"]}, {}, "different"),
        ({"differing": ["subject"], "reason": "outbound_filtered"}, {}, "waiting"),
        ({"pending": True}, {}, "waiting"),
        ({"event_hash": "old"}, {}, "different"),
        ({"activity_version": 2}, {}, "different"),
        ({"state": "unlinked", "reason": "filtered"}, {}, "left_out"),
        ({"state": "unlinked", "event_hash": "old"}, {}, "different"),
        ({"state": "closed", "reason": "kept"}, {}, "resting"),
        ({"state": "quarantined"}, {}, "quarantined"),
        ({}, {"hashes": {}, "absent": frozenset({"e"})}, "only_in_crm"),
        ({}, {"activities": {}}, "only_in_calendar"),
    ],
)
def test_a_link_is_judged(found: dict[str, Any], more: dict[str, Any], kind: str) -> None:
    [verdict] = compare(sides(link(**found), **more)).verdicts
    assert verdict.kind == kind


def test_what_no_link_knows_is_on_one_side_only() -> None:
    activities = {"a": {"version": 1, "ends_at": LATER}, "b": {"version": 1, "ends_at": EARLIER}}
    undated = {"c": {"version": 1, "ends_at": None}}
    found = compare(sides(activities=activities | undated))
    assert {(one.kind, one.activity_id, one.event_id) for one in found.differences} == {
        ("only_in_calendar", None, "e"),
        ("only_in_crm", "a", None),
    }
    assert sum(found.counts.values()) == 2
