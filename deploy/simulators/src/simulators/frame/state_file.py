"""Keeps a simulator's world in a file: written whole and atomically, some time after a change."""

import asyncio
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Writing may take a tenth of the time at most, however large the world is.
_SHARE = 10


class StateFile:
    """Writes snapshots in the background while `mark` says that something changed."""

    def __init__(self, path: Path, dump: Callable[[], dict[str, Any]], pause: float = 0.5) -> None:
        """`dump` makes the snapshot; `pause`: seconds between a change and its snapshot."""
        self._path = path
        self._dump = dump
        self._pause = pause
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def mark(self) -> None:
        """Something changed."""
        self._changed.set()

    def start(self) -> None:
        """Begin to watch for changes."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        """Write the last state."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self.write()

    def write(self) -> None:
        """Write a snapshot now; a crash in the middle leaves the old one."""
        self._save(json.dumps(self._dump()))

    def _save(self, text: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.write_text(text, "utf-8")
        os.replace(fresh, self._path)  # noqa: PTH105 - the atomic rename is the point

    async def _run(self) -> None:
        while True:
            await self._changed.wait()
            await asyncio.sleep(self._pause)
            self._changed.clear()
            began = time.monotonic()
            self.write()
            await asyncio.sleep((time.monotonic() - began) * _SHARE)


def read(path: Path | None) -> dict[str, Any] | None:
    """The last snapshot, if there is one."""
    if path is None or not path.exists():
        return None
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content
