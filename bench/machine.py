"""What the figures were measured on: machine, versions, broker, database, and how busy it was."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sandbox.processes.tools import kafka_version

_LIBRARIES = ("aiokafka", "faststream", "fastapi", "motor", "pymongo", "pydantic", "httpx", "uvicorn")
_BROKERS = {"apache": f"Apache Kafka {kafka_version()} (KRaft, one node)", "embedded": "Tansu (in memory)"}


def described(kafka: str, database: str) -> dict[str, Any]:
    """Return what belongs beside every figure."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "machine": f"{os.cpu_count()} cores, {_memory_gb()} GB, {platform.system()} {platform.release()}",
        "load_before": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "broker": _BROKERS.get(kafka, kafka),
        "database": database,
        "libraries": {name: version(name) for name in _LIBRARIES},
    }


def _memory_gb() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def _commit() -> str:
    here = Path(__file__).parent
    ask = ["git", "rev-parse", "--short", "HEAD"]
    told = subprocess.run(ask, cwd=here, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed command
    return told.stdout.strip() or "unknown"
