"""The broker and the database that tests run against, chosen by TEST_INFRA.

- `embedded` (and `auto`, unless told otherwise): the sandbox's own, Tansu and SecantusDB;
- `kafka`: Apache Kafka on this machine's JVM instead of Tansu (`make tools` fetches it);
- `containers`: Apache Kafka and MongoDB in Docker containers;
- `external`: those at TEST_KAFKA_BOOTSTRAP and TEST_MONGO_URL.

What is started listens on free ports and is empty.
"""

import asyncio
import os
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from sandbox.processes import Process, Unit, free_port, kafka, kafka_obstacle, ready, secantus, tansu
from tests.support import containers

T = TypeVar("T")


class Infrastructure(StrEnum):
    """What TEST_INFRA may ask for, `auto` aside."""

    EMBEDDED = "embedded"
    KAFKA = "kafka"
    CONTAINERS = "containers"
    EXTERNAL = "external"


class MissingInfrastructureError(RuntimeError):
    """TEST_INFRA asks for what is not there; the message says what to do."""


def chosen() -> Infrastructure:
    """Return what TEST_INFRA asks for; raises `MissingInfrastructureError` where it is no known word."""
    asked = os.environ.get("TEST_INFRA") or "auto"
    if asked == "auto":
        return Infrastructure.EMBEDDED
    try:
        return Infrastructure(asked)
    except ValueError as error:
        words = ", ".join(["auto", *Infrastructure])
        raise MissingInfrastructureError(f"TEST_INFRA={asked} is none of {words}") from error


def require() -> None:
    """Raise `MissingInfrastructureError` where what TEST_INFRA asks for cannot be had here."""
    if missing := _obstacle():
        raise MissingInfrastructureError(f"TEST_INFRA={chosen()}: {missing}")


def _obstacle() -> str | None:
    match chosen():
        case Infrastructure.KAFKA:
            return kafka_obstacle()
        case Infrastructure.CONTAINERS:
            return containers.obstacle()
        case Infrastructure.EXTERNAL:
            unset = [name for name in ("TEST_KAFKA_BOOTSTRAP", "TEST_MONGO_URL") if not os.environ.get(name)]
            return f"it needs {' and '.join(unset)}" if unset else None
        case Infrastructure.EMBEDDED:
            return None


def is_embedded() -> bool:
    """Tell whether the broker is the embedded one, which has no idempotent producer and forgets when it ends."""
    return chosen() is Infrastructure.EMBEDDED


@contextmanager
def running(unit: Unit) -> Iterator[Process]:
    """Run a unit, ready, for as long as the context lasts."""
    process = Process.start(unit)
    try:
        run_outside_any_loop(ready(process))
        yield process
    finally:
        process.stop()


@contextmanager
def broker(folder: Path) -> Iterator[str]:
    """Run the broker that TEST_INFRA names and give its bootstrap address."""
    require()
    match chosen():
        case Infrastructure.EXTERNAL:
            yield os.environ["TEST_KAFKA_BOOTSTRAP"]
        case Infrastructure.CONTAINERS:
            with containers.apache_kafka(free_port()) as bootstrap:
                yield bootstrap
        case Infrastructure.KAFKA:
            with running(kafka(free_port(), free_port(), folder / "kafka", folder / "kafka.log")) as process:
                yield f"127.0.0.1:{process.unit.port}"
        case Infrastructure.EMBEDDED:
            with running(tansu(free_port(), folder / "kafka.log")) as process:
                yield f"127.0.0.1:{process.unit.port}"


@contextmanager
def database(folder: Path) -> Iterator[str]:
    """Run the database server that TEST_INFRA names and give its URL, without a database's name."""
    require()
    match chosen():
        case Infrastructure.EXTERNAL:
            yield os.environ["TEST_MONGO_URL"]
        case Infrastructure.CONTAINERS:
            with containers.mongo() as url:
                yield url
        case Infrastructure.KAFKA | Infrastructure.EMBEDDED:
            with running(secantus(free_port(), folder / "mongo", folder / "mongo.log")) as process:
                yield f"mongodb://127.0.0.1:{process.unit.port}"


def sandbox_environ() -> dict[str, str]:
    """Return what makes a sandbox run on the broker that TEST_INFRA names.

    Two sandboxes would share topics and groups of a broker that is not their own, so in containers or outside
    there is none for them: there they run on the embedded one.
    """
    return {"KAFKA": "apache" if chosen() is Infrastructure.KAFKA else "embedded"}


def run_outside_any_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine from a synchronous fixture, whether or not the thread has an event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()
