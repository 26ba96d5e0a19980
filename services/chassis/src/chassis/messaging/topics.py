"""Topics: created with their partitions before anyone consumes, and checked, because a wrong number breaks order."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code

from chassis.errors import Rejected, Transient
from chassis.outages import outages_as_transient

_POLL_SECONDS = 0.1
_POLLS = 150


def dlq_topic(topic: str) -> str:
    """Return the name of a topic's dead-letter topic."""
    return f"{topic}.dlq"


@dataclass(frozen=True)
class TopicSpec:
    """A topic as it must be; `config` holds Kafka's own topic settings (`cleanup.policy`, `retention.ms`, ...)."""

    name: str
    partitions: int
    config: Mapping[str, str] = field(default_factory=dict)


async def ensure_topics(to: str | Mapping[str, Any], specs: Sequence[TopicSpec], *, replication: int = 1) -> None:
    """Create the topics that are missing, verify the partitions of all, and bring their settings up to date.

    `to`: the brokers' addresses, or what `kafka_security.client_arguments` returns.
    A retention that was shortened must hold for what is there, too (G2). `Rejected` names the topics whose number
    of partitions differs (a live client may have made the broker create them with its default) or whose settings Kafka
    refuses; `Transient` where Kafka is away or does not show the topics in time.
    """
    with outages_as_transient():
        admin = AIOKafkaAdminClient(**({"bootstrap_servers": to} if isinstance(to, str) else to))
        try:
            await admin.start()
            await _create(admin, specs, replication)
            await _verify(admin, specs)
            await _configure(admin, {spec.name: spec.config for spec in specs if spec.config})
        finally:
            await admin.close()


async def _create(admin: AIOKafkaAdminClient, specs: Sequence[TopicSpec], replication: int) -> None:
    existing = set(await admin.list_topics())
    missing = [
        NewTopic(spec.name, spec.partitions, replication, topic_configs=dict(spec.config))
        for spec in specs
        if spec.name not in existing
    ]
    if not missing:
        return
    response = await admin.create_topics(missing)
    for name, code, *_ in response.topic_errors:
        error = for_code(code)
        if code and error is not TopicAlreadyExistsError:
            raise Rejected("topic_not_created", f"{name}: {error.__name__}")


async def _verify(admin: AIOKafkaAdminClient, specs: Sequence[TopicSpec]) -> None:
    names = [spec.name for spec in specs]
    found = await _visible(admin, names)
    wrong = [f"{s.name} has {found[s.name]}, not {s.partitions}" for s in specs if found[s.name] != s.partitions]
    if wrong:
        raise Rejected("wrong_partitions", "; ".join(wrong))


async def _configure(admin: AIOKafkaAdminClient, wanted: Mapping[str, Mapping[str, str]]) -> None:
    found = await _settings(admin, list(wanted))
    outdated = [name for name, config in wanted.items() if not config.items() <= found[name].items()]
    if not outdated:
        return
    changes = [ConfigResource(ConfigResourceType.TOPIC, name, dict(wanted[name])) for name in outdated]
    for response in await admin.alter_configs(changes):
        for code, _, _, name, *_ in response.resources:
            if code:
                raise Rejected("topic_not_configured", f"{name}: {for_code(code).__name__}")


async def _settings(admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, dict[str, str]]:
    if not names:
        return {}
    answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    return {
        name: {entry[0]: entry[1] for entry in entries}
        for answer in answers
        for _, _, _, name, entries in answer.resources
    }


async def _visible(admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for _ in range(_POLLS):
        found = await _partitions(admin, names)
        if len(found) == len(set(names)):
            return found
        await asyncio.sleep(_POLL_SECONDS)
    raise Transient("topics_not_visible", f"waited for {sorted(set(names) - set(found))}")


async def _partitions(admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, int]:
    described = await admin.describe_topics(names)
    return {item["topic"]: len(item["partitions"]) for item in described if item["partitions"]}
