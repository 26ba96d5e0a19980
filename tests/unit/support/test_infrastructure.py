"""What TEST_INFRA may say, and what is told where it asks in vain."""

from pathlib import Path

import pytest

from sandbox.processes import kafka
from tests.support import containers, infrastructure
from tests.support.infrastructure import Infrastructure, MissingInfrastructureError


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide what the run of these tests itself was told."""
    for name in ("TEST_INFRA", "TEST_KAFKA_BOOTSTRAP", "TEST_MONGO_URL", "DOCKER_HOST"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("asked", ["", "auto", "embedded"])
def test_tests_run_on_the_embedded_broker_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
    monkeypatch.setenv("TEST_INFRA", asked)
    assert infrastructure.chosen() is Infrastructure.EMBEDDED
    assert infrastructure.is_embedded()
    assert infrastructure.sandbox_environ() == {"KAFKA": "embedded"}
    infrastructure.require()


def test_kafka_means_apache_kafka_for_sandboxes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_INFRA", "kafka")
    assert not infrastructure.is_embedded()
    assert infrastructure.sandbox_environ() == {"KAFKA": "apache"}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("redis", "TEST_INFRA=redis is none of auto, embedded, kafka, containers, external"),
        ("external", "TEST_INFRA=external: it needs TEST_KAFKA_BOOTSTRAP and TEST_MONGO_URL"),
    ],
)
def test_what_cannot_be_had_is_told(monkeypatch: pytest.MonkeyPatch, asked: str, told: str) -> None:
    monkeypatch.setenv("TEST_INFRA", asked)
    with pytest.raises(MissingInfrastructureError, match=f"^{told}$"):
        infrastructure.require()


def test_containers_without_docker_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_INFRA", "containers")
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    with pytest.raises(MissingInfrastructureError, match="TEST_INFRA=containers: Docker does not answer"):
        infrastructure.require()


def test_kafka_without_its_jars_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_INFRA", "kafka")
    monkeypatch.setattr(infrastructure, "kafka_obstacle", lambda: "run `make tools`")
    with pytest.raises(MissingInfrastructureError, match="TEST_INFRA=kafka: run `make tools`"):
        infrastructure.require()


def test_the_container_gets_the_same_node_as_the_sandbox(tmp_path: Path) -> None:
    """The image turns KAFKA_A_B into a.b; all that the sandbox's own server.properties holds must be there."""
    environ = containers.kafka_environ("docker.host:31000")
    own = dict(line.split("=", 1) for line in kafka(1, 2, tmp_path, tmp_path).argv[4:])
    named = {name.removeprefix("KAFKA_").lower().replace("_", "."): value for name, value in environ.items()}
    # Its entry point formats without --standalone, so the voter is named.
    assert own.keys() - named.keys() == {"log.dirs", "controller.quorum.bootstrap.servers"}
    assert named["advertised.listeners"] == "PLAINTEXT://docker.host:31000"
    assert named["controller.quorum.voters"] == "1@127.0.0.1:9093"
    assert "CONTROLLER://127.0.0.1:9093" in named["listeners"]
