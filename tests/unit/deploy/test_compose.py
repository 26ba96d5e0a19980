"""deploy/compose fits what it starts (settings, ports, users, Kafka's one node), and Compose takes it."""

import importlib.util
import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from activity_store.settings import Settings
from chassis.runtime.shutdown import longest_stop
from chassis.settings import ChassisSettings, load_settings
from connector.settings import ConnectorSettings
from mapper.settings import MapperSettings
from sandbox.processes.kafka import ONE_NODE
from sandbox.processes.tools import compose_spec, kafka_version
from sandbox.simulated import SIMULATED

COMPOSE = Path(__file__).parents[3] / "deploy" / "compose"
SETTINGS: dict[str, type[ChassisSettings]] = {
    "connector": ConnectorSettings,
    "mapper": MapperSettings,
    "activity-store": Settings,
}
TEXT = (COMPOSE / "compose.yaml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
ONCE = {"topics"}
GOOGLE = {"TANDEM_GOOGLE_CLIENT_ID": "ours", "TANDEM_GOOGLE_CLIENT_SECRET": "secret"}


def env_file(text: str) -> dict[str, str]:
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def new_secrets() -> dict[str, str]:
    spec = importlib.util.spec_from_file_location("make_env", COMPOSE / "make_env.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return env_file(module.text())


SIMULATORS = env_file((COMPOSE / "simulators.env").read_text())
GIVEN = {"the providers": {**new_secrets(), **GOOGLE}, "the simulators": {**new_secrets(), **SIMULATORS}}


def environment(service: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return a container's variables as Compose fills them in."""

    def value(found: re.Match[str]) -> str:
        name, how, other = found.groups()
        if how == ":?":
            return given[name]
        return given.get(name) or other or ""

    names = re.compile(r"\$\{(\w+)(:-|:\?|-)([^}]*)\}")
    return {name: names.sub(value, text) for name, text in SERVICES[service]["environment"].items()}


def parsed(given: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Read the file with the library by which Docker Compose does: schema, interpolation, references."""
    tool = compose_spec()
    assert tool
    command = [tool, str(COMPOSE / "compose.yaml")]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**given, "PATH": os.defpath})


WITH_COMPOSE = pytest.mark.skipif(compose_spec() is None, reason="not there: `make tools TOOL=compose-spec` (needs Go)")


@WITH_COMPOSE
@pytest.mark.parametrize("way", GIVEN)
@pytest.mark.parametrize("service", SETTINGS)
def test_compose_reads_what_these_tests_read(service: str, way: str) -> None:
    done = parsed(GIVEN[way])
    assert (done.returncode, done.stderr) == (0, "")
    read = json.loads(done.stdout)["services"]
    assert read[service]["environment"] == environment(service, GIVEN[way])
    assert ("google" in read) == (way == "the simulators")


@WITH_COMPOSE
def test_compose_starts_nothing_without_secrets() -> None:
    done = parsed(GOOGLE)
    assert done.returncode != 0
    assert "run make_env.py" in done.stderr + done.stdout


@pytest.mark.parametrize("way", GIVEN)
@pytest.mark.parametrize("service", SETTINGS)
def test_a_service_starts_with_what_it_is_given(monkeypatch: pytest.MonkeyPatch, service: str, way: str) -> None:
    for name in [name for name in os.environ if name.startswith("TANDEM_")]:
        monkeypatch.delenv(name)
    for name, value in environment(service, GIVEN[way]).items():
        monkeypatch.setenv(name, value)
    settings = load_settings(SETTINGS[service])
    address = urlsplit(settings.mongo_url)
    assert (address.username, address.password) == (
        service,
        GIVEN[way][f"MONGO_PASSWORD_{service.upper().replace('-', '_')}"],
    )


def test_images_are_those_of_the_dockerfiles_and_called_as_make_images_calls_them() -> None:
    built = {one["build"]["dockerfile"]: one["image"] for one in SERVICES.values() if "build" in one}
    assert built == {
        dockerfile: f"tandem/{(COMPOSE / '../..' / dockerfile).resolve().parent.name}:${{TANDEM_VERSION:-dev}}"
        for dockerfile in (*(f"services/{name}/Dockerfile" for name in SETTINGS), "deploy/simulators/Dockerfile")
    }
    assert all((COMPOSE / "../.." / dockerfile).is_file() for dockerfile in built)


@pytest.mark.parametrize("service", SETTINGS)
def test_what_is_set_exists(service: str) -> None:
    known = {f"TANDEM_{name.upper()}" for name in SETTINGS[service].model_fields}
    assert set(SERVICES[service]["environment"]) <= known


def test_no_secret_is_written_down() -> None:
    """Each comes from the environment, and starting without it is refused."""
    secret = re.compile("PASSWORD|SECRET|KEYS?$|MONGO_URL")
    for name, value in (
        (name, value) for one in SERVICES.values() for name, value in one.get("environment", {}).items()
    ):
        assert not secret.search(name) or "${" in value, name
    assert not [value for value in new_secrets().values() if value in TEXT]


@pytest.mark.parametrize("service", SETTINGS)
def test_a_stop_is_given_its_time_and_the_port_is_the_service_s(service: str) -> None:
    default = SETTINGS[service].model_fields["shutdown_seconds"].default
    assert float(SERVICES[service]["stop_grace_period"].removesuffix("s")) > longest_stop(default)
    port = SETTINGS[service].model_fields["port"].default
    assert SERVICES[service]["ports"] == [f"127.0.0.1:{port}:{port}"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_is_confined(name: str) -> None:
    one = SERVICES[name]
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert all(port.startswith("127.0.0.1:") for port in one.get("ports", ()))
    assert name in ONCE or "healthcheck" in one or one.get("profiles") == ["simulators"]
    assert {"kafka", "mongo", "topics"} & {name} == set() or one["networks"] == ["data"]


@pytest.mark.parametrize("name", SETTINGS)
def test_services_wait_for_the_topics_and_the_database(name: str) -> None:
    """Without it, `up --wait` would take the end of `topics` for a failure."""
    conditions = {other: how["condition"] for other, how in SERVICES[name]["depends_on"].items()}
    assert conditions == {"topics": "service_completed_successfully", "mongo": "service_healthy"}


def test_kafka_is_the_sandbox_s_one_node() -> None:
    """But for the number of partitions of Kafka's own topics, which the sandbox keeps small."""
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{kafka_version()}"
    given = SERVICES["kafka"]["environment"]
    wanted = {f"KAFKA_{name.replace('.', '_').upper()}": value for name, value in ONE_NODE.items()}
    assert {name: given.get(name) for name in wanted if not name.endswith("NUM_PARTITIONS")} == {
        name: value for name, value in wanted.items() if not name.endswith("NUM_PARTITIONS")
    }


def test_each_service_s_user_may_write_its_own_database() -> None:
    rights = dict(re.findall(r'"?([\w-]+)"?: \["(\w+)", process', (COMPOSE / "mongo" / "users.js").read_text()))
    assert rights == {name: settings.model_fields["mongo_database"].default for name, settings in SETTINGS.items()}
    read = set(re.findall(r"process\.env\.(\w+)", (COMPOSE / "mongo" / "users.js").read_text()))
    assert read <= set(SERVICES["mongo"]["environment"])


def test_the_simulators_are_the_sandbox_s() -> None:
    started = {name: one for name, one in SERVICES.items() if one.get("profiles") == ["simulators"]}
    assert set(started) == set(SIMULATED)
    for name, one in SIMULATED.items():
        [port] = [port.split(":")[1] for port in started[name]["ports"]]
        root = f"http://{name}.localhost:{port}"
        wanted = {**one.settings_at(root), **one.clients}
        if name == "exchange":
            wanted = {"TANDEM_EXCHANGE_ALLOWED_HOSTS": f"{name}.localhost"}
        assert {setting: SIMULATORS[setting] for setting in wanted} == wanted
        assert started[name]["networks"] == {"outside": {"aliases": [f"{name}.localhost"]}}
        assert started[name]["command"][0] == f"simulators.{name}"
