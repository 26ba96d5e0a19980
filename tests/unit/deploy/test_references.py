"""What a manifest names is there: kustomize renames and counts only the references that it knows, and says nothing."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.deploy.rendering import K8S, OVERLAYS, ROOT, of_kind, rendered

KUSTOMIZATIONS = sorted(K8S.rglob("kustomization.yaml"))
BY_STRIMZI = {"tandem-cluster-ca-cert"}
"""The secret in which Strimzi keeps the authority of the cluster `tandem`; users' secrets are called as they are."""

NAMED = {
    "secretKeyRef": ("Secret", "name"),
    "secretRef": ("Secret", "name"),
    "secretTargetRef": ("Secret", "name"),
    "secret": ("Secret", "secretName"),
    "configMapKeyRef": ("ConfigMap", "name"),
    "configMapRef": ("ConfigMap", "name"),
    "authenticationRef": ("TriggerAuthentication", "name"),
    "scaleTargetRef": ("Deployment", "name"),
}
"""By the field that names: the kind of what is named, and where its name stands."""

KEDA = {
    "kafka": frozenset(
        {
            *("bootstrapServers", "consumerGroup", "topic", "lagThreshold", "activationLagThreshold"),
            *("offsetResetPolicy", "allowIdleConsumers", "scaleToZeroOnInvalidOffset", "version"),
            *("partitionLimitation", "limitToPartitionsWithLag", "excludePersistentLag", "sasl", "tls"),
            "ensureEvenDistributionOfPartitions",
        }
    ),
    "cpu": frozenset({"value", "containerName"}),
}
"""What a trigger may say, by its documentation (keda.sh, 2.18 to 2.22): its schema takes any key."""


def references(found: object) -> Iterator[tuple[str, str]]:
    """Return kind and name of what a part of a resource names; not of what may be missing."""
    if isinstance(found, list):
        for one in found:
            yield from references(one)
    if isinstance(found, dict):
        for key, value in found.items():
            kind, name = NAMED.get(key, ("", ""))
            parts = [part for part in (value if isinstance(value, list) else [value]) if isinstance(part, dict)]
            yield from ((kind, part[name]) for part in parts if name in part and not part.get("optional"))
            if key == "serviceAccountName":
                yield "ServiceAccount", value
            yield from references(value)


def made_by_operators(overlay: str) -> set[str]:
    """Return the secrets that others make: Strimzi, and who deploys, by the how-to."""
    text = (ROOT / "docs" / "how-to" / "deploy-on-kubernetes.md").read_text()
    by_hand = set(re.findall(r"`(tandem-[\w-]+)`", text))
    return set(of_kind(overlay, "KafkaUser")) | BY_STRIMZI | by_hand


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_is_named_is_there_or_made_by_operators(overlay: str) -> None:
    there = {(one["kind"], one["metadata"]["name"]) for one in rendered(overlay)}
    there |= {("Secret", name) for name in made_by_operators(overlay)}
    named = {found for one in rendered(overlay) for found in references(one)}
    assert {kind for kind, _ in named} >= {"ConfigMap", "Secret", "ServiceAccount"}
    assert sorted(named - there) == []


@pytest.mark.parametrize("file", KUSTOMIZATIONS, ids=lambda path: path.parent.name)
def test_no_overlay_renames(file: Path) -> None:
    """`namePrefix` and hashes miss scaleTargetRef, authenticationRef, secretTargetRef and Strimzi's secretKeyRef."""
    text = file.read_text()
    assert not re.search(r"^\s*(namePrefix|nameSuffix|commonLabels):", text, re.MULTILINE)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_keda_knows_every_key_that_a_trigger_says(overlay: str) -> None:
    scaled = of_kind(overlay, "ScaledObject").values()
    triggers = [trigger for one in scaled for trigger in one["spec"]["triggers"]]
    assert (overlay == "dev") or triggers
    assert [(one["type"], key) for one in triggers for key in one["metadata"] if key not in KEDA[one["type"]]] == []
