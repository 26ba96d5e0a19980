"""Threads in virtual time, for a library that blocks: one runs while the loop stands still, and waits while it goes on.

Work that is submitted runs in a real thread, and the loop's own thread waits for it: which of both is faster decides
nothing. What that work asks the network for (`ask`) is handed to the loop: the thread waits, the loop
asks in its virtual time, and then waits for the thread again. With its process the work dies at its next request.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, TypeVar

import httpx

from tests.simulation.processes import process_of

T = TypeVar("T")

_TALK: ContextVar["_Talk"] = ContextVar("_TALK")


class _ProcessDied(SystemExit):
    """What goes through the code of a dead process; it ends its thread without a word."""


@dataclass(frozen=True)
class _Done:
    """The work has ended."""

    result: object = None
    error: BaseException | None = None


class _Talk:
    """Between one thread and the loop; one of both waits at any time."""

    def __init__(self) -> None:
        self._to_loop: SimpleQueue[httpx.Request | _Done] = SimpleQueue()
        self._to_thread: SimpleQueue[httpx.Response | BaseException] = SimpleQueue()
        self._dead = False

    def run(self, work: Callable[[], object]) -> None:
        """Do the work, in the thread."""
        _TALK.set(self)
        try:
            done = _Done(work())
        except BaseException as error:  # noqa: BLE001 - whatever it is goes to whoever asked for the work
            done = _Done(error=error)
        self._to_loop.put(done)

    def ask(self, request: httpx.Request) -> httpx.Response:
        """Ask the network, in the thread. Raises what httpx raises."""
        if self._dead:
            raise _ProcessDied
        self._to_loop.put(request)
        answer = self._to_thread.get()
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def next(self) -> httpx.Request | _Done:
        """Wait for what the thread wants, in the loop: its time stands still meanwhile."""
        return self._to_loop.get()

    def tell(self, answer: httpx.Response | BaseException) -> None:
        """Let the thread go on, in the loop."""
        self._to_thread.put(answer)

    def die(self) -> None:
        """End a thread that waits for an answer, in the loop; its `finally` runs, and asks for nothing any more."""
        self._dead = True
        self.tell(_ProcessDied())
        while not isinstance(self.next(), _Done):
            self.tell(_ProcessDied())


class TurnTakingThreads(Executor):
    """Threads for `run_in_executor` of a virtual loop; what they ask for goes by `transport`."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport
        self._tasks: set[asyncio.Task[None]] = set()

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> "Future[T]":
        """Begin work at the loop's next turn, in the process that asks for it."""
        future: Future[T] = Future()
        task = asyncio.get_running_loop().create_task(self._run(lambda: fn(*args, **kwargs), future))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return future

    async def _run(self, work: Callable[[], T], future: "Future[T]") -> None:
        if not future.set_running_or_notify_cancel():
            return
        talk, context = _Talk(), copy_context()
        thread = threading.Thread(target=context.run, args=(talk.run, work), daemon=True)
        process, ending = process_of(None), _Ending(talk)
        thread.start()
        if process is not None:
            process.death.add_done_callback(ending, context=Context())  # what belongs to no process still runs then
        done = await self._converse(talk)
        thread.join()
        if process is not None:
            process.death.remove_done_callback(ending)
        if done.error is not None:
            future.set_exception(done.error)
        else:
            future.set_result(done.result)  # type: ignore[arg-type]  # what the work returned

    async def _converse(self, talk: _Talk) -> _Done:
        while True:
            wanted = talk.next()
            if isinstance(wanted, _Done):
                return wanted
            try:
                answer: httpx.Response | BaseException = await self._transport.handle_async_request(wanted)
            except httpx.TransportError as error:
                answer = error
            talk.tell(answer)


class _Ending:
    """Ends a thread with its process."""

    def __init__(self, talk: _Talk) -> None:
        self._talk = talk

    def __call__(self, _: object) -> None:
        self._talk.die()


def ask(request: httpx.Request) -> httpx.Response:
    """Ask the network, in such a thread (`tests.support.blocking`). Raises what httpx raises."""
    return _TALK.get().ask(request)
