"""What the tests of every provider's simulator do with one: in this process by its app, or as a server of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from chassis.clock import ManualClock

ANN = "ann@example.com"
Json = dict[str, Any]
_WITHIN = 30.0


class SimulatorDriver:
    """A simulator with its control API, on a clock that stands still; `waits` are the sleeps it asked for."""

    def __init__(self, app: Any, clock: ManualClock, waits: list[float], base_url: str) -> None:
        self.simulator = app.state.simulator
        self.clock = clock
        self.waits = waits
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=base_url)

    @asynccontextmanager
    async def signed_in(self) -> AsyncIterator[Self]:
        """Set up Ann's account in Berlin and sign in to it; close everything at the end."""
        await self.control("POST", "/accounts", {"email": ANN, "name": "Ann", "time_zone": "Europe/Berlin"})
        await self.sign_in()
        yield self
        await self.simulator.push.close()
        await self.http.aclose()

    async def control(self, verb: str, path: str, body: Any = None, **query: Any) -> Any:
        answer = await self.http.request(verb, f"/control{path}", json=body, params=query or None)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    async def trap(self, name: str, count: int | None = 1, operation: str = "*", **parameters: Any) -> None:
        armed = {"trap": name, "count": count, "operation": operation, "parameters": parameters}
        await self.control("POST", "/traps", armed)

    async def sign_in(self, email: str = ANN) -> Json:
        tokens: Json = await self.control("POST", f"/accounts/{email}/tokens", {})
        self.http.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        return tokens


def timed(day: int = 1, hour: int = 10, zone: str = "Europe/Berlin") -> Json:
    """Start and end of an hour in December 2026."""
    return {
        "start": {"dateTime": f"2026-12-{day:02}T{hour:02}:00:00", "timeZone": zone},
        "end": {"dateTime": f"2026-12-{day:02}T{hour + 1:02}:00:00", "timeZone": zone},
    }


@contextmanager
def simulator_server(name: str, folder: Path, *arguments: str) -> Iterator[httpx.Client]:
    """Run `python -m simulators.<name>` with its state, journal and clock in a folder, and further arguments."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    files = ["--state", str(folder / "state.json"), "--journal", str(folder / "journal.jsonl")]
    command = [sys.executable, "-m", f"simulators.{name}", "--port", str(port), *files, *arguments]
    environment = os.environ | {"TANDEM_CLOCK_FILE": str(folder / "clock")}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            wait_until(lambda: _answers(client), "the server")
            yield client
    finally:
        process.terminate()
        process.wait(20)


def wait_until(condition: Callable[[], bool], awaited: str) -> None:
    """Look until a condition holds."""
    until = time.monotonic() + _WITHIN
    while time.monotonic() < until:
        if condition():
            return
        time.sleep(0.05)
    pytest.fail(f"waited {_WITHIN:g} s for {awaited}")


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/control/settings").is_success
    except httpx.ConnectError:
        return False


def sign_in(client: httpx.Client) -> None:
    """Sign in to Ann's account at a server."""
    tokens = client.post(f"/control/accounts/{ANN}/tokens", json={}).json()
    client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
