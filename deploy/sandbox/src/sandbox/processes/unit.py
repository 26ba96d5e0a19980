"""What to run: the description of one child process, without running it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Probe = Callable[[], Awaitable[str | None]]
"""Returns None when the process does its work, else what it saw instead."""


@dataclass(frozen=True)
class Unit:
    """One program, its port, its log file, and the probe that tells when it is ready."""

    name: str
    argv: tuple[str, ...]
    port: int
    log: Path
    probe: Probe
    env: Mapping[str, str] = field(default_factory=dict)
    grace: float = 10.0
    """Seconds between SIGTERM and SIGKILL."""
    ready_within: float = 90.0
    """Seconds it may take to become ready, on a slow and busy machine."""

    @property
    def url(self) -> str:
        """Return the address of its HTTP side, for those that have one."""
        return f"http://127.0.0.1:{self.port}"
