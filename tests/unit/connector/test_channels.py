"""What becomes of a push channel: opened, renewed where its provider can, replaced where not, lost."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from chassis.clock import ManualClock
from connector.adapters.collections import Channel
from connector.application.connections.push_channels import Channels
from connector.domain.connection.push_channel import FIRST_SIGN, channel_heard, channel_to_renew, is_good, polling
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
        self.silence: timedelta | None = None

    async def prolong(self, watch: Watch) -> Watch | None:
        if isinstance(self.prolonged, Exception):
            raise self.prolonged
        return Watch(watch.id, watch.resource_id, NOW + 3 * DAY) if self.prolonged else None

    async def watch(self, _calendar_id: str, request: WatchRequest) -> Watch:
        if self.refuses:
            raise WatchRefused("extension_error")
        self.opened.append(request)
        return Watch(request.id, "s2", NOW + 3 * DAY, self.silence)

    async def unwatch(self, watch: Watch) -> None:
        self.closed.append(watch.resource_id)


class Kept:
    """Channels, and the lease's connection."""

    def __init__(self, channel: Channel | None = None) -> None:
        self.channel = channel

    async def insert(self, _channel: object) -> None:
        return None

    async def get(self, _channel_id: str) -> Channel | None:
        return self.channel

    async def delete(self, _channel_id: str, _version: int) -> None:
        return None

    async def renew(self, lease: Any, change: Callable[[Connection], Connection]) -> None:
        lease.connection = change(lease.connection)


async def maintained(provider: Provider, kept: Kept | None = None, **fields: Any) -> Connection:
    kept, calendars = kept or Kept(), provider
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


SILENCE = timedelta(minutes=7)
MINUTE = timedelta(minutes=1)


def with_signs_of_life(expires_in: timedelta, *, heard: bool) -> Subscription:
    """Return a channel that lasts as long as it is heard."""
    fields = {
        "opened_at": NOW - DAY,
        "expires_at": NOW + expires_in,
        "silence": SILENCE.total_seconds(),
        "heard": heard,
    }
    return OPEN.model_copy(update=fields)


async def test_a_channel_with_signs_of_life_waits_for_the_first_one() -> None:
    provider = Provider()
    provider.silence = SILENCE
    after = await maintained(provider)
    assert after.subscription
    assert after.subscription.silence == 420
    assert after.due["channel"] == after.subscription.expires_at == NOW + FIRST_SIGN
    heard = channel_heard(after, after.subscription.id, NOW + MINUTE)
    assert heard.subscription
    assert heard.due["channel"] == heard.subscription.expires_at == NOW + MINUTE + SILENCE
    assert is_good(heard, NOW + SILENCE)


def test_signs_that_come_in_a_row_are_noted_once() -> None:
    one = connection(subscription=with_signs_of_life(SILENCE, heard=True))
    assert channel_heard(one, "ch1", NOW + MINUTE / 60) is one
    assert channel_heard(one, "an older one", NOW + MINUTE) is one
    later = channel_heard(one, "ch1", NOW + MINUTE).subscription
    assert later
    assert later.expires_at == NOW + MINUTE + SILENCE


def test_a_channel_with_an_end_has_no_signs_of_life() -> None:
    one = connection(subscription=OPEN)
    assert channel_heard(one, "ch1", NOW) is one


async def test_one_that_went_silent_is_replaced_k4() -> None:
    provider = Provider(prolonged=True)
    provider.silence = SILENCE
    after = await maintained(provider, subscription=with_signs_of_life(-MINUTE, heard=True))
    assert (len(provider.opened), provider.closed, after.push) == (1, ["s1"], "webhook")


async def test_one_that_was_never_heard_cannot_reach_us_so_the_calendar_is_polled_l2() -> None:
    provider = Provider()
    after = await maintained(provider, subscription=with_signs_of_life(-MINUTE, heard=False))
    assert (provider.opened, provider.closed) == ([], ["s1"])
    assert (after.push, after.subscription, after.due["channel"]) == ("polling", None, NOW + 60 * MINUTE)


async def test_a_sign_that_came_before_the_answer_counts() -> None:
    provider = Provider()
    channel = Channel(id="ch1", connection_id="c1", company_id="acme", token="t", created_at=NOW).as_heard()
    after = await maintained(provider, Kept(channel), subscription=with_signs_of_life(-MINUTE, heard=False))
    assert provider.opened == []
    assert after.subscription
    assert (after.subscription.heard, after.subscription.expires_at) == (True, NOW + SILENCE)
