"""Each service's AsyncAPI document shows what it expects on every topic that it consumes."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from faststream.kafka import KafkaBroker
from faststream.specification import AsyncAPI

import activity_store.app
import connector.app
import mapper.app
from activity_store.settings import Settings
from chassis.messaging.broker import make_broker
from chassis.settings import ChassisSettings
from connector.settings import ConnectorSettings
from contracts.topics import (
    ACTIVITY_COMMANDS,
    ACTIVITY_EVENTS,
    ACTIVITY_OUTCOMES,
    ACTIVITY_TYPES,
    CALENDAR_COMMANDS,
    CALENDAR_EVENTS,
    CONNECTION_EVENTS,
    ERASURES,
    LINK_STATES,
    MODELS,
    SYNC_BRAKES,
    SYNC_DECISIONS,
)
from mapper.settings import MapperSettings

NEEDED: dict[str, Any] = {"kafka_bootstrap": "k:1", "mongo_url": "mongodb://m", "jwt_secret": "x" * 16}
CONNECTOR = ConnectorSettings(
    credential_keys=f"k:{'A' * 43}=", google_client_id="id", google_client_secret="secret", **NEEDED
)
SERVICES: dict[str, tuple[Callable[..., FastAPI], ChassisSettings, set[str]]] = {
    "connector": (
        connector.app.make_app,
        CONNECTOR,
        {CALENDAR_COMMANDS, LINK_STATES, SYNC_BRAKES, ACTIVITY_TYPES, ERASURES},
    ),
    "mapper": (
        mapper.app.make_app,
        MapperSettings(**NEEDED),
        {CONNECTION_EVENTS, CALENDAR_EVENTS, ACTIVITY_EVENTS, ACTIVITY_OUTCOMES, SYNC_DECISIONS, ERASURES},
    ),
    "activity-store": (activity_store.app.make_app, Settings(**NEEDED), {ACTIVITY_COMMANDS, LINK_STATES, ERASURES}),
}


def document(make: Callable[..., FastAPI], settings: ChassisSettings) -> dict[str, Any]:
    broker: KafkaBroker = make_broker(settings, app_name="test")
    make(settings, broker=broker)
    found: dict[str, Any] = AsyncAPI(broker).to_specification().to_jsonable()
    return found


def resolved(whole: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        name: str = node["$ref"]
        node = whole
        for part in name.removeprefix("#/").split("/"):
            node = node[part.replace("~1", "/")]
    return node


def fields(whole: dict[str, Any], payload: dict[str, Any]) -> set[frozenset[str]]:
    """Return the fields of each message that a payload, one model or a union, describes."""
    shown = resolved(whole, payload)
    models = [resolved(whole, one) for one in shown.get("oneOf", [shown])]
    return {frozenset(model["properties"]) for model in models}


def declared(topic: str) -> set[frozenset[str]]:
    schema = MODELS[topic].json_schema()
    return fields(schema, schema)


@pytest.mark.parametrize("service", SERVICES)
def test_every_consumed_topic_shows_the_messages_of_its_contract(service: str) -> None:
    make, settings, topics = SERVICES[service]
    whole = document(make, settings)
    shown = {
        channel["address"]: fields(whole, resolved(whole, message)["payload"])
        for channel in whole["channels"].values()
        for message in channel["messages"].values()
    }
    assert shown == {topic: declared(topic) for topic in topics}
