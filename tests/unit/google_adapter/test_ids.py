"""Google's ids: ours keep the charset, a series' instances and splits are told apart."""

import re

import pytest

from connector.adapters.providers.google.ids import derived_id, instance_id, instance_place, lineage


def test_derived_ids_are_what_events_insert_accepts_and_stay_the_same_for_good() -> None:
    made = derived_id("account", "activity", "calendar@example.org", 0)
    assert re.fullmatch("[a-v0-9]{26}", made)
    assert made == "elnqanarf9bb78uekiregmuro4"


@pytest.mark.parametrize(
    ("event_id", "place"),
    [
        ("abc_20261110T110000Z", ("abc", "2026-11-10T11:00:00Z")),
        ("abc_20261110", ("abc", "2026-11-10")),
        ("abc_R20261103T110000_20261110T110000Z", ("abc_R20261103T110000", "2026-11-10T11:00:00Z")),
        ("abc_R20261103T110000", None),
        ("abc_R20261103", None),
        ("abc", None),
        ("_20261110", None),
    ],
)
def test_places_are_read_from_ids_and_make_them(event_id: str, place: tuple[str, str] | None) -> None:
    assert instance_place(event_id) == place
    if place:
        assert instance_id(*place) == event_id


@pytest.mark.parametrize("series_id", ["abc", "abc_R20261103", "abc_R20261103T110000", "abc_R20261103T110000Z"])
def test_e4_all_splits_of_a_series_have_one_lineage(series_id: str) -> None:
    assert lineage(series_id) == "abc"
