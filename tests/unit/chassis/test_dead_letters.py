"""Dead letters: whole where they fit, cut where they do not, and never without their position."""

from collections.abc import Sequence

import pytest
from aiokafka import ConsumerRecord
from hypothesis import given
from hypothesis import strategies as st

from chassis.messaging.dead_letters import DeadLetter, dead_letter_of

LIMIT = 5000


def letter(
    value: bytes | None = b"v", key: bytes | None = b"k", headers: Sequence[tuple[str, bytes]] = (), limit: int = LIMIT
) -> DeadLetter:
    record = ConsumerRecord("t", 1, 7, 0, 0, key, value, None, 0, 0, headers)
    return dead_letter_of(record, group="g", reason="undecodable", error=ValueError("why"), limit=limit)


def size(one: DeadLetter) -> int:
    own = sum(len(name.encode()) + len(value.encode()) for name, value in one.headers.items())
    return own + len(one.value or b"") + len(one.key or b"")


@pytest.mark.parametrize("value", [b"whole", b"", None])
def test_what_fits_is_kept_whole(value: bytes | None) -> None:
    one = letter(value, headers=[("type", b"said"), ("bad", b"\xff")])
    assert (one.value, one.key) == (value, b"k")
    assert (one.headers["type"], one.headers["bad"]) == ("said", "\\xff")
    assert "dlq_cut" not in one.headers


def test_a_value_that_is_too_large_is_cut_and_its_position_and_size_are_kept() -> None:
    one = letter(b"x" * 6000)
    assert one.value
    assert set(one.value) == {ord("x")}
    assert 4000 < len(one.value) < LIMIT
    assert one.headers == {
        "dlq_reason": "undecodable",
        "dlq_error": "why",
        "dlq_topic": "t",
        "dlq_partition": "1",
        "dlq_offset": "7",
        "dlq_group": "g",
        "dlq_value_bytes": "6000",
        "dlq_cut": "value",
    }


@given(
    value=st.none() | st.integers(0, 9000).map(bytes),
    key=st.none() | st.integers(0, 9000).map(bytes),
    header=st.integers(0, 9000).map(lambda count: b"\xff" * count),
)
def test_whatever_is_large_the_letter_fits(value: bytes | None, key: bytes | None, header: bytes) -> None:
    one = letter(value, key, [("own", header)])
    assert size(one) <= LIMIT
    assert one.headers["dlq_offset"] == "7"


def test_without_any_room_only_what_is_about_the_record_remains() -> None:
    one = letter(b"x" * 10, headers=[("own", b"1")], limit=0)
    assert (one.value, one.key, one.headers["dlq_cut"]) == (b"", b"", "headers,key,value")
