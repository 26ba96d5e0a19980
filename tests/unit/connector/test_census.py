"""What metrics say of all connections: by status, and of the subscriptions that could be renewed."""

import math
from datetime import timedelta
from typing import Any

from prometheus_client import REGISTRY

from chassis.clock import ManualClock
from connector.application.census import ConnectionCensus
from connector.application.connections.repository import Connections
from connector.domain.model.connection_parts import Subscription, Trouble
from tests.unit.connector.stores import Publisher, memory_stores
from tests.unit.connector.support import DAY, NOW, connection


def subscription(ends_in: timedelta) -> Subscription:
    return Subscription(id="c", resource_id="r", calendar_id="cal", opened_at=NOW - DAY, expires_at=NOW + ends_in)


def value(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


async def counted(*connections: dict[str, Any]) -> None:
    clock = ManualClock(NOW)
    documents = memory_stores(clock, Publisher()).connections
    for n, fields in enumerate(connections):
        await documents.insert(connection(id=f"c{n}", **fields))
    await ConnectionCensus(Connections(documents), ("google", "exchange"), clock).count()


async def test_each_connection_counts_once_by_what_keeps_it_from_working() -> None:
    running = {"phase": "running", "ever_replayed": True}
    trouble = Trouble(kind="needs_reauth", since=NOW)
    await counted(
        running,
        running,
        running | {"trouble": trouble},
        running | {"ever_replayed": False},
        running | {"ever_replayed": False, "trouble": trouble},
        {"phase": "stopped"},
        running | {"provider": "exchange"},
    )
    statuses = {one: value("tandem_connections", provider="google", status=one) for one in ("running", "stopping")}
    assert statuses == {"running": 2, "stopping": 0}
    assert value("tandem_connections", provider="google", status="needs_reauth") == 2
    assert value("tandem_connections", provider="google", status="initial_sync") == 1
    assert value("tandem_connections", provider="google", status="stopped") == 1
    assert value("tandem_connections", provider="exchange", status="running") == 1


async def test_a_subscription_is_overdue_when_it_has_ended_and_could_have_been_renewed() -> None:
    trouble = Trouble(kind="needs_reauth", since=NOW)
    ended = {"phase": "running", "subscription": subscription(-timedelta(minutes=5))}
    await counted(
        ended,
        ended | {"trouble": trouble},
        ended | {"phase": "stopping"},
        {"phase": "running", "subscription": subscription(DAY)},
    )
    assert value("tandem_subscriptions_overdue", provider="google") == 1
    assert value("tandem_subscription_expiry_seconds", provider="google") == -300
    assert math.isnan(value("tandem_subscription_expiry_seconds", provider="exchange") or 0)
