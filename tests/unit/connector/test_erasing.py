"""The connector's part of erasing a person, where the simulated system does not come: refusals, and what is odd."""

import inspect
from dataclasses import fields
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import AsyncMock

import pytest

from chassis.clock import ManualClock
from chassis.web.auth import Identity
from connector.adapters.collections import Credentials, Stores
from connector.application.connections import erasing as use_case
from connector.application.connections.erasing import Erasing
from connector.application.connections.repository import Connections
from connector.application.message_factory import MessageFactory
from connector.domain.connection.lifecycle import stopped
from connector.domain.connection.status import status_of
from connector.domain.model.connection import Connection
from connector.domain.provider.errors import NeedsReauth
from contracts.erasures import ErasureRequested, ErasureStepDone
from contracts.topics import ERASURES, reader
from tests.unit.connector.stores import Publisher, memory_stores
from tests.unit.connector.support import DAY, NOW, connection

CLOCK = ManualClock(NOW)
OPERATOR = Identity("op", "operators", "regular", is_operator=True)


class Bench:
    """The use case on collections in memory; `refusal` is what the provider says to being left."""

    def __init__(self, *, refusal: Exception | None = None, offered: bool = True) -> None:
        self.publisher = Publisher()
        self.stores: Stores = memory_stores(CLOCK, self.publisher)
        self.connections = Connections(self.stores.connections)
        self.left: list[str] = []
        self.refusal = refusal
        accounts = SimpleNamespace(kits={"google": None} if offered else {})
        teardown: Any = SimpleNamespace(accounts=accounts, tear_down=self._tear_down, erase=AsyncMock())
        self.erasing = Erasing(
            self.stores,
            self.connections,
            teardown,
            cast("Any", SimpleNamespace(tell=AsyncMock())),
            cast("Any", SimpleNamespace(erase=AsyncMock(return_value=2))),
            MessageFactory(CLOCK),
            CLOCK,
        )

    async def _tear_down(self, one: Connection) -> None:
        if self.refusal:
            raise self.refusal
        self.left.append(one.id)
        await self.connections.change(one.id, stopped)

    async def told(self) -> list[Any]:
        await self.stores.erasures.drain()
        return [reader(ERASURES)(one.value.encode()) for one in self.publisher.published if one.topic == ERASURES]


async def erased(bench: Bench) -> Connection:
    await bench.stores.connections.insert(connection(email="canary@example.com"))
    await bench.stores.credentials.insert(Credentials(id="c1", sealed="v1:k1:canary"))
    await bench.erasing.begin(OPERATOR, "acme", "7")
    [request] = await bench.told()
    assert isinstance(request, ErasureRequested)
    await bench.erasing.take(request)
    found = await bench.connections.get("c1")
    assert found
    return found


@pytest.mark.parametrize(
    "bench",
    [Bench(), Bench(refusal=NeedsReauth("invalid_grant", "revoked")), Bench(offered=False)],
    ids=["left", "grant gone", "provider offered no more"],
)
async def test_whatever_the_provider_says_only_ids_and_versions_are_kept(bench: Bench) -> None:
    kept = await erased(bench)
    assert "canary" not in kept.model_dump_json()
    assert (kept.phase, kept.erased_at, kept.settings_version) == ("stopped", NOW, 2)
    assert status_of(kept, NOW, DAY) == "stopped"
    assert await bench.stores.credentials.get("c1") is None
    _, done = await bench.told()
    assert isinstance(done, ErasureStepDone)
    assert [(one.id, one.version, one.settings_version) for one in done.connections] == [("c1", kept.version, 2)]
    counted = {one.collection: one.count for one in done.erased}
    assert counted == {"connections": 1, "credentials": 1, "idempotency": 2}


async def test_a_repeated_request_is_answered_once_and_a_new_one_runs_anew() -> None:
    bench = Bench()
    await erased(bench)
    request, _ = await bench.told()
    await bench.erasing.take(request)
    assert len(await bench.told()) == 2
    await bench.erasing.begin(OPERATOR, "acme", "7")
    *_, second = await bench.told()
    await bench.erasing.take(second)
    *_, done = await bench.told()
    assert (done.run, [one.id for one in done.connections]) == (second.run, ["c1"])
    assert bench.left == ["c1"]


async def test_it_is_done_when_all_three_say_so_of_this_run() -> None:
    bench = Bench()
    await erased(bench)
    _, ours = await bench.told()
    name = ours.erasure_id
    body = ours.model_dump()
    for service, run, done in (("mapper", ours.run, False), ("activity-store", "an earlier one", False)):
        await bench.erasing.take(ErasureStepDone.model_validate(body | {"service": service, "run": run}))
        record = await bench.erasing.get(name)
        assert record
        assert record.done is done
    await bench.erasing.take(ErasureStepDone.model_validate(body | {"service": "activity-store"}))
    record = await bench.erasing.get(name)
    assert record
    assert ([one.service for one in record.steps], record.done) == (["connector", "mapper", "activity-store"], True)


KEPT = {
    "types": "a company's; they follow the store's, which are the default ones again when a company is erased",
}


def test_every_collection_is_erased_or_named_with_a_reason() -> None:
    source = inspect.getsource(use_case)
    assert {one.name for one in fields(Stores) if f"stores.{one.name}" not in source} == set(KEPT)
