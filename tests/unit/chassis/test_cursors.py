"""Cursors: what a list gave comes back, and everything else is 422 (never 500), whatever it holds."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AwareDatetime

from chassis.web.pagination import Cursor, by_id
from chassis.web.problems import Problem
from tests.support.cursors import CURSORS, FOREIGN, encoded

BY_ID = by_id("links")
BY_TIME = Cursor("conflicts", tuple[AwareDatetime, str, str])


@given(st.text())
def test_a_cursor_gives_back_its_id(text: str) -> None:
    assert BY_ID.decode(BY_ID.encode((text,))) == (text,)


@given(st.datetimes(timezones=st.just(UTC)), st.text(), st.text())
def test_a_cursor_gives_back_its_time(at: datetime, first: str, second: str) -> None:
    assert BY_TIME.decode(BY_TIME.encode((at, first, second))) == (at, first, second)


def test_no_cursor_is_no_position() -> None:
    assert BY_ID.decode(None) is None


@pytest.mark.parametrize("text", FOREIGN)
def test_what_no_list_gave_is_a_422(text: bytes) -> None:
    for cursor in (BY_ID, BY_TIME):
        for tag in (b"", b"links ", b"conflicts "):
            with pytest.raises(Problem) as refused:
                cursor.decode(encoded(tag + text))
            assert (refused.value.status, refused.value.errors[0].field) == (422, "cursor")


def test_a_cursor_of_another_list_of_the_same_shape_is_a_422() -> None:
    with pytest.raises(Problem) as refused:
        by_id("activities").decode(BY_ID.encode(("42",)))
    assert (refused.value.status, refused.value.errors[0].field) == (422, "cursor")


@given(CURSORS)
def test_a_cursor_is_a_position_of_its_list_or_a_422(cursor: str) -> None:
    for one, kinds in ((BY_ID, [str]), (BY_TIME, [datetime, str, str])):
        try:
            position = one.decode(cursor)
        except Problem as problem:
            assert (problem.status, problem.errors[0].field) == (422, "cursor")  # noqa: PT017 - either is right
        else:
            assert position is not None
            assert [type(value) for value in position] == kinds
            "".join(str(value) for value in position).encode()  # text that a database can take


def test_a_page_ends_with_the_position_of_its_last_item() -> None:
    assert BY_ID.page(["a", "b"], 2, lambda item: (item,)) == (["a", "b"], None)
    shown, more = BY_ID.page(["a", "b", "c"], 2, lambda item: (item,))
    assert (shown, BY_ID.decode(more)) == (["a", "b"], ("b",))
    assert BY_ID.page([], 2, lambda item: (item,)) == ([], None)
