"""A stop: each part has its own seconds, and what hangs keeps nothing after it from its turn."""

import asyncio
from pathlib import Path
from typing import cast

import pytest

from chassis.messaging.broker import ServiceBroker
from chassis.persistence.store import Store
from chassis.runtime import shutdown
from chassis.runtime.lifecycle import Lifecycle
from chassis.runtime.shutdown import CANCEL_SECONDS, STOP_SECONDS, bounded, longest_stop
from chassis.settings import ChassisSettings

DOCS = Path(__file__).parents[3] / "docs"


class Parts:
    """The parts of a service, each of which notes its turn, and hangs where it is told to."""

    def __init__(self, hanging: str) -> None:
        self.turns: list[str] = []
        self._hanging = hanging

    async def turn(self, name: str) -> None:
        self.turns.append(name)
        while name == self._hanging:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if name != "producer":  # this one swallows its cancellation
                    raise
                await asyncio.Event().wait()

    async def stop_consumers(self) -> None:
        await self.turn("batches")

    async def stop(self) -> None:
        await self.turn("producer")

    async def drain(self) -> None:
        await self.turn("outboxes")

    async def close(self) -> None:
        await self.turn("database")

    async def hook(self) -> None:
        await self.turn("hooks")


@pytest.mark.parametrize("hanging", [*STOP_SECONDS, "nothing"])
async def test_whatever_hangs_all_parts_have_their_turn(hanging: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutdown, "CANCEL_SECONDS", 0.01)
    settings = ChassisSettings(
        kafka_bootstrap="k:1", mongo_url="mongodb://m", jwt_secret="x" * 32, shutdown_seconds=0.01
    )
    parts = Parts(hanging)
    lifecycle = Lifecycle(
        settings,
        cast("ServiceBroker", parts),
        cast("Store", parts),
        on_stop=[parts.hook],
        stop_seconds=dict.fromkeys(STOP_SECONDS, 0.01),
    )
    lifecycle._starting = asyncio.ensure_future(parts.turn("background"))
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await lifecycle.stop()
    assert parts.turns == list(STOP_SECONDS)


async def test_a_part_that_fails_is_no_end() -> None:
    async def failing() -> None:
        raise OSError("gone")

    await bounded("producer", failing(), 1)


def test_the_longest_stop_is_what_the_documents_say() -> None:
    """Manifests take it for terminationGracePeriodSeconds."""
    assert longest_stop(20) == 2 * 20 + sum(STOP_SECONDS.values()) + 6 * CANCEL_SECONDS == 73
    description = ChassisSettings.model_fields["shutdown_seconds"].description or ""
    assert f"{longest_stop(0):.0f} s more" in description
    assert f"{longest_stop(20, drain_seconds=5):.0f} s" in (DOCS / "runbook.md").read_text()
