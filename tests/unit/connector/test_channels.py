"""What becomes of a push channel: opened, renewed where its provider can, replaced where not, lost."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from chassis.clock import ManualClock
from connector.application.connections.push_channels import Channels
from connector.domain.connection.push_channel import channel_to_renew, is_good, polling
from connector.domain.model.connection import Connection
from connector.domain.model.connection_parts import Subscription
from connector.domain.provider.errors import Missing, WatchRefused
from connector.domain.provider.port import Watch, WatchRequest
from connector.domain.scheduling.schedule import renew_at
from tests.unit.connector.support import DAY, NOW, connection

OPEN = Subscription(id="ch1", resource_id="s1", calendar_id="cal", opened_at=NOW - DAY, expires_at=NOW + DAY)


class Provider:
    """Opens channels and closes them; can renew them, or not."""

    def __init__(self, prolonged: object = None) -> None:
        self.prolonged = prolonged
        self.opened: list[WatchRequest] = []
        self.closed: list[str] = []
        self.refuses = False

    async def prolong(self, watch: Watch) -> Watch | None:
        if isinstance(self.prolonged, Exception):
            raise self.prolonged
        return Watch(watch.id, watch.resource_id, NOW + 3 * DAY) if self.prolonged else None

    async def watch(self, _calendar_id: str, request: WatchRequest) -> Watch:
        if self.refuses:
            raise WatchRefused("extension_error")
        self.opened.append(request)
        return Watch(request.id, "s2", NOW + 3 * DAY)

    async def unwatch(self, watch: Watch) -> None:
        self.closed.append(watch.resource_id)


class Kept:
    """Channels, and the lease's connection."""

    async def insert(self, _channel: object) -> None:
        return None

    async def get(self, _channel_id: str) -> None:
        return None

    async def renew(self, lease: Any, change: Callable[[Connection], Connection]) -> None:
        lease.connection = change(lease.connection)


async def maintained(provider: Provider, **fields: Any) -> Connection:
    kept, calendars = Kept(), provider
    lease = SimpleNamespace(connection=connection(provider="office365", **fields))
    stores: Any = SimpleNamespace(channels=kept)
    parts: Any = kept
    about: Any = calendars
    given: Any = lease
    addresses = {"office365": "https://tandem.example/webhooks/microsoft"}
    await Channels(stores, parts, ManualClock(NOW), addresses).maintain(given, about)
    after: Connection = lease.connection
    return after


async def test_a_channel_opens_at_its_providers_own_address() -> None:
    provider = Provider()
    after = await maintained(provider)
    assert [one.address for one in provider.opened] == ["https://tandem.example/webhooks/microsoft"]
    assert after.subscription
    assert (after.push, after.due["channel"]) == ("webhook", renew_at(after.subscription))


async def test_a_channel_that_can_be_renewed_keeps_its_id() -> None:
    provider = Provider(prolonged=True)
    after = await maintained(provider, subscription=OPEN)
    assert after.subscription
    assert (after.subscription.id, after.subscription.opened_at) == ("ch1", NOW)
    assert (provider.opened, provider.closed) == ([], [])


@pytest.mark.parametrize("prolonged", [None, Missing("error_item_not_found")])
async def test_one_that_cannot_is_replaced_and_the_old_one_closed_after(prolonged: object) -> None:
    provider = Provider(prolonged)
    after = await maintained(provider, subscription=OPEN)
    assert after.subscription
    assert after.subscription.resource_id == "s2"
    assert provider.closed == ["s1"]


async def test_another_calendars_channel_is_not_renewed_a9() -> None:
    provider = Provider(prolonged=True)
    await maintained(provider, subscription=OPEN.model_copy(update={"calendar_id": "other"}))
    assert (len(provider.opened), provider.closed) == (1, ["s1"])


async def test_where_push_is_refused_the_calendar_is_polled_l2() -> None:
    provider = Provider()
    provider.refuses = True
    after = await maintained(provider)
    assert (after.push, after.subscription, after.due["channel"]) == ("polling", None, NOW + DAY)


def test_a_channel_that_must_be_renewed_is_not_good_whatever_its_end() -> None:
    fresh = OPEN.model_copy(update={"opened_at": NOW, "expires_at": NOW + 30 * DAY})
    one = connection(subscription=fresh)
    assert is_good(one, NOW)
    assert not is_good(channel_to_renew(one, "ch1", NOW), NOW)
    assert channel_to_renew(one, "an older one", NOW) == one
    assert is_good(polling(one, NOW + DAY), NOW)
    assert not is_good(polling(one, NOW), NOW)
