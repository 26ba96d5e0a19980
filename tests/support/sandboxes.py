"""A whole sandbox of its own for a test: started as people start it, driven and hurt from outside."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.support.infrastructure import run_outside_any_loop, sandbox_environ
from tests.support.ports import free_base
from tests.support.waiting import wait_until

PARTS = {
    "connector": "-m connector",
    "mapper": "-m mapper",
    "activity-store": "-m activity_store",
    "database": "secantusd",
    "broker": {"embedded": "tansu", "apache": "kafka.Kafka"}[sandbox_environ()["KAFKA"]],
}
"""What may be killed, each with a word of its command line."""


class Sandbox:
    """`python -m sandbox.run` on ports of its own, with all it keeps in `folder`."""

    def __init__(self, folder: Path, port_base: int, environ: Mapping[str, str], console: str = "console") -> None:
        self.folder = folder
        self.port_base = port_base
        self.environ = {**os.environ, **environ, "PORT_BASE": str(port_base)}
        self._console = folder.with_suffix(f".{console}")
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and return at once."""
        with self._console.open("wb") as console:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "sandbox.run", "--folder", str(self.folder), "--end-with-parent"],
                env=self.environ,
                stdout=console,
                stderr=subprocess.STDOUT,
            )

    @property
    def console(self) -> str:
        """What it has printed since its start."""
        return self._console.read_text()

    def url(self, offset: int) -> str:
        """The address of the part whose port is `offset` above the base."""
        return f"http://127.0.0.1:{self.port_base + offset}"

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the supervisor."""
        assert self._child
        self._child.send_signal(number)

    async def ready(self, *, within: float = 120) -> None:
        """Wait until it says that everything is ready."""
        await self.says("everything is ready", within=within)

    async def says(self, pattern: str, *, after: int = 0, within: float = 60) -> None:
        """Wait until its console shows `pattern` past the first `after` characters."""

        def shown() -> bool:
            assert re.search(pattern, self.console[after:]), self.console
            return True

        await wait_until(shown, awaited=f"{pattern!r} on the console", timeout=within)

    async def ended(self, *, within: float = 40) -> int:
        """Wait for its end and return the exit code."""
        assert self._child
        return await asyncio.to_thread(self._child.wait, within)

    def processes(self) -> dict[int, str]:
        """The command lines of all processes that mention its folder or ports, by process id (Linux)."""
        commands = {int(path.parent.name): _read(path) for path in Path("/proc").glob("[0-9]*/cmdline")}
        mine = re.compile(rf"{re.escape(str(self.folder))}|:{self.port_base + 92}\b")
        environ = {pid: _read(Path(f"/proc/{pid}/environ")) for pid in commands}
        return {
            pid: command
            for pid, command in commands.items()
            if command and (mine.search(command) or f"TANDEM_CLOCK_FILE={self.folder}/" in environ[pid])
        }

    def pid_of(self, part: str) -> int:
        """The process whose command line mentions `part`."""
        return next(pid for pid, command in self.processes().items() if part in command)

    def close(self) -> None:
        """End it, whatever state it is in."""
        if self._child and self._child.poll() is None:
            self._child.kill()
            self._child.wait()


def _read(path: Path) -> str:
    try:
        return path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:  # it ended, or is not ours
        return ""


OFTEN = {"TANDEM_POLL_SECONDS": "4", "TANDEM_POLL_LONGEST_SECONDS": "4"}
"""For tests in which notifications get lost: polls find what they told, and never become rare."""
SOON = {"TANDEM_POLL_SECONDS": "5", "TANDEM_POLL_LONGEST_SECONDS": "60"}
"""For many who share a sandbox: who has just connected is polled soon, who has long been quiet burdens nobody."""


@contextmanager
def empty_sandbox(folder: Path, **environ: str) -> Iterator[Sandbox]:
    """Run a sandbox that starts empty, on the broker of TEST_INFRA, ready, for as long as the context lasts."""
    running = Sandbox(folder, free_base(), {"DEMO_DATA": "no", **sandbox_environ(), **environ})
    running.start()
    try:
        run_outside_any_loop(running.ready())
        yield running
    finally:
        running.close()
