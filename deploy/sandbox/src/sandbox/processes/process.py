"""Runs a unit as a child process that never outlives us."""

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

from sandbox.processes.unit import Unit

_POLL_SECONDS = 0.05
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class ProcessEndedError(RuntimeError):
    """A process ended, or did not get ready in time, where it was needed; the message holds its last words."""


class Process:
    """A running unit. Start it from the main thread: Linux ends it when the thread that started it ends."""

    def __init__(self, unit: Unit, child: subprocess.Popen[bytes]) -> None:
        self.unit = unit
        self._child = child

    @classmethod
    def start(cls, unit: Unit) -> Self:
        """Start `unit`; its output is appended to its log file."""
        unit.log.parent.mkdir(parents=True, exist_ok=True)
        with unit.log.open("ab") as log:
            child = subprocess.Popen(
                unit.argv,
                env={**os.environ, **unit.env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a Ctrl-C is for us alone: we end the others in their order
                preexec_fn=_between_fork_and_exec(os.getpid()),  # noqa: PLW1509 - started before any thread of ours
            )
        return cls(unit, child)

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._child.pid

    @property
    def exit_code(self) -> int | None:
        """Return the exit code (negative: the signal that ended it), None while it runs."""
        return self._child.poll()

    async def exited(self) -> int:
        """Wait for its end and return the exit code."""
        while (code := self.exit_code) is None:
            await self._ended()
        return code

    async def _ended(self) -> None:
        """Wait until the kernel says that it has ended; where it does not tell (other than Linux), for a moment."""
        if _LIBC is None:
            return await asyncio.sleep(_POLL_SECONDS)
        loop, ended, end = asyncio.get_running_loop(), asyncio.Event(), os.pidfd_open(self._child.pid)
        loop.add_reader(end, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(end)
            os.close(end)
        return None

    def stop(self) -> None:
        """Ask it to end, and after the unit's grace make it. Blocks until it is gone."""
        self._child.terminate()
        try:
            self._child.wait(self.unit.grace)
        except subprocess.TimeoutExpired:
            self.kill()

    async def stopped(self) -> None:
        """As `stop`, without blocking the event loop; when cancelled it kills at once."""
        self._child.terminate()
        try:
            async with asyncio.timeout(self.unit.grace):
                await self.exited()
        except TimeoutError:
            pass
        finally:
            self.kill()

    def kill(self) -> None:
        """End it with SIGKILL."""
        self._child.kill()
        self._child.wait()

    def last_words(self, lines: int = 15) -> str:
        """Return the end of its log."""
        return _tail(self.unit.log, lines)


async def ready(process: Process) -> None:
    """Wait until the process is ready.

    Raises `ProcessEndedError` when it ends first, or is not ready within the unit's time.
    """
    unit, seen = process.unit, "nothing yet"
    with suppress(TimeoutError):
        async with asyncio.timeout(unit.ready_within):
            while process.exit_code is None:
                answer = await unit.probe()
                if answer is None:
                    return
                seen = answer
                await asyncio.sleep(_POLL_SECONDS)
    if process.exit_code is None:
        raise ProcessEndedError(f"{unit.name} is not ready after {unit.ready_within:.0f} s; last seen: {seen}")
    raise ProcessEndedError(f"{unit.name} ended with {process.exit_code} while starting:\n{process.last_words()}")


def end_with_parent(end: signal.Signals) -> None:
    """Have the kernel send this process `end` when its parent ends, however that happens (Linux only)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, end)


def _between_fork_and_exec(parent: int) -> Callable[[], None]:
    def prepare() -> None:
        end_with_parent(signal.SIGKILL)
        if os.getppid() != parent:  # it ended before we asked
            os._exit(1)

    return prepare


def _tail(path: Path, lines: int) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
