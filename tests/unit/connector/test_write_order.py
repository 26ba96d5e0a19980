"""Which writes may be under way together: those of different events, and of one event never two."""

from connector.domain.writing.write_order import InOrder, keys_of
from tests.unit.connector.worker_bench import put, remove


def test_different_events_go_together() -> None:
    order = InOrder.behind([keys_of(put(1), None)])
    assert order.may_begin(keys_of(put(2), None))


def test_an_event_that_is_created_and_its_later_change_stay_in_order() -> None:
    order = InOrder.behind([keys_of(put(1), None)])
    assert not order.may_begin(keys_of(put(2, "e1", activity="a1"), None))


def test_what_must_wait_is_not_overtaken_either() -> None:
    order = InOrder.behind([keys_of(put(1, "e1"), None)])
    assert not order.may_begin(keys_of(put(2, "e1", activity="a2"), None))
    assert not order.may_begin(keys_of(put(3, "e3", activity="a2"), None))
    assert order.may_begin(keys_of(put(4, "e4"), None))


def test_a_series_and_all_of_its_occurrences_stay_in_order() -> None:
    order = InOrder.behind([keys_of(put(1, "s1_20260302", activity="a1"), "s1")])
    assert not order.may_begin(keys_of(put(2, "s1_20260309", activity="a2"), "s1"))
    assert not order.may_begin(keys_of(remove(3, "s1"), None))
