"""An OpenTelemetry Collector, built once from Go modules, that writes what it is sent to a file."""

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from sandbox.processes.tools import FOLDER
from tests.support.infrastructure import run_outside_any_loop
from tests.support.waiting import wait_until

_SOURCE = Path(__file__).parent / "otlp_to_file"
_PROGRAM = FOLDER / "collector"
Json = dict[str, Any]


@dataclass(frozen=True)
class Span:
    """A span as the collector wrote it down."""

    service: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str
    attributes: dict[str, Any]


@dataclass(frozen=True)
class Collector:
    """A running collector: where it listens (OTLP over HTTP), and the file that it writes."""

    url: str
    file: Path

    def spans(self) -> list[Span]:
        """Return what it has written."""
        if not self.file.exists():
            return []
        complete = [line for line in self.file.read_text().splitlines(keepends=True) if line.endswith("\n")]
        return [span for line in complete for span in _spans_of(json.loads(line))]


@contextmanager
def collector(folder: Path) -> Iterator[Collector]:
    """Run a collector. Skips where there is no Go, or its modules cannot be had."""
    program = _built()
    folder.mkdir(parents=True, exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    file, settings = folder / "traces.jsonl", folder / "collector.yaml"
    settings.write_text(yaml.safe_dump(_settings(port, file)))
    with (folder / "collector.out").open("wb") as out:
        process = subprocess.Popen([program, "--config", f"file:{settings}"], stdout=out, stderr=subprocess.STDOUT)
    try:
        url = f"http://127.0.0.1:{port}"
        run_outside_any_loop(wait_until(lambda: _answers(url), awaited="the collector", timeout=30))
        yield Collector(url, file)
    finally:
        process.terminate()
        process.wait(20)


def _settings(port: int, file: Path) -> Json:
    return {
        "receivers": {"otlp": {"protocols": {"http": {"endpoint": f"127.0.0.1:{port}"}}}},
        "exporters": {"file": {"path": str(file), "flush_interval": "100ms"}},
        "service": {
            "pipelines": {"traces": {"receivers": ["otlp"], "exporters": ["file"]}},
            "telemetry": {"metrics": {"level": "none"}},
        },
    }


def _built() -> str:
    if not _PROGRAM.exists():
        if shutil.which("go") is None:
            pytest.skip("the collector is built by Go, which is not here")
        _PROGRAM.parent.mkdir(parents=True, exist_ok=True)
        command = ["go", "build", "-trimpath", "-ldflags=-s -w", "-o", str(_PROGRAM), "."]
        done = subprocess.run(command, cwd=_SOURCE, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"the collector cannot be built: {done.stderr.strip()[-300:]}")
    return str(_PROGRAM)


def _answers(url: str) -> bool:
    try:
        return httpx.post(f"{url}/v1/traces", json={}, timeout=5).is_success
    except httpx.TransportError:
        return False


def _spans_of(batch: Json) -> Iterator[Span]:
    for resource in batch.get("resourceSpans", []):
        service = _attributes(resource["resource"])["service.name"]
        for scope in resource["scopeSpans"]:
            for raw in scope["spans"]:
                ids = (raw["traceId"], raw["spanId"], raw.get("parentSpanId", ""))
                yield Span(service, raw["name"], *ids, _attributes(raw))


def _attributes(of: Json) -> dict[str, Any]:
    return {one["key"]: next(iter(one["value"].values()), None) for one in of.get("attributes", [])}
