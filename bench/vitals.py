"""What processes use, from /proc: CPU seconds, memory now and at its peak."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.processes import Process

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Return user and system time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def memory_mb(pid: int, what: str = "VmRSS") -> float:
    """Return a memory figure of a process: `VmRSS` now, `VmHWM` the highest since `forget_peak`."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    line = next(line for line in lines if line.startswith(what))
    return int(line.split()[1]) / 1024


def forget_peak(pid: int) -> None:
    """Let the highest memory count from now (Linux: `5` to clear_refs)."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


@dataclass
class Watch:
    """CPU and peak memory of some processes since the watch began."""

    processes: Mapping[str, Process]

    def __post_init__(self) -> None:
        self._before = {name: cpu_seconds(process.pid) for name, process in self.processes.items()}
        for process in self.processes.values():
            forget_peak(process.pid)

    def cpu(self) -> dict[str, float]:
        """Return the CPU seconds of each."""
        now = {name: cpu_seconds(process.pid) for name, process in self.processes.items()}
        return {name: round(now[name] - self._before[name], 2) for name in now}

    def peak_mb(self) -> dict[str, float]:
        """Return the highest memory of each in MB."""
        return {name: round(memory_mb(process.pid, "VmHWM")) for name, process in self.processes.items()}
