"""The notifications answers 2xx only after the broker has the request; what it could not store is told by 503."""

from collections.abc import Sequence
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
from connector.application.message_factory import MessageFactory
from connector.application.notifications import Notifications
from connector.entrypoints.http import google_webhook
from tests.unit.connector.support import NOW, connection

CHANNEL = Channel(id="ch1", connection_id="c1", company_id="acme", token="secret", created_at=NOW)
GENUINE = {"X-Goog-Channel-ID": "ch1", "X-Goog-Channel-Token": "secret", "X-Goog-Resource-State": "exists"}


class Broker:
    """Keeps what is published, or is away."""

    def __init__(self) -> None:
        self.messages: list[Outgoing] = []
        self.away = False

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        if self.away:
            raise Transient("kafka_unavailable")
        self.messages += messages


class Known:
    """Documents by id."""

    def __init__(self, *documents: Any) -> None:
        self.documents = {document.id: document for document in documents}

    async def get(self, document_id: str) -> Any:
        return self.documents.get(document_id)


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
async def http(broker: Broker) -> httpx.AsyncClient:
    stores: Any = SimpleNamespace(channels=Known(CHANNEL))
    connections: Any = Known(connection())
    publisher: Any = broker
    clock = ManualClock(NOW)
    app = FastAPI()
    install_problems(app)
    notifications = Notifications(stores, connections, publisher, MessageFactory(clock))
    app.state.services = SimpleNamespace(notifications=notifications, clock=clock)
    app.include_router(google_webhook.router)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://connector")


async def ring(http: httpx.AsyncClient, **headers: str) -> int:
    given = GENUINE | {name.replace("_", "-"): value for name, value in headers.items()}
    return (await http.post("/webhooks/google", headers=given)).status_code


async def test_a_notification_asks_for_a_pull(http: httpx.AsyncClient, broker: Broker) -> None:
    assert await ring(http) == 204
    assert [(one.topic, one.key) for one in broker.messages] == [("calendar.commands.v1", "c1")]
    assert '"reason":"push"' in broker.messages[0].value


async def test_what_could_not_be_stored_is_told_by_503(http: httpx.AsyncClient, broker: Broker) -> None:
    broker.away = True
    assert await ring(http) == 503


@pytest.mark.parametrize(
    "headers",
    [{"X_Goog_Resource_State": "sync"}, {"X_Goog_Channel_Token": "forged"}, {"X_Goog_Channel_ID": "nobody"}],
)
async def test_what_asks_for_nothing_is_answered_all_the_same(
    http: httpx.AsyncClient, broker: Broker, headers: dict[str, str]
) -> None:
    assert await ring(http, **headers) == 204
    assert broker.messages == []


async def test_what_is_no_notification_is_refused(http: httpx.AsyncClient) -> None:
    assert (await http.post("/webhooks/google", content=b"{not json")).status_code == 400
