"""`wait_until` returns as soon as it can, and says what it waited for when it cannot."""

import pytest

from tests.support.waiting import wait_until


async def test_returns_the_first_truthy_value() -> None:
    values = iter([0, None, "third"])
    assert await wait_until(lambda: next(values), awaited="the third", every=0) == "third"


async def test_awaits_an_asynchronous_condition() -> None:
    async def answer() -> int:
        return 7

    assert await wait_until(answer, awaited="an answer") == 7


async def test_a_failed_assertion_means_not_yet() -> None:
    values = iter([1, 2])

    def condition() -> bool:
        assert next(values) == 2
        return True

    assert await wait_until(condition, awaited="two", every=0)


async def test_names_what_was_awaited_and_what_was_seen() -> None:
    with pytest.raises(AssertionError, match=r"for a wonder; last seen: \[\]"):
        await wait_until(list, awaited="a wonder", timeout=0)
