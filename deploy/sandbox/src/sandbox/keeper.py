"""Keeps units running: starts them, says when they are ready, and starts them again when they end."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from sandbox.console import Say
from sandbox.processes import Process, ProcessEndedError, Unit, ready

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 15.0
_STEADY_SECONDS = 30.0


@dataclass
class Keeper:
    """Keeps one unit running until cancelled."""

    unit: Unit
    say: Say
    first_env: Mapping[str, str] = field(default_factory=dict)
    """Given in addition until the unit has been ready once."""
    must_start: bool = True
    """Whether failing to get ready for the first time is an error rather than a reason to try again."""

    def __post_init__(self) -> None:
        self.was_ready = asyncio.Event()
        self._process: Process | None = None

    def kill(self) -> None:
        """End what runs with SIGKILL, if anything does."""
        if self._process is not None:
            self._process.kill()

    async def run(self) -> None:
        """Run the unit for ever. Raises `ProcessEndedError` when it must start and does not."""
        loop, pause = asyncio.get_running_loop(), _FIRST_PAUSE
        while True:
            begun = loop.time()
            await self._run_once()
            pause = _FIRST_PAUSE if loop.time() - begun > _STEADY_SECONDS else min(pause * 2, _LONGEST_PAUSE)
            self.say(self.unit.name, f"starting again in {pause:.1f} s")
            await asyncio.sleep(pause)

    async def _run_once(self) -> None:
        async with running(self._next_unit()) as process:
            self._process = process
            try:
                await ready(process)
            except ProcessEndedError as error:
                if self.must_start and not self.was_ready.is_set():
                    raise
                self.say(self.unit.name, str(error))
                return
            self.was_ready.set()
            self.say(self.unit.name, f"ready on port {self.unit.port}")
            code = await process.exited()
            self.say(self.unit.name, f"ended with {code}:\n{process.last_words()}")

    def _next_unit(self) -> Unit:
        return self.unit if self.was_ready.is_set() else replace(self.unit, env={**self.unit.env, **self.first_env})


@asynccontextmanager
async def running(unit: Unit) -> AsyncIterator[Process]:
    """Run a unit while the context lasts."""
    process = Process.start(unit)
    try:
        yield process
    finally:
        await process.stopped()


@asynccontextmanager
async def kept(keepers: Sequence[Keeper]) -> AsyncIterator[None]:
    """Keep all these running, side by side, while the context lasts; enter it with all of them ready once."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(keeper.run()) for keeper in keepers]
        try:
            for keeper in keepers:
                await keeper.was_ready.wait()
            yield
        finally:
            for task in tasks:
                task.cancel()
