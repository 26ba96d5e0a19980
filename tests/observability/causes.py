"""What makes alerts fire: parts stopped and killed, providers that fail, records that nobody can read."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer

from sandbox.clients import succeeded
from sandbox.stage import read_settings
from tests.support.sandboxes import PARTS, Sandbox
from tests.support.stories import World


@asynccontextmanager
async def frozen(sandbox: Sandbox, part: str) -> AsyncIterator[None]:
    """Stop a part's process for as long as the context lasts; it knows nothing of it."""
    process = sandbox.pid_of(PARTS[part])
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


@asynccontextmanager
async def away(sandbox: Sandbox, part: str) -> AsyncIterator[None]:
    """Kill a part again and again, as often as it is started."""

    async def kill() -> None:
        while True:
            with suppress(StopIteration, RuntimeError, ProcessLookupError):
                os.kill(sandbox.pid_of(PARTS[part]), signal.SIGKILL)
            await asyncio.sleep(0.2)

    killing = asyncio.create_task(kill())
    try:
        yield
    finally:
        killing.cancel()
        await asyncio.gather(killing, return_exceptions=True)


async def send(folder: Path, topic: str, *values: bytes) -> None:
    """Publish records as they are."""
    producer = AIOKafkaProducer(bootstrap_servers=read_settings(folder)["TANDEM_KAFKA_BOOTSTRAP"])
    await producer.start()
    try:
        sent = [await producer.send(topic, value, partition=0) for value in values]
        await asyncio.gather(*sent)
    finally:
        await producer.stop()


@asynccontextmanager
async def trapped(world: World, trap: str, **about: Any) -> AsyncIterator[None]:
    """Have the provider fail for everybody for as long as the context lasts."""
    traps = world.calendar.simulator
    succeeded(await traps.post("/control/traps", json={"trap": trap, "count": None, **about}))
    try:
        yield
    finally:
        (await traps.delete("/control/traps")).raise_for_status()
