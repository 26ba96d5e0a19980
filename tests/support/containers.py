"""Apache Kafka and MongoDB in Docker containers (TEST_INFRA=containers), run by testcontainers.

testcontainers' own class for Kafka runs Confluent's image and knows no `apache/kafka`, and the one for MongoDB makes
a user who can log in at one database alone; so both are plain containers here.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sandbox.processes.kafka import CLUSTER_ID, ONE_NODE
from sandbox.processes.tools import kafka_version

MONGO_IMAGE = "mongo:8"
_KAFKA_PORT, _CONTROLLER_PORT, _MONGO_PORT = 9092, 9093, 27017
_START_SECONDS = 120


def obstacle() -> str | None:
    """Say what keeps containers from running here, None when nothing does."""
    from docker.errors import DockerException  # noqa: PLC0415 - only for those who asked for containers
    from testcontainers.core.docker_client import DockerClient  # noqa: PLC0415 - as above

    try:
        DockerClient().client.ping()
    except DockerException as error:
        return f"Docker does not answer: {error}"
    return None


@contextmanager
def apache_kafka(port: int) -> Iterator[str]:
    """Run Apache Kafka for as long as the context lasts and give its bootstrap address, which is on `port`.

    A client goes on with the address that the broker advertises, so the port has to be known before the start.
    """
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415 - as above
    from testcontainers.core.wait_strategies import LogMessageWaitStrategy  # noqa: PLC0415 - as above

    started = LogMessageWaitStrategy("Kafka Server started").with_startup_timeout(_START_SECONDS)
    container = DockerContainer(f"apache/kafka:{kafka_version()}").with_bind_ports(_KAFKA_PORT, port)
    address = f"{container.get_docker_client().host()}:{port}"
    for name, value in kafka_environ(address).items():
        container = container.with_env(name, value)
    with container.waiting_for(started):
        yield address


def kafka_environ(address: str) -> Mapping[str, str]:
    """Return the variables from which the image writes its server.properties (any of them replaces its own file)."""
    listeners = f"PLAINTEXT://0.0.0.0:{_KAFKA_PORT},CONTROLLER://127.0.0.1:{_CONTROLLER_PORT}"
    properties = {
        **ONE_NODE,
        "listeners": listeners,
        "advertised.listeners": f"PLAINTEXT://{address}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        # Without it the image does not format: it knows no --standalone.
        "controller.quorum.voters": f"{ONE_NODE['node.id']}@127.0.0.1:{_CONTROLLER_PORT}",
    }
    variables = {f"KAFKA_{name.replace('.', '_').upper()}": value for name, value in properties.items()}
    return {"CLUSTER_ID": CLUSTER_ID, **variables}


@contextmanager
def mongo() -> Iterator[str]:
    """Run MongoDB for as long as the context lasts and give its URL, without a database's name."""
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415 - as above
    from testcontainers.core.wait_strategies import LogMessageWaitStrategy  # noqa: PLC0415 - as above

    started = LogMessageWaitStrategy("Waiting for connections").with_startup_timeout(_START_SECONDS)
    with DockerContainer(MONGO_IMAGE).with_exposed_ports(_MONGO_PORT).waiting_for(started) as container:
        yield f"mongodb://{container.get_container_host_ip()}:{container.get_exposed_port(_MONGO_PORT)}"
