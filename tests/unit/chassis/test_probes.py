"""Probes: what Kafka refuses is in the answer of readiness at once, and ends liveness after five minutes."""

from collections.abc import AsyncIterator
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI
from faststream.kafka import KafkaBroker

from chassis.messaging.consumer_health import ConsumerHealth, health_of
from chassis.observability.census import Census
from chassis.persistence.store import Store
from chassis.runtime.lifecycle import Lifecycle
from chassis.web.probes import probe_routes


class Answering:
    """A broker, a database and a lifecycle that are well."""

    started = True
    ending = False

    async def ping(self, timeout: float = 0) -> bool:
        return True


@pytest.fixture
async def client() -> AsyncIterator[tuple[httpx.AsyncClient, ConsumerHealth]]:
    well: Any = Answering()
    broker = cast("KafkaBroker", well)
    app = FastAPI()
    app.include_router(
        probe_routes(
            title="t",
            broker=broker,
            store=cast("Store", well),
            lifecycle=cast("Lifecycle", well),
            census=Census([], 60),
        )
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as opened:
        yield opened, health_of(broker)


async def test_what_kafka_refuses_is_named_until_it_is_over(
    client: tuple[httpx.AsyncClient, ConsumerHealth],
) -> None:
    http, health = client
    assert (await http.get("/readyz")).status_code == 200
    health.refused_consumers.note("a@g", "kafka_refused: GroupAuthorizationFailedError")
    health.refused_topics.note("b", "kafka_refused: TopicAuthorizationFailedError")
    answer = await http.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {
        "start": "ok",
        "kafka": "ok",
        "mongo": "ok",
        "consumers": "a@g: kafka_refused: GroupAuthorizationFailedError",
        "publishers": "b: kafka_refused: TopicAuthorizationFailedError",
    }
    assert (await http.get("/livez")).status_code == 200
    health.joined("a@g")
    health.refused_topics.clear("b")
    assert (await http.get("/readyz")).status_code == 200


async def test_a_start_that_goes_well_shows_no_refusal_to_who_waits(
    client: tuple[httpx.AsyncClient, ConsumerHealth], monkeypatch: pytest.MonkeyPatch
) -> None:
    http, health = client
    health.waiting["a@g"] = "joining"

    async def joined(_seconds: float) -> None:
        health.waiting.clear()

    monkeypatch.setattr(health, "pause", joined)
    assert (await http.get("/readyz")).status_code == 503
    assert (await http.get("/readyz", params={"wait": 20})).status_code == 200


async def test_a_service_that_has_been_ready_says_at_once_that_it_is_not(
    client: tuple[httpx.AsyncClient, ConsumerHealth], monkeypatch: pytest.MonkeyPatch
) -> None:
    http, health = client
    assert (await http.get("/readyz", params={"wait": 20})).status_code == 200
    health.waiting["a@g"] = "kafka_unavailable"
    monkeypatch.delattr(ConsumerHealth, "pause")
    assert (await http.get("/readyz", params={"wait": 20})).status_code == 503


async def test_a_stop_ends_the_waiting_for_a_start(client: tuple[httpx.AsyncClient, ConsumerHealth]) -> None:
    http, health = client
    health.waiting["a@g"] = "joining"
    health.stopping.set()
    assert (await http.get("/readyz", params={"wait": 20})).status_code == 503


async def test_who_sends_requests_here_hears_of_the_stop_and_who_stops_us_no_failure(
    client: tuple[httpx.AsyncClient, ConsumerHealth], monkeypatch: pytest.MonkeyPatch
) -> None:
    http, _ = client
    monkeypatch.setattr(Answering, "ending", True)
    assert (await http.get("/readyz")).status_code == 503
    assert (await http.get("/readyz", params={"wait": 20})).status_code == 200


async def test_what_lasts_is_named_by_liveness(
    client: tuple[httpx.AsyncClient, ConsumerHealth], monkeypatch: pytest.MonkeyPatch
) -> None:
    http, health = client
    monkeypatch.setattr(health, "stuck", lambda: ["a@g"])
    answer = await http.get("/livez")
    assert (answer.status_code, answer.json()) == (503, {"status": "stuck", "stuck": ["a@g"]})
