"""Topics: created with their partitions before anyone consumes, and checked, because a wrong number breaks order."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from chassis.errors import Rejected, Transient
from chassis.outages import outages_as_transient

_POLL_SECONDS = 0.1
_POLLS = 150


@dataclass(frozen=True)
class TopicSpec:
    """A topic as it must be; `config` holds Kafka's own topic settings (`cleanup.policy`, `retention.ms`, ...)."""

    name: str
    partitions: int
    config: Mapping[str, str] = field(default_factory=dict)


async def ensure_topics(bootstrap: str, specs: Sequence[TopicSpec], *, replication: int = 1) -> None:
    """Create the topics that are missing and verify the partitions of all.

    `Rejected` names the topics whose number of partitions differs (a live client may have made the broker create
    them with its default); `Transient` where Kafka is away or does not show the topics in time.
    """
    with outages_as_transient():
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
        try:
            await admin.start()
            await _create(admin, specs, replication)
            await _verify(admin, specs)
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
