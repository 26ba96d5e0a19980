"""The AsyncAPI 3.0 document: topics as channels, what each service sends and receives, messages with their schemas."""

from collections.abc import Sequence
from typing import Any, Final

from contracts.catalogue import Key, Topic, kafka_topic
from contracts.envelope import Message
from contracts.schemas import component_schemas, message_types

_BINDING: Final = {"bindingVersion": "0.5.0"}
_CONTENT_TYPE: Final = "application/json"
_INFO: Final = {
    "title": "Tandem",
    "version": "1.0.0",
    "description": (
        "What the services of Tandem say to each other on Kafka. Consumers ignore fields that they do not know; a "
        "change that would break one gets a new topic version. What cannot be processed goes to `<topic>.dlq` with "
        "its reason."
    ),
}
_HEADERS: Final = {
    "type": "object",
    "properties": {
        "type": {"type": "string", "description": "as in the payload"},
        "cause": {"type": "string", "description": "as in the payload"},
        "correlation_id": {"type": "string", "description": "as in the payload"},
        "traceparent": {"type": "string", "description": "W3C Trace Context"},
        "tracestate": {"type": "string", "description": "W3C Trace Context"},
    },
}


def asyncapi_document(topics: Sequence[Topic]) -> dict[str, Any]:
    """Return the whole document for the topics of the catalogue."""
    models = {name: model for topic in topics for name, model in message_types(topic).items()}
    return {
        "asyncapi": "3.0.0",
        "info": _INFO,
        "defaultContentType": _CONTENT_TYPE,
        "channels": {topic.name: _channel(topic) for topic in topics},
        "operations": {name: body for topic in topics for name, body in _operations(topic).items()},
        "components": {
            "messages": {
                name: _message(name, model, topic.key)
                for topic in topics
                for name, model in message_types(topic).items()
            },
            "schemas": component_schemas(models),
        },
    }


def _channel(topic: Topic) -> dict[str, Any]:
    return {
        "address": topic.name,
        "description": topic.description,
        "tags": [{"name": topic.audience}],
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in message_types(topic)},
        "bindings": {
            "kafka": {"partitions": topic.partitions, "topicConfiguration": _configuration(topic), **_BINDING}
        },
    }


def _configuration(topic: Topic) -> dict[str, Any]:
    config = kafka_topic(topic).config
    retention = {"retention.ms": int(config["retention.ms"])} if "retention.ms" in config else {}
    return {"cleanup.policy": [config["cleanup.policy"]], **retention}


def _operations(topic: Topic) -> dict[str, Any]:
    sends = {f"{service}.send.{topic.name}": _operation("send", service, topic) for service in topic.producers}
    receives = {f"{service}.receive.{topic.name}": _operation("receive", service, topic) for service in topic.consumers}
    return {**sends, **receives}


def _operation(action: str, service: str, topic: Topic) -> dict[str, Any]:
    channel = f"#/channels/{topic.name}"
    return {
        "action": action,
        "channel": {"$ref": channel},
        "tags": [{"name": service}],
        "messages": [{"$ref": f"{channel}/messages/{name}"} for name in message_types(topic)],
    }


def _message(name: str, model: type[Message], key: Key) -> dict[str, Any]:
    path = key.by_type.get(name, key.field)
    return {
        "name": name,
        "contentType": _CONTENT_TYPE,
        "summary": model.__doc__,
        "headers": _HEADERS,
        "payload": {"$ref": f"#/components/schemas/{model.__name__}"},
        "correlationId": {"location": "$message.payload#/correlation_id"},
        "bindings": {"kafka": {"key": {"type": "string", "description": f"`{path}` of the payload"}, **_BINDING}},
    }
