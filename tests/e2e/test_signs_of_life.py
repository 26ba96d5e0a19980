"""A channel without an end lives as long as it is heard; where it falls silent, a new one is opened and a read made."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from sandbox.clients import Json, succeeded
from tests.support.providers import FEATURES, PROVIDER
from tests.support.sandboxes import Sandbox, empty_sandbox
from tests.support.stories import WITHIN, World, connected, timed
from tests.support.waiting import wait_until

pytestmark = pytest.mark.skipif(PROVIDER != "exchange", reason=f"{PROVIDER} gives its channels an end")

MINUTE = 60
NEVER = {"TANDEM_POLL_SECONDS": "86400", "TANDEM_POLL_LONGEST_SECONDS": "86400"}
"""So that no poll finds what push has lost."""


@pytest.fixture
def shifted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox whose time may be changed, since nobody else is in it."""
    with empty_sandbox(tmp_path_factory.mktemp("signs") / "sandbox", **NEVER) as running:
        yield running


async def subscriptions(world: World) -> list[Json]:
    """Return the live subscriptions of the account."""
    rows: list[Json] = (await world.calendar.simulator.get(FEATURES.channels)).json()
    return [row for row in rows if row["email"] == world.calendar.email]


async def lasts(world: World, beyond: datetime) -> datetime:
    """Wait until the channel lasts longer than until then, as a sign of life makes it."""

    async def look() -> datetime:
        connection = await world.sales.connection(world.connection_id)
        assert connection["push"] == "webhook", connection
        until = datetime.fromisoformat(connection["subscription_expires_at"])
        assert until > beyond, until
        return until

    return await wait_until(look, awaited=f"a channel that lasts beyond {beyond}", timeout=WITHIN)


async def test_k4_a_channel_that_falls_silent_is_opened_anew_and_what_it_missed_is_read(
    shifted: Sandbox, unique: str
) -> None:
    async with connected(shifted.folder, unique) as world:
        begun = datetime.fromisoformat((await world.sales.connection(world.connection_id))["created_at"])
        first = await lasts(world, begun + timedelta(minutes=5))
        opened = await subscriptions(world)
        assert len(opened) == 1

        (shifted.folder / "clock").write_text(str(6 * MINUTE))
        await lasts(world, first + timedelta(minutes=4))
        assert [one["id"] for one in await subscriptions(world)] == [opened[0]["id"]]

        trap = {"trap": "subscription.ends_silently", "account": world.calendar.email}
        succeeded(await world.calendar.simulator.post("/control/traps", json=trap))
        missed = await world.calendar.add(summary="Never told", **timed(1))
        assert await subscriptions(world) == []
        (shifted.folder / "clock").write_text(str(20 * MINUTE))
        await world.activity_of(missed)
        await lasts(world, first + timedelta(minutes=18))
        assert len(await subscriptions(world)) == 1
