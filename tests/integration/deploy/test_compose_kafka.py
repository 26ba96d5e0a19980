"""Apache Kafka starts from the variables that deploy/compose gives it, and the topics are made on it.

The image's entry point is a class among Kafka's own jars: it writes server.properties from KAFKA_* and formats.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import yaml
from aiokafka.admin import AIOKafkaAdminClient

from contracts.catalogue import all_topics
from sandbox.processes import Unit, free_port, kafka_obstacle, probes
from sandbox.processes.tools import kafka_libs
from tests.support.infrastructure import running

COMPOSE = Path(__file__).parents[3] / "deploy" / "compose" / "compose.yaml"
SERVICES = yaml.safe_load(COMPOSE.read_text())["services"]

pytestmark = [
    pytest.mark.own_broker,
    pytest.mark.skipif(kafka_obstacle() is not None, reason=f"cannot run here: {kafka_obstacle()}"),
]


def environment(folder: Path, port: int) -> dict[str, str]:
    """Return the container's variables with this machine's name, ports and folder in them."""
    controller = free_port()
    here = {
        "kafka:9092": f"127.0.0.1:{port}",
        "//:": "//127.0.0.1:",
        "127.0.0.1:9092": f"127.0.0.1:{port}",
        "127.0.0.1:9093": f"127.0.0.1:{controller}",
        "/var/lib/kafka/data": str(folder / "data"),
    }
    variables = dict(SERVICES["kafka"]["environment"])
    for name, value in variables.items():
        for theirs, ours in here.items():
            value = value.replace(theirs, ours)  # noqa: PLW2901 - one after the other
        variables[name] = value
    return variables


@pytest.fixture
def bootstrap(tmp_path: Path) -> Iterator[str]:
    port, config = free_port(), tmp_path / "config"
    config.mkdir()
    variables = environment(tmp_path, port)
    java = ("java", "-XX:TieredStopAtLevel=1", "-Xmx512m", "-cp", f"{kafka_libs()}/*")
    folders = [f"--{one}-configs-dir={config}" for one in ("default", "mounted", "final")]
    setup = [*java, "kafka.docker.KafkaDockerWrapper", "setup", *folders]
    done = subprocess.run(setup, env={**os.environ, **variables}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    broker = Unit(
        name="kafka",
        argv=(*java, "kafka.Kafka", str(config / "server.properties")),
        port=port,
        log=tmp_path / "kafka.log",
        probe=partial(probes.tcp, port),
        ready_within=200.0,
    )
    with running(broker):
        yield f"127.0.0.1:{port}"


@pytest.mark.timeout(300)  # three virtual machines of Java's, one after the other
async def test_it_starts_and_its_topics_are_made(bootstrap: str) -> None:
    entrypoint = SERVICES["topics"]["entrypoint"]
    assert entrypoint[0] == "python"
    environ = {**os.environ, "TANDEM_KAFKA_BOOTSTRAP": bootstrap}
    for _ in range(2):  # the second time they are there
        made = await asyncio.create_subprocess_exec(sys.executable, *entrypoint[1:], env=environ)
        assert await made.wait() == 0
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        assert {one.name for one in all_topics()} <= set(await admin.list_topics())
    finally:
        await admin.close()
