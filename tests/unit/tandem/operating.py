"""The program over a whole system in virtual time: its requests go through the services' own apps."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

import tandem.commands.erase
import tandem.commands.resync
import tandem.commands.verify
from sandbox.clients import Json
from sandbox.token import make_token
from tandem.app import app
from tandem.errors import CommandFailed
from tandem.session import Session
from tests.property.system.ground import SimulatedGround, simulated_ground
from tests.support.stories import World, connected


class _Wired(httpx.BaseTransport):
    """Sends a request by the system's network, whose time passes only while it is under way."""

    def __init__(self, ground: SimulatedGround) -> None:
        self._ground = ground

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        transport = self._ground.way.transport
        assert transport
        asynchronous = httpx.Request(request.method, request.url, headers=request.headers, content=request.read())
        asynchronous.extensions = request.extensions
        answers: list[httpx.Response] = []

        async def send() -> None:
            answers.append(await transport.handle_async_request(asynchronous))

        self._ground.run(send())
        return answers[0]


@dataclass
class Operator:
    """Somebody at a terminal beside the system, and the company that he looks after."""

    ground: SimulatedGround
    world: World
    environ: Mapping[str, str]

    def __call__(self, *arguments: str, role: str = "operator") -> Result:
        """Run the program; `role`: whose token is given."""
        token = make_token(
            self.ground.way.settings,
            sub="1",
            company=self.world.company,
            role="regular" if role == "operator" else role,
            now=datetime.now(UTC),
            operator=role == "operator",
        )
        return CliRunner().invoke(app, ["--token", token, *arguments], env=dict(self.environ))

    def json(self, *arguments: str) -> Json:
        """Run a command that succeeds, and return what it says."""
        done = self(*arguments, "--json")
        assert done.exception is None, done.exception
        found: Json = json.loads(done.stdout)
        return found

    def failure(self, *arguments: str, role: str = "operator") -> CommandFailed:
        """Run a command that fails."""
        done = self(*arguments, role=role)
        assert isinstance(done.exception, CommandFailed), done
        return done.exception


@contextmanager
def operating(seed: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Operator]:
    """Run a system with one company whose salesperson's calendar is connected and in sync."""
    with simulated_ground(seed) as ground:
        stack = AsyncExitStack()
        opened: list[World] = []

        async def arrive() -> None:
            opened.append(await stack.enter_async_context(connected(ground.way, "company")))

        ground.run(arrive())
        _join(ground, monkeypatch)
        environ = {name: value for name, value in ground.way.settings.items() if name == "TANDEM_PUBLIC_URL"}
        try:
            yield Operator(ground, opened[0], environ)
        finally:
            ground.run(stack.aclose())


def _join(ground: SimulatedGround, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the program's requests and pauses take place in the system, and none in a sandbox that was run here."""
    made: Callable[[Session, Any], httpx.Client] = Session.client

    def client(session: Session, service: Any) -> httpx.Client:
        real = made(session, service)
        return httpx.Client(base_url=real.base_url, headers=real.headers, timeout=120, transport=_Wired(ground))

    def sleep(seconds: float) -> None:
        ground.run(asyncio.sleep(seconds))

    monkeypatch.setattr(Session, "client", client)
    monkeypatch.setattr("tandem.settings._sandbox_file", lambda: None)
    for module in (tandem.commands.erase, tandem.commands.resync, tandem.commands.verify):
        monkeypatch.setattr(module, "sleep", sleep)
