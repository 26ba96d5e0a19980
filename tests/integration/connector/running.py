"""Runs the connector and all simulators as in production: behind uvicorn, with a broker and a database."""

import asyncio
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from chassis.messaging.topics import TopicSpec, ensure_topics
from connector.app import make_app
from connector.settings import ConnectorSettings
from contracts import topics
from sandbox.simulated import SIMULATED
from simulators.exchange import ExchangeSettings, make_exchange_simulator
from simulators.exchange.http.connections import NumberedProtocol
from simulators.google import GoogleSettings, make_google_simulator
from simulators.microsoft import MicrosoftSettings, make_microsoft_simulator
from tests.support.exchange_schemas import JUDGE
from tests.support.ports import free_base
from tests.support.waiting import wait_until

SECRET = "a-secret-of-the-tests-with-32-chars"
PARTITIONS = 3
NAMES = [
    topics.ACTIVITY_TYPES,
    topics.CALENDAR_COMMANDS,
    topics.CALENDAR_EVENTS,
    topics.CONNECTION_EVENTS,
    topics.LINK_STATES,
    topics.SYNC_BRAKES,
    topics.SYNC_DECISIONS,
]
_SIMULATORS: Mapping[str, Callable[[], FastAPI]] = {
    "google": lambda: make_google_simulator(GoogleSettings(seed=7)),
    "microsoft": lambda: make_microsoft_simulator(MicrosoftSettings(seed=7)),
    "exchange": lambda: make_exchange_simulator(ExchangeSettings(seed=7, schemas=JUDGE)),
}


@dataclass(frozen=True)
class Running:
    """Where the connector and the simulators are; these by their names."""

    connector: str
    simulators: Mapping[str, str]


@contextmanager
def running_connector(kafka_bootstrap: str, mongo_url: str, *, embedded: bool) -> Iterator[Running]:
    """Run all, with an empty database, for as long as the context lasts."""
    specs = [TopicSpec(name, PARTITIONS) for name in [*NAMES, *(f"{name}.dlq" for name in NAMES)]]
    asyncio.run(ensure_topics(kafka_bootstrap, specs))
    base = free_base()
    ports = {name: base + 10 + number for number, name in enumerate(SIMULATED)}
    urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    at = Running(connector=f"http://127.0.0.1:{base + 1}", simulators=urls)
    with ExitStack() as stack:
        for name, port in ports.items():
            stack.enter_context(_served(_SIMULATORS[name](), port))
        settings = _settings(at, kafka_bootstrap, mongo_url, embedded=embedded)
        stack.enter_context(_served(make_app(settings), base + 1))
        asyncio.run(_ready(at.connector))
        yield at


def _settings(at: Running, kafka_bootstrap: str, mongo_url: str, *, embedded: bool) -> ConnectorSettings:
    return ConnectorSettings(
        kafka_bootstrap=kafka_bootstrap,
        kafka_fetch_max_wait_ms=20 if embedded else 500,
        mongo_url=mongo_url,
        mongo_database=f"connector_{uuid.uuid4().hex[:8]}",
        jwt_secret=SECRET,
        public_url=at.connector,
        credential_keys="k1:" + "A" * 43 + "=",
        **_provider_settings(at) | {"exchange_allowed_hosts": "127.0.0.1,localhost"},
        poll_seconds=300,
        debounce_seconds=0.3,
        second_look_seconds=0.5,
        provider_timeout_seconds=3,
        shutdown_seconds=5,
    )


def _provider_settings(at: Running) -> dict[str, Any]:
    given = [{**server.settings_at(at.simulators[name]), **server.clients} for name, server in SIMULATED.items()]
    return {name.removeprefix("TANDEM_").lower(): value for one in given for name, value in one.items()}


@contextmanager
def _served(app: FastAPI, port: int) -> Iterator[None]:
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host="127.0.0.1",
            port=port,
            log_config=None,
            access_log=False,
            timeout_keep_alive=60,
            http=NumberedProtocol,  # NTLM proves a connection, so its simulator must know it
        )
    )
    thread = threading.Thread(target=server.run, name=app.title)
    thread.start()
    try:
        asyncio.run(_started(server))
        yield
    finally:
        server.should_exit = True
        thread.join(20)


async def _started(server: uvicorn.Server) -> None:
    await wait_until(lambda: server.started, awaited="the server to listen")


async def _ready(url: str) -> None:
    async with httpx.AsyncClient() as client:

        async def ready() -> bool:
            answer = await client.get(f"{url}/readyz")
            assert answer.status_code == 200, answer.text
            return True

        await wait_until(ready, awaited="the connector to be ready", timeout=40)
