"""What is counted for metrics is counted when it is scraped, and the more rarely the longer it takes."""

import asyncio

import pytest

from chassis.observability.census import Census


class Time:
    """A clock that counting moves on."""

    def __init__(self) -> None:
        self.now = 0.0
        self.counted = 0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(("takes", "again_after"), [(0.1, 60), (30, 3000)])
async def test_a_count_takes_a_hundredth_of_the_time_at_most(takes: float, again_after: float) -> None:
    time = Time()

    async def count() -> None:
        time.counted += 1
        time.now += takes

    census = Census([count], 60, time)
    for passed, counted in ((0, 1), (again_after - 1, 1), (1, 2)):
        time.now += passed
        await census.refresh()
        assert time.counted == counted


async def test_what_failed_after_a_long_wait_is_counted_again_soon() -> None:
    time = Time()

    async def count() -> None:
        time.counted += 1
        time.now += 5.1
        raise TimeoutError

    census = Census([count], 1, time)
    for passed, counted in ((0, 1), (5, 1), (0.2, 2)):
        time.now += passed
        await census.refresh()
        assert time.counted == counted


async def test_what_cannot_be_counted_keeps_nothing_else_from_it() -> None:
    counted = []

    async def broken() -> None:
        raise OSError

    async def count() -> None:
        counted.append(1)

    census = Census([broken, count], 60)
    await census.refresh()
    assert counted == [1]
    assert census.knows([count])
    assert not census.knows([count, broken])


async def test_a_scrape_does_not_wait_for_a_long_count_and_a_stop_ends_it() -> None:
    begun, ended = asyncio.Event(), []

    async def endless() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(1)

    census = Census([endless], 60)
    await asyncio.wait_for(asyncio.gather(census.refresh(), begun.wait()), 5)
    assert ended == []
    await census.stop()
    assert ended == [1]
