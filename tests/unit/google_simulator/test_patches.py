"""PATCH semantics and times, by themselves."""

from typing import Any

import pytest

from simulators.google.domain import times
from simulators.google.domain.errors import GoogleError
from simulators.google.domain.events.drafts import merge
from simulators.google.domain.fields import select


@pytest.mark.parametrize(
    ("old", "new", "merged"),
    [
        ({"a": 1, "b": 2}, {"a": None}, {"b": 2}),
        ({"a": {"x": 1, "y": 2}}, {"a": {"y": None, "z": 3}}, {"a": {"x": 1, "z": 3}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({}, {"a": {"b": None, "c": 1}}, {"a": {"c": 1}}),
    ],
)
def test_merge(old: Any, new: Any, merged: Any) -> None:
    assert merge(old, new) == merged


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ({"date": "2026-12-01"}, {"date": "2026-12-01"}),
        ({"dateTime": "2026-12-01T10:00:00Z"}, {"dateTime": "2026-12-01T11:00:00+01:00", "timeZone": "Europe/Berlin"}),
        (
            {"dateTime": "2026-12-01T10:00:00", "timeZone": "Asia/Tokyo"},
            {"dateTime": "2026-12-01T10:00:00+09:00", "timeZone": "Asia/Tokyo"},
        ),
    ],
)
def test_normalise(given: Any, stored: Any) -> None:
    """Trap 12: the calendar's zone applies where none is given."""
    assert times.normalise(given, "Europe/Berlin", "start") == stored


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"date": "2026-12-01", "dateTime": "2026-12-01T10:00:00Z"},
        {"date": "2026-13-01"},
        {"dateTime": "noon"},
        {"dateTime": "2026-12-01T10:00:00"},
        {"dateTime": "2026-12-01T10:00:00", "timeZone": "Mars/Base"},
    ],
)
def test_normalise_refuses(given: Any) -> None:
    with pytest.raises(GoogleError):
        times.normalise(given, "Europe/Berlin", "start")


@pytest.mark.parametrize(
    ("mask", "shown"),
    [
        ("a", {"a": {"b": 1, "c": 2}}),
        ("a/b", {"a": {"b": 1}}),
        ("a(c),d", {"a": {"c": 2}, "d": [{"e": 1, "f": 2}]}),
        ("d/e", {"d": [{"e": 1}]}),
        ("*", {"a": {"b": 1, "c": 2}, "d": [{"e": 1, "f": 2}]}),
    ],
)
def test_fields_masks(mask: str, shown: Any) -> None:
    assert select({"a": {"b": 1, "c": 2}, "d": [{"e": 1, "f": 2}]}, mask) == shown
