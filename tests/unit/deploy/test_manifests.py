"""The manifests fit what they deploy (contracts, settings, ports, how long a stop takes), and Kubernetes takes them."""

import importlib.util
from typing import Any

import kubernetes_validate
import pytest
import yaml
from jsonschema import Draft202012Validator

from activity_store.entrypoints import consumers as store_consumers
from activity_store.settings import Settings
from chassis.runtime.shutdown import longest_stop
from chassis.settings import ChassisSettings
from connector.entrypoints import consumers as connector_consumers
from connector.settings import ConnectorSettings
from contracts.catalogue import all_topics, load_topics
from mapper.entrypoints import consumers as mapper_consumers
from mapper.settings import MapperSettings
from tests.unit.deploy.rendering import (
    K8S,
    OVERLAYS,
    ROOT,
    SERVICES,
    Resource,
    container,
    deployments,
    of_kind,
    rendered,
)

CRDS = ROOT.parent / "shared" / "cluster" / "crds"
KUBERNETES = "1.34"
SETTINGS: dict[str, type[ChassisSettings]] = {
    "connector": ConnectorSettings,
    "mapper": MapperSettings,
    "activity-store": Settings,
}
HEARD_SECONDS = 5
"""After this every node has heard that a pod goes, and sends it nothing more."""


