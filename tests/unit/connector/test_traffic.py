"""Counts of what is carried: kept in memory, added to what is stored, lost by no outage of the database."""

from datetime import timedelta
from typing import cast

import pytest

from chassis.clock import ManualClock
from chassis.errors import Transient
from chassis.persistence.documents import Documents
from connector.adapters.collections import open_stores
from connector.application.traffic import TrafficLog
from connector.domain.model.traffic import HourTraffic, Traffic, hour_of
from tests.support.mapper_world import Database
from tests.unit.connector.support import NOW


class Away:
    async def update(self, *_: object) -> None:
        raise Transient("mongo_unavailable", "away")

    async def get(self, _: str) -> None:
        return None


def log() -> TrafficLog:
    stores = open_stores(Database(lambda *_: None), lambda _: ())  # type: ignore[arg-type]  # the same, in memory
    return TrafficLog(stores.traffic, ManualClock(NOW))


async def test_what_waits_is_seen_at_once_and_stored_by_the_flush() -> None:
    traffic = log()
    traffic.note_written("c1", timedelta(seconds=2))
    traffic.note_removed("c1", 1)
    wanted = {hour_of(NOW): HourTraffic(inbound=1, outbound=1, outbound_seconds=2)}
    assert await traffic.of("c1") == wanted
    await traffic.flush()
    assert await traffic.of("c1") == wanted
    traffic.note_written("c1", timedelta(seconds=2))
    await traffic.flush()
    assert (await traffic.of("c1"))[hour_of(NOW)].outbound == 2
    assert await traffic.of("c2") == {}


async def test_an_outage_loses_nothing() -> None:
    traffic = TrafficLog(cast("Documents[Traffic]", Away()), ManualClock(NOW))
    traffic.note_written("c1", timedelta(seconds=2))
    with pytest.raises(Transient):
        await traffic.flush()
    assert (await traffic.of("c1"))[hour_of(NOW)].outbound == 1
