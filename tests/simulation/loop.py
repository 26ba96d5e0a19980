"""An event loop in virtual time: whenever nothing is ready, its time jumps to the next timer.

It knows no sockets and no threads, so nothing real can be waited for: the wall clock decides nothing.
"""

import asyncio
import heapq
import threading
from asyncio import base_events, events
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any

from tests.simulation.processes import process_of


class NothingWillHappenError(AssertionError):
    """Something is waited for that nobody will do."""


class _Handle(events.Handle):
    """A callback that does not run once its process is dead."""

    _context: Context

    def _run(self) -> None:
        process = process_of(self._context)
        if process is None or process.may_go_on():
            super()._run()


class _TimerHandle(events.TimerHandle):
    """A timer that does not ring once its process is dead."""

    _context: Context

    def _run(self) -> None:
        process = process_of(self._context)
        if process is None or process.may_go_on():
            super()._run()


class _Leap:
    """In place of a selector: waiting is moving the clock."""

    def __init__(self, loop: "VirtualLoop") -> None:
        self._loop = loop

    def select(self, timeout: float | None) -> list[Any]:
        """Move on to the next timer."""
        if timeout is None:
            raise NothingWillHappenError("nothing is ready and no timer is set")
        self._loop.elapsed += timeout
        return []


class VirtualLoop(base_events.BaseEventLoop):
    """A loop whose `time()` is virtual; see `Process` for what it knows of processes."""

    def __init__(self) -> None:
        super().__init__()
        self.elapsed = 0.0
        """Virtual seconds since its start."""
        self._selector = _Leap(self)

    def time(self) -> float:
        """Return the virtual time."""
        return self.elapsed

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> events.Handle:
        """Call something at the next turn."""
        handle = _Handle(callback, args, self, context)
        self._ready.append(handle)  # type: ignore[attr-defined]
        return handle

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> events.TimerHandle:
        """Call something at a virtual time."""
        handle = _TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._scheduled, handle)  # type: ignore[attr-defined]
        handle._scheduled = True  # type: ignore[attr-defined]
        return handle

    def create_task(  # type: ignore[override]
        self, coro: Coroutine[Any, Any, Any], *, name: str | None = None, context: Context | None = None
    ) -> asyncio.Task[Any]:
        """Make a task; one that belongs to a process is known to it until it is done."""
        task = super().create_task(coro, name=name, context=context)
        process = process_of(context)
        if process is not None:
            process.tasks.add(task)
            task.add_done_callback(process.tasks.discard)
        return task

    def _process_events(self, event_list: list[Any]) -> None:
        """Nothing comes from outside."""

    def _write_to_self(self) -> None:
        if self._thread_id not in {None, threading.get_ident()}:  # type: ignore[attr-defined]
            raise RuntimeError("a thread wants something: in virtual time there is none")
