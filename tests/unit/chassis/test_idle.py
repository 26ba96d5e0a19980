"""At rest a process asks rarely; whatever happens in it wakes all of it at once."""

import asyncio
from datetime import timedelta

import pytest

from chassis.messaging.idle import FetchWaits, Idleness
from chassis.runtime.background import Background, Periodic

WAITS = FetchWaits(busy=40, idle=300).without_hurry_for("links")


class Time:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("topics", "idle", "wait"),
    [
        (["commands"], False, 40),
        (["links"], False, 40),
        (["commands"], True, 300),
        (["links"], True, 1500),
        (["links", "commands"], True, 300),
    ],
)
def test_topics_that_nobody_waits_for_are_asked_for_most_rarely(topics: list[str], idle: bool, wait: int) -> None:
    assert WAITS.of(topics, idle=idle) == wait


def test_a_broker_that_answers_when_there_is_data_is_asked_as_ever() -> None:
    assert FetchWaits(500, 500).without_hurry_for("links").of(["links"], idle=True) == 500


def test_a_process_is_busy_for_a_second_after_something_happened() -> None:
    time = Time()
    idleness = Idleness(time)
    assert idleness.idle
    idleness.note()
    assert not idleness.idle
    time.now += 1.5
    assert idleness.idle


def test_what_sleeps_is_woken_once_for_each_time_of_rest() -> None:
    class Consumer:
        woken = 0

        def hurry(self) -> None:
            self.woken += 1

    time, consumer = Time(), Consumer()
    idleness = Idleness(time)
    idleness.wake(consumer)
    idleness.note()
    idleness.note()
    assert consumer.woken == 1
    time.now += 60
    idleness.note()
    assert consumer.woken == 2


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
