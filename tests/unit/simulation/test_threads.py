"""Threads in virtual time: what blocks runs while time stands still, and dies with its process."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest
import requests

from tests.simulation.loop import VirtualLoop
from tests.simulation.processes import Process
from tests.simulation.threads import TurnTakingThreads, ask
from tests.support.blocking import BlockingAdapter


class Slow(httpx.AsyncBaseTransport):
    """Answers a second later with what it was sent."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(1)
        if request.url.path == "/broken":
            raise httpx.ReadError("broken", request=request)
        return httpx.Response(201, content=await request.aread(), headers={"x-of": request.headers["x-of"]})


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    made = VirtualLoop()
    asyncio.set_event_loop(made)
    yield made
    made.close()
    asyncio.set_event_loop(None)


def post(path: str, text: str) -> tuple[int, str, str]:
    adapter = BlockingAdapter()
    adapter.ask = ask
    with requests.Session() as session:
        session.mount("http://", adapter)
        answer = session.post(f"http://there{path}", data=text.encode(), headers={"x-of": text})
    return answer.status_code, answer.text, answer.headers["X-Of"]


async def in_thread(threads: TurnTakingThreads, path: str, text: str) -> tuple[int, str, str]:
    return await asyncio.get_running_loop().run_in_executor(threads, post, path, text)


def test_what_blocks_is_answered_in_virtual_time_side_by_side(loop: VirtualLoop) -> None:
    threads = TurnTakingThreads(Slow())

    async def both() -> list[tuple[int, str, str]]:
        return list(await asyncio.gather(in_thread(threads, "/", "a"), in_thread(threads, "/", "b")))

    assert loop.run_until_complete(both()) == [(201, "a", "a"), (201, "b", "b")]
    assert loop.time() == 1


def test_errors_of_the_network_and_of_the_work_are_those_of_requests(loop: VirtualLoop) -> None:
    with pytest.raises(requests.ConnectionError, match="broken"):
        loop.run_until_complete(in_thread(TurnTakingThreads(Slow()), "/broken", "a"))


def test_a_thread_ends_with_its_process_at_its_next_request(loop: VirtualLoop) -> None:
    threads, done = TurnTakingThreads(Slow()), list[str]()

    def work() -> None:
        try:
            done.append(post("/", "first")[1])
            post("/", "second")
            done.append("never")
        finally:
            done.append("ended")

    async def run() -> None:
        await asyncio.get_running_loop().run_in_executor(threads, work)

    process = Process("p", loop)
    process.spawn(run())
    loop.run_until_complete(asyncio.sleep(1.5))
    assert done == ["first"]
    process.kill()
    loop.run_until_complete(asyncio.sleep(5))
    assert done == ["first", "ended"]
    process.bury()
