"""At rest a process asks rarely; whatever happens in it wakes all of it at once."""

import asyncio
from datetime import timedelta

from chassis.errors import Transient
from chassis.messaging.idle import Idleness
from chassis.runtime.background import Background, Periodic


class Time:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_process_is_busy_for_a_second_after_something_happened() -> None:
    time = Time()
    idleness = Idleness(time)
    assert idleness.idle
    idleness.note()
    assert not idleness.idle
    time.now += 1.5
    assert idleness.idle


async def test_background_work_at_rest_runs_as_soon_as_something_happens() -> None:
    idleness, ran = Idleness(), asyncio.Semaphore(0)

    async def run() -> None:
        ran.release()

    background = Background()
    background.start([Periodic("ticks", timedelta(seconds=0.001), run)], idleness)
    await ran.acquire()  # then it rests for two seconds
    async with asyncio.timeout(1):
        idleness.note()
        for _ in range(20):  # and runs by its own interval while the process is busy
            await ran.acquire()
    await background.stop()


async def test_what_happens_while_it_is_busy_is_seen_before_it_rests() -> None:
    """A publication that failed in the sweeper's three seconds would wait for it for thirty."""
    idleness, resting = Idleness(time := Time()), asyncio.Event()

    async def rest() -> None:
        resting.set()
        await idleness.rest(0.001, 60)

    async with asyncio.timeout(5):
        task = asyncio.create_task(rest())
        await resting.wait()
        idleness.note()
        time.now += 2  # idle again before the first sleep ends
        await task


async def test_work_that_is_not_done_is_gone_on_with_at_rest() -> None:
    left = asyncio.Semaphore(0)

    async def run() -> bool:
        left.release()
        return True

    background = Background()
    background.start([Periodic("ticks", timedelta(seconds=0.001), run, timedelta(minutes=1))], Idleness())
    async with asyncio.timeout(5):
        for _ in range(20):
            await left.acquire()
    await background.stop()


async def test_work_that_failed_is_tried_again_at_rest() -> None:
    tried = asyncio.Semaphore(0)

    async def run() -> None:
        tried.release()
        raise Transient("mongo_unavailable")

    background = Background()
    background.start([Periodic("ticks", timedelta(seconds=0.001), run, timedelta(minutes=1))], Idleness())
    async with asyncio.timeout(5):
        for _ in range(20):
            await tried.acquire()
    await background.stop()