def generator() -> Any:
    spec = importlib.util.spec_from_file_location("generate", K8S / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def crds() -> dict[str, Resource]:
    """Return the schemas of custom resources, by kind."""
    found = {}
    for path in sorted(CRDS.glob("*.yaml")):
        crd = yaml.safe_load(path.read_text())
        served = {version["name"]: version["schema"]["openAPIV3Schema"] for version in crd["spec"]["versions"]}
        found[crd["spec"]["names"]["kind"]] = {f"{crd['spec']['group']}/{name}": one for name, one in served.items()}
    return found


def strict(schema: Any) -> Any:
    """Return a schema that takes no field which it does not name, as the API server's strict validation."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: strict(value) for name, value in schema.items()}
    named = isinstance(schema.get("properties"), dict) and schema.get("type") == "object"
    if named and not schema.get("x-kubernetes-preserve-unknown-fields") and "additionalProperties" not in schema:
        inner["additionalProperties"] = False
    return inner


def is_custom(resource: Resource) -> bool:
    group = str(resource["apiVersion"]).partition("/")[0]
    return group.endswith((".strimzi.io", ".coreos.com", "keda.sh"))


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_kubernetes_takes_every_resource(overlay: str) -> None:
    for resource in rendered(overlay):
        if not is_custom(resource):
            kubernetes_validate.validate(resource, KUBERNETES, strict=True)


@pytest.mark.skipif(not CRDS.is_dir(), reason="the operators' CRDs are not beside the repository")
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_operators_take_their_resources(overlay: str) -> None:
    known = crds()
    for resource in filter(is_custom, rendered(overlay)):
        schema = strict(known[resource["kind"]][resource["apiVersion"]])
        schema["properties"]["metadata"] = {"type": "object"}
        problems = [error.message for error in Draft202012Validator(schema).iter_errors(resource)]
        assert problems == [], resource["metadata"]["name"]


def test_what_is_written_from_the_contracts_is_up_to_date() -> None:
    for path, text in generator().rendered().items():
        assert (K8S / "components" / path).read_text() == text, "`make k8s` writes it anew"


def test_topics_are_those_of_the_contracts() -> None:
    deployed = {
        name: (one["spec"]["partitions"], one["spec"]["config"])
        for name, one in of_kind("production", "KafkaTopic").items()
    }
    replicated = {"min.insync.replicas": "2"}
    assert deployed == {one.name: (one.partitions, {**one.config, **replicated}) for one in all_topics()}


def test_groups_are_those_of_the_services() -> None:
    assert {service: generator().group_of(service) for service in SERVICES} == {
        "connector": connector_consumers.GROUP,
        "mapper": mapper_consumers.GROUP,
        "activity-store": store_consumers.GROUP,
    }


def rights(service: str) -> set[tuple[str, str, str]]:
    user = of_kind("production", "KafkaUser")[service]
    acls = user["spec"]["authorization"]["acls"]
    return {(acl["resource"]["type"], acl["resource"]["name"], one) for acl in acls for one in acl["operations"]}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_the_rights_that_it_needs_and_no_others(service: Any) -> None:
    topics, needed = load_topics(), set()
    for topic in topics:
        if service in topic.consumers:
            needed |= {("topic", topic.name, "Read"), ("topic", f"{topic.name}.dlq", "Write")}
            needed |= {("group", generator().group_of(service), "Read")}
        if service in topic.producers:
            needed |= {("topic", topic.name, "Write")}
    assert {one for one in rights(service) if one[2] != "Describe"} == needed
    assert {(kind, name, "Describe") for kind, name, _ in needed} == {
        one for one in rights(service) if one[2] == "Describe"
    }


@pytest.mark.parametrize("service", SERVICES)
def test_no_more_pods_than_partitions(service: Any) -> None:
    scaled = of_kind("production", "ScaledObject")[service]
    widest = max(topic.partitions for topic in load_topics() if service in topic.consumers)
    assert scaled["spec"]["maxReplicaCount"] == widest
    lags = [one["metadata"] for one in scaled["spec"]["triggers"] if one["type"] == "kafka"]
    assert {one["topic"] for one in lags} == {topic.name for topic in load_topics() if service in topic.consumers}
    assert all(one["offsetResetPolicy"] == "earliest" for one in lags)  # KEDA's default is latest


def given(overlay: str, service: str) -> set[str]:
    """Return the names of the settings that a service is given."""
    one = container(deployments(overlay)[service])
    maps = of_kind(overlay, "ConfigMap")
    shared = {name for source in one["envFrom"] for name in maps[source["configMapRef"]["name"]]["data"]}
    return shared | {entry["name"] for entry in one["env"]}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_is_set_exists_and_what_must_be_set_is(overlay: str) -> None:
    anywhere = {f"TANDEM_{name.upper()}" for settings in SETTINGS.values() for name in settings.model_fields}
    for service, settings in SETTINGS.items():
        needed = {f"TANDEM_{name.upper()}" for name, field in settings.model_fields.items() if field.is_required()}
        assert given(overlay, service) <= anywhere
        assert needed <= given(overlay, service)
        assert given(overlay, service) & {"TANDEM_JWT_SECRET", "TANDEM_JWKS_URL"}


@pytest.mark.parametrize("overlay", OVERLAYS)
@pytest.mark.parametrize("service", SERVICES)
def test_a_pod_is_left_the_time_that_a_stop_takes(overlay: str, service: str) -> None:
    pod = deployments(overlay)[service]["spec"]["template"]["spec"]
    [data] = [one["data"] for one in of_kind(overlay, "ConfigMap").values() if "TANDEM_SHUTDOWN_SECONDS" in one["data"]]
    shutdown, drain = (float(data[f"TANDEM_{name}_SECONDS"]) for name in ("SHUTDOWN", "DRAIN"))
    assert drain >= HEARD_SECONDS
    assert pod["terminationGracePeriodSeconds"] > longest_stop(shutdown, drain_seconds=drain)


@pytest.mark.parametrize("overlay", OVERLAYS)
@pytest.mark.parametrize("service", SERVICES)
def test_ports_are_those_of_the_service_and_probes_ask_the_hidden_one(overlay: str, service: str) -> None:
    one = container(deployments(overlay)[service])
    ports = {port["name"]: port["containerPort"] for port in one["ports"]}
    assert ports["http"] == SETTINGS[service].model_fields["port"].default
    [management] = [entry["value"] for entry in one["env"] if entry["name"] == "TANDEM_MANAGEMENT_PORT"]
    assert ports["management"] == int(management)
    probes = [one[name]["httpGet"] for name in ("livenessProbe", "readinessProbe")]
    assert {probe["port"] for probe in probes} == {"management"}
    assert f"/dev/tcp/127.0.0.1/{management} " in one["startupProbe"]["exec"]["command"][-1]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_image_is_named_by_the_overlay(overlay: str) -> None:
    """Kustomize passes over an `images:` entry that matches nothing."""
    entries = yaml.safe_load((K8S / "overlays" / overlay / "kustomization.yaml").read_text())["images"]
    wanted = {f"{one.get('newName', one['name'])}:{one['newTag']}" for one in entries}
    pods = [one["spec"]["template"]["spec"] for one in rendered(overlay) if "template" in one.get("spec", {})]
    used = {one["image"] for pod in pods for one in [*pod["containers"], *pod.get("initContainers", [])]}
    assert used == wanted


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_no_gateway_leads_to_what_operators_ask(overlay: str) -> None:
    for ingress in of_kind(overlay, "Ingress").values():
        for rule in ingress["spec"]["rules"]:
            for path in rule["http"]["paths"]:
                assert path["backend"]["service"]["port"] == {"name": "http"}
                assert path["path"] not in {"/", "/metrics", "/readyz", "/livez", "/asyncapi"}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_secrets_are_named_and_never_written(overlay: str) -> None:
    """Only what is none: KEDA's way in, which names user and mechanism, and a throw-away cluster's."""
    secrets = {name: one.get("stringData", {}) for name, one in of_kind(overlay, "Secret").items()}
    assert overlay == "dev" or secrets == {"keda-kafka": {"sasl": "scram_sha512", "tls": "enable", "username": "keda"}}
