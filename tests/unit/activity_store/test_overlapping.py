"""Which activities overlap, marked without naming every pair (L3)."""

from itertools import combinations
from random import Random

from activity_store.domain.model.activity import Activity
from activity_store.domain.rules.overlaps import overlap_of, overlapping
from tests.unit.activity_store.builders import activity


def one(name: str, start: str, length: str, **fields: object) -> Activity:
    return activity(id=name, activity_id=name, due_date="2026-12-01", due_time=start, duration=length, **fields)


def test_l3_neighbours_and_free_ones_do_not_overlap() -> None:
    found = overlapping(
        [one("a", "09:00", "01:00"), one("b", "10:00", "01:00"), one("c", "09:30", "01:00", busy=False)]
    )
    assert found == {}


def test_l3_both_are_marked_with_each_other() -> None:
    found = overlapping([one("a", "09:00", "01:00"), one("b", "09:30", "01:00")])
    assert {key: [other.id for other in others] for key, others in found.items()} == {"a": ["b"], "b": ["a"]}


def test_l3_only_a_few_of_many_are_named() -> None:
    found = overlapping([one(str(number), "09:00", "01:00") for number in range(50)])
    assert len(found) == 50
    assert all(1 <= len(others) <= 3 for others in found.values())


def test_l3_what_takes_no_time_overlaps_with_nothing() -> None:
    assert overlapping([one("a", "09:00", "01:00"), one("b", "09:30", "00:00")]) == {}


def test_l3_marks_exactly_those_that_the_pairs_name() -> None:
    chance = Random(5)
    for _ in range(30):
        some = [
            one(str(number), f"{chance.randint(6, 18):02}:{chance.choice([0, 30]):02}", f"0{chance.randint(0, 3)}:30")
            for number in range(12)
        ]
        pairs = [pair for pair in combinations(some, 2) if overlap_of(*pair)]
        assert set(overlapping(some)) == {each.id for pair in pairs for each in pair}
