"""A whole small service under uvicorn, on a real broker and database: HTTP in, outbox, Kafka, consumer, database."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import jwt
import pytest
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, TypeAdapter
from tzdata import IANA_VERSION

from chassis.clock import SystemClock
from chassis.ids import new_id
from chassis.messaging.broker import make_broker
from chassis.messaging.consumer import Incoming, consume
from chassis.messaging.publisher import Publisher, outgoing
from chassis.messaging.topics import TopicSpec, ensure_topics
from chassis.persistence.document import Document
from chassis.persistence.mongo import MongoDatabase
from chassis.persistence.store import Store
from chassis.settings import ChassisSettings
from chassis.web.api import make_api
from chassis.web.auth import CurrentIdentity
from chassis.web.idempotency import Idempotency, IdempotencyKey
from chassis.web.problems import problem_responses

SECRET = "s" * 32


class NewNote(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str


class Note(Document):
    text: str


class Noted(BaseModel):
    id: str
    text: str


def notes_service(settings: ChassisSettings, topic: str) -> FastAPI:
    clock = SystemClock()
    broker = make_broker(settings, app_name="notes")
    store = Store(MongoDatabase(settings.mongo_url, settings.mongo_database), Publisher(broker), clock)
    notes, heard = store.documents("notes", Note), store.documents("heard", Note)
    once = Idempotency(store, clock)

    async def hear(incoming: Incoming[Noted]) -> None:
        message = incoming.message
        await heard.update(message.id, lambda known: known or Note(id=message.id, text=message.text))

    consume(
        broker,
        topic=topic,
        group=topic,
        schema=TypeAdapter(Noted),
        handle=hear,
        settings=settings,
        clock=clock,
    )
    app = make_api(settings, title="notes", broker=broker, store=store, clock=clock)

    @app.post("/v1/notes", status_code=201, responses=problem_responses(401, 409, 422))
    async def post(body: NewNote, who: CurrentIdentity, request: Request, _key: IdempotencyKey = None) -> Response:
        async def create(note_id: str) -> Response:
            message = Noted(id=new_id(), text=body.text)
            await notes.insert(Note(id=note_id, text=body.text).with_messages(outgoing(topic, note_id, message)))
            return JSONResponse({"id": note_id}, 201, {"Location": f"/v1/notes/{note_id}"})

        return await once.run(request, who, create)

    @app.get("/heard")
    async def count() -> int:
        return await heard.count({})

    @app.get("/defect")
    async def defect() -> None:
        raise RuntimeError("internals")

    return app


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, timeout_graceful_shutdown=5))
    running = asyncio.create_task(server.serve())
    await until("the server to listen", lambda: _listening(server))
    port = server.servers[0].sockets[0].getsockname()[1]
    token = jwt.encode({"sub": "7", "company_id": "acme", "role": "regular", "exp": 4102444800}, SECRET, "HS256")
    headers = {"Authorization": f"Bearer {token}"}
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30) as client:
            yield client
    finally:
        server.should_exit = True
        await running


async def _listening(server: uvicorn.Server) -> bool:
    return server.started


async def until(what: str, condition: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    for _ in range(int(seconds / 0.05)):
        if await condition():
            return
        await asyncio.sleep(0.05)
    pytest.fail(f"waited {seconds} s for {what}")


@pytest.fixture
async def settings(kafka_bootstrap: str, mongo_url: str, unique: str) -> ChassisSettings:
    await ensure_topics(kafka_bootstrap, [TopicSpec(unique, 2), TopicSpec(f"{unique}.dlq", 1)])
    return ChassisSettings(
        kafka_bootstrap=kafka_bootstrap,
        kafka_fetch_max_wait_ms=20,
        mongo_url=mongo_url,
        mongo_database=unique,
        jwt_secret=SECRET,
        shutdown_seconds=2,
    )


async def ready(client: httpx.AsyncClient) -> None:
    async def is_ready() -> bool:
        return (await client.get("/readyz")).status_code == 200

    await until("readiness", is_ready)


async def heard_at_least(client: httpx.AsyncClient, count: int) -> None:
    async def has() -> bool:
        return int((await client.get("/heard")).json()) >= count

    await until(f"{count} notes to be heard", has)


async def test_what_is_posted_is_heard_and_a_repetition_creates_nothing(settings: ChassisSettings, unique: str) -> None:
    async with serving(notes_service(settings, unique)) as client:
        await ready(client)
        keyed = {"Idempotency-Key": "once"}
        first, second = await asyncio.gather(
            client.post("/v1/notes", json={"text": "a"}, headers=keyed), client.post("/v1/notes", json={"text": "b"})
        )
        again = await client.post("/v1/notes", json={"text": "a"}, headers=keyed)
        other = await client.post("/v1/notes", json={"text": "c"}, headers=keyed)
        await heard_at_least(client, 2)
        assert (first.status_code, second.status_code) == (201, 201)
        assert (again.status_code, again.json(), again.headers["location"]) == (
            201,
            first.json(),
            first.headers["location"],
        )
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
        assert (await client.get("/heard")).json() == 2


async def test_writes_are_taken_and_readiness_refused_while_kafka_is_away(
    settings: ChassisSettings, unique: str
) -> None:
    away = settings.model_copy(update={"kafka_bootstrap": "127.0.0.1:1"})
    async with serving(notes_service(away, unique)) as client:
        await until("the store", lambda: _accepts(client))
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["checks"]["mongo"] == "ok"
        assert answer.json()["checks"]["kafka"] != "ok"
        assert answer.json()["zone_data"] == IANA_VERSION
        assert (await client.get("/livez")).status_code == 200
    async with serving(notes_service(settings, unique)) as client:
        await heard_at_least(client, 1)


async def _accepts(client: httpx.AsyncClient) -> bool:
    return (await client.post("/v1/notes", json={"text": "a"})).status_code == 201


async def test_without_a_database_nothing_is_stored_and_503_says_so(settings: ChassisSettings, unique: str) -> None:
    away = settings.model_copy(update={"mongo_url": "mongodb://127.0.0.1:1"})
    async with serving(notes_service(away, unique)) as client:
        answer = await client.post("/v1/notes", json={"text": "a"})
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


async def test_every_error_is_a_problem(settings: ChassisSettings, unique: str) -> None:
    json_type = {"Content-Type": "application/json"}
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"url": "/v1/notes", "content": b"{", "headers": json_type}, 400, "malformed_request"),
        ({"url": "/v1/notes", "content": b'"\xff"', "headers": json_type}, 400, "malformed_request"),
        ({"url": "/v1/notes", "json": {"text": "a", "more": 1}}, 422, "validation_error"),
        ({"url": "/v1/notes", "content": b"x" * 2_000_000, "headers": json_type}, 413, "payload_too_large"),
        ({"url": "/v1/notes", "json": {"text": "a"}, "headers": {"Authorization": "Bearer x"}}, 401, "unauthorized"),
        ({"url": "/nowhere"}, 404, "not_found"),
        ({"url": "/heard"}, 405, "method_not_allowed"),
        ({"url": "/defect", "method": "GET"}, 500, "internal_error"),
    ]
    async with serving(notes_service(settings, unique)) as client:
        for request, status, code in cases:
            answer = await client.request(**{"method": "POST", **request})
            assert answer.headers["content-type"] == "application/problem+json", request
            body = answer.json()
            assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
            assert "internals" not in answer.text
        fields = await client.post("/v1/notes", json={"text": 1})
        assert [error["field"] for error in fields.json()["errors"]] == ["text"]


async def test_the_service_describes_itself(settings: ChassisSettings, unique: str) -> None:
    async with serving(notes_service(settings, unique)) as client:
        await ready(client)
        openapi = (await client.get("/openapi.json")).json()
        responses = openapi["paths"]["/v1/notes"]["post"]["responses"]
        assert {"201", "400", "401", "409", "413", "422", "500", "503"} == set(responses)
        assert list(responses["422"]["content"]) == ["application/problem+json"]
        asyncapi = (await client.get("/asyncapi")).json()
        assert asyncapi["asyncapi"].startswith("3.")
        assert unique in {channel["address"] for channel in asyncapi["channels"].values()}
        assert "tandem_request_seconds" in (await client.get("/metrics")).text
        given = await client.get("/livez", headers={"X-Request-ID": "mine"})
        assert given.headers["x-request-id"] == "mine"
        assert (await client.get("/livez", headers={"X-Request-ID": "not fit"})).headers["x-request-id"] != "mine"
