"""The broker and the database that tests run against, chosen by TEST_INFRA.

`embedded` (and `auto`) starts the sandbox's own, on free ports and with an empty store; `external` takes
TEST_KAFKA_BOOTSTRAP and TEST_MONGO_URL.
"""

import asyncio
import os
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sandbox.processes import Process, Unit, free_port, ready, secantus, tansu

T = TypeVar("T")


class UnknownInfrastructureError(RuntimeError):
    """TEST_INFRA names something that these tests cannot start."""


def is_embedded() -> bool:
    """Tell whether tests run on the embedded broker and database; refuse what TEST_INFRA must not say."""
    chosen = os.environ.get("TEST_INFRA", "auto")
    if chosen in {"auto", "embedded"}:
        return True
    if chosen == "external":
        return False
    raise UnknownInfrastructureError(f"TEST_INFRA={chosen} is none of auto, embedded, external")


def external(variable: str) -> str:
    """Return the address that TEST_INFRA=external needs in `variable`."""
    try:
        return os.environ[variable]
    except KeyError as error:
        raise UnknownInfrastructureError(f"TEST_INFRA=external needs {variable}") from error


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
    if not is_embedded():
        yield external("TEST_KAFKA_BOOTSTRAP")
        return
    with running(tansu(free_port(), folder / "kafka.log")) as process:
        yield f"127.0.0.1:{process.unit.port}"


@contextmanager
def database(folder: Path) -> Iterator[str]:
    """Run the database server that TEST_INFRA names and give its URL, without a database's name."""
    if not is_embedded():
        yield external("TEST_MONGO_URL")
        return
    with running(secantus(free_port(), folder / "mongo", folder / "mongo.log")) as process:
        yield f"mongodb://127.0.0.1:{process.unit.port}"


def run_outside_any_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine from a synchronous fixture, whether or not the thread has an event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()
