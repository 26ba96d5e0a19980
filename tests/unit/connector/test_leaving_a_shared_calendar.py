"""Who leaves a shared calendar, or is back in it, makes his colleagues look again at once (A10)."""

from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast
from unittest.mock import AsyncMock

import pytest

from connector.adapters.guarded_calendar import ProviderAway
from connector.application.connections.erasing import Erasing
from connector.domain.connection.lifecycle import authorised, healthy, reauthorised, stopped, stopping, troubled
from connector.domain.connection.settings_change import moved_to
from connector.domain.model.connection import Connection
from connector.domain.model.connection_parts import TroubleKind
from connector.domain.provider.port import Account, CalendarInfo
from contracts.calendar_commands import CalendarPull
from contracts.erasures import ErasureRequested
from tests.unit.connector.support import DAY, NOW, connection
from tests.unit.connector.test_dispatcher import MINUTE, Bench

if TYPE_CHECKING:
    from chassis.web.idempotency import Idempotency
    from connector.application.connections.teardown import Teardown

WEEK = 7 * DAY
TEAM = CalendarInfo("cal", "Team", primary=False, timezone="UTC", selectable=True, identity="google:cal")


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def colleagues(bench: Bench, own: Connection) -> list[tuple[str, str]]:
    """Return which connections are read after a change of one's own, and why; `replay`: in full."""
    await bench.stores.connections.insert(own)
    for fields in (
        {"id": "eight", "user_id": "8"},
        {"id": "stopped", "user_id": "8", "phase": "stopped"},
        {"id": "elsewhere", "user_id": "9", "calendar_identity": "google:other"},
        {"id": "foreign", "user_id": "8", "company_id": "other"},
    ):
        await bench.stores.connections.insert(connection(**{"account_key": fields["id"]} | fields))
    return await looks(bench)


async def looks(bench: Bench, after: timedelta = MINUTE) -> list[tuple[str, str]]:
    """Let time pass; return who looks again."""
    before = {one.id: one.replay_id for one in await bench.stores.connections.find({})}
    pulls = await bench.tick(after)
    pulls += [*await bench.tick(), *await bench.tick()]
    replays = [(one.id, "replay") for one in await bench.stores.connections.find({}) if one.replay_id != before[one.id]]
    return [*((one.connection_id, one.reason) for one in pulls if one.connection_id != "c1"), *replays]


async def test_a10_who_stops_makes_those_look_who_sync_the_same_calendar(bench: Bench) -> None:
    assert await colleagues(bench, stopped(connection())) == [("eight", "settings")]
    assert await looks(bench) == [], "once"


async def test_a10_while_one_stops_the_events_are_still_his(bench: Bench) -> None:
    assert stopping(connection(), "activities").takes_part(NOW)
    assert await colleagues(bench, stopping(connection(), "activities")) == []


async def test_a10_who_chooses_another_calendar_leaves_the_former_one(bench: Bench) -> None:
    moved = moved_to(connection(), "google:other", None)
    assert await colleagues(bench, moved) == [("eight", "settings")]


async def test_a10_news_that_were_not_told_before_a_stop_are_told(bench: Bench) -> None:
    moved = stopping(moved_to(connection(), "google:third", None), "none")
    assert await colleagues(bench, moved) == [("eight", "settings")]


@pytest.mark.parametrize("kind", ["needs_reauth", "calendar_unavailable"])
async def test_a10_who_has_no_access_for_a_week_has_left(bench: Bench, kind: TroubleKind) -> None:
    lost = troubled(connection(), kind, "gone", "", now=NOW)
    assert await colleagues(bench, lost) == []
    assert lost.takes_part(NOW + WEEK - MINUTE)
    assert await looks(bench, WEEK - 3 * MINUTE) == []
    assert await looks(bench, 3 * MINUTE) == [("eight", "settings")]
    assert not lost.takes_part(NOW + WEEK)

    for back in (reauthorised, lambda one, _: healthy(one)):
        assert back(lost, NOW).sharing_news == {}, "nobody heard of it"
    await bench.dispatcher.connections.change("c1", lambda c: reauthorised(c, bench.clock.now()))
    assert await looks(bench) == [("eight", "replay")], "what he had before is his again"


@pytest.mark.parametrize("kind", ["throttled", "unreachable"])
def test_a10_what_passes_is_no_end(kind: TroubleKind) -> None:
    lost = troubled(connection(), kind, "gone", "", now=NOW)
    assert lost.takes_part(NOW + 9 * WEEK)
    assert "absent" not in lost.due


def test_a10_another_kind_of_trouble_begins_anew() -> None:
    lost = troubled(connection(), "needs_reauth", "gone", "", now=NOW)
    again = troubled(lost, "needs_reauth", "gone", "", now=NOW + DAY)
    assert again.due["absent"] == NOW + WEEK
    away = troubled(again, "throttled", "slow", "", now=NOW + 2 * DAY)
    assert "absent" not in away.due


async def test_a10_who_joins_makes_nobody_look_and_who_comes_back_does(bench: Bench) -> None:
    account = Account("ann@example.com", "ann@example.com")
    joined = authorised(connection(account_key=None), account, "key", TEAM, now=NOW, replay_id="r2")
    assert await colleagues(bench, joined) == []
    await bench.stores.connections.insert(connection(id="before", phase="stopped"))
    await bench.dispatcher.connections.change("c1", lambda _: joined.model_copy(update={"version": _.version}))
    assert await looks(bench) == [("eight", "replay")]


async def test_a10_a_look_that_the_provider_refused_is_made_when_it_answers_again(bench: Bench) -> None:
    """A retry alone reads what changed, and looks at nothing that is stored."""
    await bench.add(1, {})
    parking, message = bench.dispatcher.parking, bench.dispatcher.messages
    found = await parking.connections.get("c1")
    assert found
    pull = CalendarPull.model_validate_json(message.pull(found, "settings").value)
    await parking.trouble(found, ProviderAway("timeout", ""), pull)
    bench.limiter.allowance("google")
    assert [one.reason for one in await bench.tick(MINUTE)] == ["settings"]
    await parking.trouble(found, ProviderAway("timeout", ""))
    await parking.hold(pull)
    assert [one.reason for one in await bench.tick(MINUTE)] == ["settings"]


async def test_a10_who_is_erased_leaves_his_colleagues_with_the_news(bench: Bench) -> None:
    """His document keeps nothing of a calendar, so they are told before."""
    connections = bench.dispatcher.connections
    teardown = SimpleNamespace(accounts=SimpleNamespace(kits={"google": None}))
    teardown.tear_down = lambda one: connections.change(one.id, stopped)
    idempotency = SimpleNamespace(erase=AsyncMock(return_value=0))
    erasing = Erasing(
        bench.stores,
        connections,
        cast("Teardown", teardown),
        bench.dispatcher.colleagues,
        cast("Idempotency", idempotency),
        bench.dispatcher.messages,
        bench.clock,
    )
    assert await colleagues(bench, connection()) == []
    request = ErasureRequested(
        id="m1", occurred_at=NOW, company_id="acme", aggregate_version=1, correlation_id="r", cause="api",
        erasure_id="e1", run="r1", user_id="7",
    )  # fmt: skip
    await erasing.take(request)
    assert await looks(bench) == [("eight", "settings")]
    erased = await connections.get("c1")
    assert erased
    assert (erased.sharing_news, erased.due) == ({}, {})
