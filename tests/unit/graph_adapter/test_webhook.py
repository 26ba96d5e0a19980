"""Microsoft's notifications: the handshake, batches of which each part stands for itself, news of subscriptions."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from chassis.clock import ManualClock
from chassis.errors import Transient
from chassis.messaging.publisher import Outgoing
from chassis.web.problem_handlers import install_problems
from connector.adapters.collections import Channel
from connector.adapters.providers.graph.client_state import client_state
from connector.application.message_factory import MessageFactory
from connector.application.notifications import Notifications
from connector.domain.model.connection import Connection
from connector.domain.model.connection_parts import Subscription
from connector.entrypoints.http import microsoft_webhook
from tests.unit.connector.support import DAY, NOW, connection

CHANGED, LIFECYCLE = "/webhooks/microsoft", "/webhooks/microsoft/lifecycle"
STATES = {number: client_state(f"ch{number}", f"secret{number}") for number in (1, 2)}


def watched(number: int) -> Connection:
    channel = Subscription(id=f"ch{number}", resource_id="s", calendar_id="cal", opened_at=NOW, expires_at=NOW + DAY)
    return connection(id=f"c{number}", provider="office365", subscription=channel, push="webhook")


class World:
    """Two connections with a channel each, and a broker that keeps what is published, or is away."""

    def __init__(self) -> None:
        self.messages: list[Outgoing] = []
        self.away = False
        self.connections = {f"c{number}": watched(number) for number in (1, 2)}
        self.channels = {
            f"ch{number}": Channel(
                id=f"ch{number}", connection_id=f"c{number}", company_id="acme", token=f"secret{number}", created_at=NOW
            )
            for number in (1, 2)
        }

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        if self.away:
            raise Transient("kafka_unavailable")
        self.messages += messages

    async def get(self, document_id: str) -> Any:
        return self.connections.get(document_id) or self.channels.get(document_id)

    async def change(self, connection_id: str, change: Callable[[Connection], Connection]) -> Connection:
        self.connections[connection_id] = change(self.connections[connection_id])
        return self.connections[connection_id]

    @property
    def pulled(self) -> list[str | None]:
        return [one.key for one in self.messages]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def http(world: World) -> httpx.AsyncClient:
    parts: Any = world
    stores: Any = SimpleNamespace(channels=world)
    clock = ManualClock(NOW)
    app = FastAPI()
    install_problems(app)
    notifications = Notifications(stores, parts, parts, MessageFactory(clock))
    app.state.services = SimpleNamespace(notifications=notifications, clock=clock)
    app.include_router(microsoft_webhook.router)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://connector")


def told(state: str | None, **more: Any) -> dict[str, Any]:
    return {"subscriptionId": "s", "changeType": "updated", "clientState": state} | more


async def post(http: httpx.AsyncClient, path: str, *values: Any) -> int:
    return (await http.post(path, json={"value": list(values)})).status_code


@pytest.mark.parametrize("path", [CHANGED, LIFECYCLE])
@pytest.mark.parametrize("token", ["plain", "a+b c%20&d=é", "<script>alert(1)</script>"])
async def test_the_handshake_echoes_the_token_as_text(http: httpx.AsyncClient, path: str, token: str) -> None:
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    answer = await http.post(path, params={"validationToken": token}, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text == token.replace("<", "&lt;").replace(">", "&gt;"), "no browser may find a tag in it"


async def test_a_batch_of_several_subscriptions_pulls_each_once(http: httpx.AsyncClient, world: World) -> None:
    assert await post(http, CHANGED, told(STATES[1]), told(STATES[2]), told(STATES[1])) == 202
    assert world.pulled == ["c1", "c2"]
    assert all('"reason":"push"' in one.value for one in world.messages)


@pytest.mark.parametrize(
    "bad",
    [
        told("ch1.forged"),
        told("ch9.secret1"),
        told("secret1"),
        told(None),
        told(""),
        {"clientState": 7},
        {},
        "no notification",
        None,
    ],
)
async def test_what_is_not_genuine_takes_nothing_from_the_rest(http: httpx.AsyncClient, world: World, bad: Any) -> None:
    assert await post(http, CHANGED, bad, told(STATES[2])) == 202
    assert world.pulled == ["c2"]


async def test_a_stopped_connection_is_not_pulled(http: httpx.AsyncClient, world: World) -> None:
    world.connections["c1"] = world.connections["c1"].model_copy(update={"phase": "stopped"})
    assert await post(http, CHANGED, told(STATES[1])) == 202
    assert world.pulled == []


@pytest.mark.parametrize("path", [CHANGED, LIFECYCLE])
async def test_what_could_not_be_stored_is_told_by_503(http: httpx.AsyncClient, world: World, path: str) -> None:
    world.away = True
    assert await post(http, path, told(STATES[1])) == 503


@pytest.mark.parametrize("body", [b"", b"{not json", b"[]", b'{"value": 1}', b'{"other": []}'])
async def test_what_is_no_batch_is_refused_as_a_problem(http: httpx.AsyncClient, body: bytes) -> None:
    answer = await http.post(CHANGED, content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")


@pytest.mark.parametrize("path", [CHANGED, LIFECYCLE])
async def test_an_empty_batch_and_unknown_fields_are_taken(http: httpx.AsyncClient, world: World, path: str) -> None:
    assert await post(http, path) == 202
    body = {"value": [told(STATES[1], encryptedContent={"data": "x"})], "validationTokens": ["jwt"], "more": 1}
    assert (await http.post(path, json=body)).status_code == 202
    assert world.pulled == ["c1"]


@pytest.mark.parametrize("path", [CHANGED, LIFECYCLE])
async def test_a_channel_to_be_renewed_is_due_now(http: httpx.AsyncClient, world: World, path: str) -> None:
    assert await post(http, path, told(STATES[1], lifecycleEvent="reauthorizationRequired")) == 202
    after = world.connections["c1"]
    assert after.subscription
    assert (after.subscription.must_renew, after.due["channel"], world.pulled) == (True, NOW, ["c1"])


async def test_a_channel_that_was_removed_is_opened_anew_once(http: httpx.AsyncClient, world: World) -> None:
    removed = told(STATES[1], lifecycleEvent="subscriptionRemoved")
    assert await post(http, LIFECYCLE, removed, removed) == 202
    after = world.connections["c1"]
    assert (after.subscription, after.due["channel"], after.push) == (None, NOW, "polling")
    newer = Subscription(id="ch3", resource_id="n", calendar_id="cal", opened_at=NOW, expires_at=NOW + DAY)
    world.connections["c1"] = after.model_copy(update={"subscription": newer})
    assert await post(http, LIFECYCLE, removed) == 202
    assert world.connections["c1"].subscription == newer


async def test_k4_what_was_missed_is_pulled(http: httpx.AsyncClient, world: World) -> None:
    before = world.connections["c1"]
    assert await post(http, LIFECYCLE, told(STATES[1], lifecycleEvent="missed")) == 202
    assert (world.connections["c1"], world.pulled) == (before, ["c1"])
