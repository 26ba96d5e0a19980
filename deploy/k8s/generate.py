"""`make k8s`: write from `contracts/topics` what Kubernetes has to know of them, so that they are said in one place.

Strimzi's KafkaTopics and KafkaUsers, and KEDA's ScaledObjects.

A service may read what it consumes, write what it produces, and write the dead letters of what it consumes; no more.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from contracts.catalogue import KafkaTopic, Service, Topic, all_topics, dead_letters, load_topics

SERVICES: tuple[Service, ...] = ("connector", "mapper", "activity-store")
_GROUPS: Mapping[Service, str] = {"activity-store": "activity-store-commands"}
"""The consumer groups that are not called as their service."""

OPERATORS = "operators"
"""Whoever looks after dead letters."""

FOLDER = Path(__file__).parent / "components"
_API = "kafka.strimzi.io/v1"
_LAG = 500
"""Records for each pod that are no reason to scale: a second or two of work."""
_LEAST_PODS = 2
_CLUSTER = {"strimzi.io/cluster": "tandem"}
_REPLICAS = 3
_IN_SYNC = "2"
_HEAD = "# Written by `make k8s` from contracts/topics; do not edit.\n"

Resource = dict[str, Any]


def group_of(service: Service) -> str:
    """Return the consumer group in which a service reads its topics."""
    return _GROUPS.get(service, service)


def kafka_topic(topic: KafkaTopic) -> Resource:
    """Return the resource by which Strimzi makes a topic."""
    config = {**topic.config, "min.insync.replicas": _IN_SYNC}
    return {
        "apiVersion": _API,
        "kind": "KafkaTopic",
        "metadata": {"name": topic.name, "labels": _CLUSTER},
        "spec": {"partitions": topic.partitions, "replicas": _REPLICAS, "config": config},
    }


def kafka_user(name: str, acls: Iterable[Resource]) -> Resource:
    """Return the resource by which Strimzi makes a user, with its password in a secret of the same name."""
    return {
        "apiVersion": _API,
        "kind": "KafkaUser",
        "metadata": {"name": name, "labels": _CLUSTER},
        "spec": {
            "authentication": {"type": "scram-sha-512"},
            "authorization": {"type": "simple", "acls": list(acls)},
        },
    }


def operators_acls(topics: Iterable[Topic]) -> Iterator[Resource]:
    """Yield what `tandem dead-letters` needs: to read dead letters and what they were, and to put them back."""
    for topic in topics:
        for name in (topic.name, dead_letters(topic).name):
            yield _acl("topic", name, "Read", "Write", "Describe", "DescribeConfigs")


def _acls(service: Service, topics: Iterable[Topic]) -> Iterator[Resource]:
    for topic in topics:
        if service in topic.consumers:
            yield _acl("topic", topic.name, "Read", "Describe")
            yield _acl("topic", dead_letters(topic).name, "Write", "Describe")
        if service in topic.producers:
            yield _acl("topic", topic.name, "Write", "Describe")
    yield _acl("group", group_of(service), "Read", "Describe")


def _acl(kind: str, name: str, *operations: str) -> Resource:
    return {"resource": {"type": kind, "name": name, "patternType": "literal"}, "operations": list(operations)}


def scaled_object(service: Service, topics: Iterable[Topic]) -> Resource:
    """Return the resource by which KEDA scales a service by its lag, and the connector by its processor time too.

    More pods than the widest topic has partitions would idle.
    """
    consumed = [topic for topic in topics if service in topic.consumers]
    by_lag = [_lag_trigger(topic.name, group_of(service)) for topic in consumed]
    by_cpu = (
        [{"type": "cpu", "metricType": "Utilization", "metadata": {"value": "70"}}] if service == "connector" else []
    )
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {"name": service},
        "spec": {
            "scaleTargetRef": {"name": service},
            "minReplicaCount": _LEAST_PODS,
            "maxReplicaCount": max(topic.partitions for topic in consumed),
            "pollingInterval": 15,
            # Each step revokes all partitions of the group: up at once, down seldom.
            "advanced": {
                "horizontalPodAutoscalerConfig": {"behavior": {"scaleDown": {"stabilizationWindowSeconds": 600}}}
            },
            "triggers": [*by_lag, *by_cpu],
        },
    }


def _lag_trigger(topic: str, group: str) -> Resource:
    return {
        "type": "kafka",
        "authenticationRef": {"name": "kafka"},
        "metadata": {
            "bootstrapServers": "tandem-kafka-bootstrap:9093",
            "consumerGroup": group,
            "topic": topic,
            "lagThreshold": str(_LAG),
            "offsetResetPolicy": "earliest",
            "allowIdleConsumers": "false",
        },
    }


def rendered() -> dict[str, str]:
    """Return the files by their paths below `components/`, as they must be."""
    topics = load_topics()
    resources = {
        "strimzi/topics.yaml": map(kafka_topic, all_topics()),
        "strimzi/users.yaml": (
            *(kafka_user(service, _acls(service, topics)) for service in SERVICES),
            kafka_user(OPERATORS, operators_acls(topics)),
        ),
        "keda/scaling.yaml": (scaled_object(service, topics) for service in SERVICES),
    }
    return {path: _HEAD + yaml.safe_dump_all(found, sort_keys=False) for path, found in resources.items()}


def main() -> None:
    """Write the files."""
    for name, text in rendered().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
