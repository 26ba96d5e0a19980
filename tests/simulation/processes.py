"""Processes that are none: what runs in one's context belongs to it, and nothing of it runs any more once it is dead.

As with kill -9, no `finally` and no `except` of a dead process runs: its callbacks are dropped by the loop, and its
tasks stay suspended until the whole run is over.
"""

import asyncio
import contextlib
from collections.abc import Coroutine
from contextvars import Context, ContextVar, copy_context
from typing import Any, TypeVar

T = TypeVar("T")

_RUNNING: ContextVar["Process | None"] = ContextVar("_RUNNING", default=None)


def process_of(context: Context | None) -> "Process | None":
    """Return the process whose code runs in a context, by default the present one."""
    return _RUNNING.get() if context is None else context.get(_RUNNING)


class Process:
    """A process by name; `death` is set when it is killed."""

    def __init__(self, name: str, loop: asyncio.AbstractEventLoop) -> None:
        self.name = name
        self._loop = loop
        self.steps = 0
        """How many callbacks of it have run."""
        self.tasks: set[asyncio.Task[Any]] = set()
        self.death = loop.create_future()
        self._context = copy_context()
        self._context.run(_RUNNING.set, self)
        self._dies_at: int | None = None

    @property
    def alive(self) -> bool:
        """Whether its code runs."""
        return not self.death.done()

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run something in it."""
        return self._loop.create_task(work, context=self._context.copy())

    def die_after(self, steps: int) -> None:
        """Kill it before the callback after so many."""
        self._dies_at = self.steps + steps

    def kill(self) -> None:
        """End it; what it has not sent is lost."""
        if self.alive:
            self.death.set_result(None)

    def may_go_on(self) -> bool:
        """Tell whether its next callback runs."""
        if self.steps == self._dies_at:
            self.kill()
        self.steps += 1
        return self.alive

    def bury(self) -> None:
        """Close what was suspended when it died, once the loop has ended: nobody sees any more what that does."""
        for task in self.tasks:
            task._log_destroy_pending = False  # type: ignore[attr-defined]
            coroutine: Any = task.get_coro()
            with contextlib.suppress(BaseException):
                self._context.copy().run(coroutine.close)
        self.tasks.clear()
