"""Bad input: a clear problem and no state changed; a poison message ends dead-lettered while the rest flows."""

import json
import time

import httpx
import jwt
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from contracts.topics import ACTIVITY_EVENTS, CALENDAR_EVENTS
from sandbox.clients import Json
from tests.support.stories import WITHIN, World, call, timed
from tests.support.waiting import wait_until

PROBLEM = "application/problem+json"


def is_problem(answer: httpx.Response, status: int, code: str) -> None:
    """Check that an answer is a problem with this status and code."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM), answer.text
    assert answer.json()["code"] == code, answer.text
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"due_date": "2026-02-30"}, "due_date"),
        ({"due_time": "25:00"}, "due_time"),
        ({"duration": "soon"}, "duration"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"type": "party"}, "type"),
    ],
)
async def test_wrong_fields_of_an_activity_are_named(company: World, wrong: Json, field: str) -> None:
    answer = await company.sales.store.post("/v1/activities", json=call() | wrong)
    is_problem(answer, 422, "validation_error")
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not await company.sales.activities(owner_id="7")


async def test_json_that_is_none_is_refused(company: World) -> None:
    headers = {"content-type": "application/json"}
    answer = await company.sales.store.post("/v1/activities", content=b"{\xff", headers=headers)
    is_problem(answer, 400, "malformed_request")


@pytest.mark.parametrize(
    "claims", [{"exp": 1}, {"exp": ...}, {"sub": ""}, {"company_id": None}, {"sub": 7}, {"tz": "Mars/Olympus"}]
)
async def test_tokens_that_do_not_hold_are_refused(company: World, claims: Json) -> None:
    good = {"sub": "7", "company_id": company.company, "role": "regular", "exp": time.time() + 60}
    whole = {name: value for name, value in (good | claims).items() if value is not ...}
    forged = jwt.encode(whole, company.settings["TANDEM_JWT_SECRET"], algorithm="HS256")
    headers = {"Authorization": f"Bearer {forged}"}
    for client in (company.sales.connector, company.sales.store):
        path = "/v1/connections" if client is company.sales.connector else "/v1/activities"
        is_problem(await client.get(path, headers=headers), 401, "unauthorized")


async def test_g4_nothing_crosses_between_companies(synced: World, stranger: World) -> None:
    activity = await synced.sales.add(**call())
    await synced.event_of(activity)
    is_problem(await stranger.sales.store.get(f"/v1/activities/{activity['id']}"), 404, "not_found")
    is_problem(await stranger.sales.connector.get(f"/v1/connections/{synced.connection_id}"), 404, "not_found")
    for path in ("/v1/links", "/v1/explain"):
        theirs = await stranger.sales.mapper.get(path, params={"activity_id": activity["id"]})
        nobodys = await stranger.sales.mapper.get(path, params={"activity_id": "nobodys"})
        assert (theirs.status_code, theirs.text) == (nobodys.status_code, nobodys.text)
        assert theirs.json()["items"] == []


async def test_forged_and_malformed_webhooks_change_nothing(synced: World) -> None:
    await synced.sales.in_sync(synced.connection_id)
    headers = {"X-Goog-Channel-ID": "stranger", "X-Goog-Resource-ID": "r", "X-Goog-Resource-State": "exists"}
    before = len(await synced.journal())
    forged = await synced.sales.connector.post("/webhooks/google", headers=headers | {"X-Goog-Channel-Token": "guess"})
    assert forged.is_success, "Google retries nothing else, and a stranger learns nothing"
    bare = await synced.sales.connector.post("/webhooks/google", content=b"{not json")
    is_problem(bare, 400, "malformed_request")
    event = await synced.calendar.add(summary="Real", **timed())
    await synced.activity_of(event)
    reads = [row for row in (await synced.journal())[before:] if row["operation"] == "calendar.events.list"]
    assert len(reads) <= 3


@pytest.mark.parametrize("provider", ["google", "outlook", "office365"])
async def test_a2_the_providers_that_sign_in_by_oauth_are_taken(company: World, provider: str) -> None:
    answer = await company.sales.connector.post(
        "/v1/connections", json={"provider": provider, "email": "a@example.com"}
    )
    assert answer.status_code == 201, answer.text
    assert (answer.json()["provider"], answer.json()["status"]) == (provider, "connecting")
    assert answer.json()["authorization_url"].startswith("http")


async def test_a2_there_is_no_fifth_provider(company: World) -> None:
    answer = await company.sales.connector.post(
        "/v1/connections", json={"provider": "icloud", "email": "a@example.com"}
    )
    is_problem(answer, 422, "validation_error")
    assert "google, outlook, office365, exchange" in answer.json()["detail"]


@pytest.mark.parametrize("provider", ["imap", "pop"])
async def test_a3_unsupported_providers_name_the_four_that_are(company: World, provider: str) -> None:
    answer = await company.sales.connector.post(
        "/v1/connections", json={"provider": provider, "email": "a@example.com"}
    )
    is_problem(answer, 422, "unsupported_provider")
    assert all(name in answer.text for name in ("google", "outlook", "office365", "exchange"))


async def test_a7_a_second_connection_names_the_first(synced: World) -> None:
    second = {"provider": "google", "email": "other@example.com"}
    answer = await synced.sales.connector.post("/v1/connections", json=second)
    is_problem(answer, 409, "connection_exists")
    assert answer.json()["connection_id"] == synced.connection_id


@pytest.mark.parametrize("topic", [ACTIVITY_EVENTS, CALENDAR_EVENTS])
async def test_a_poison_message_is_dead_lettered_while_the_rest_flows(synced: World, topic: str) -> None:
    bootstrap = synced.settings["TANDEM_KAFKA_BOOTSTRAP"]
    poison = json.dumps({"type": "from.hell.v1", "company": synced.company}).encode()
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        await producer.send_and_wait(topic, poison, key=synced.connection_id.encode())
    activity = await synced.sales.add(**call())
    await synced.event_of(activity)
    await synced.activity_of(await synced.calendar.add(summary="After the poison", **timed()))
    async with AIOKafkaConsumer(f"{topic}.dlq", bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:

        async def look() -> bool:
            batches = await consumer.getmany(timeout_ms=100)
            buried = [record for records in batches.values() for record in records if record.value == poison]
            return any(dict(record.headers).get("dlq_reason") for record in buried)

        await wait_until(look, awaited="the poison among the dead letters, with its reason", timeout=WITHIN)
