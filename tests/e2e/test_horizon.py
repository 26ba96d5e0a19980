"""The window rolls on by the clock alone (D5): a sandbox of its own, whose clock is put forward."""

from collections.abc import Iterator

import pytest

from sandbox.clients import Json
from tests.support.sandboxes import OFTEN, Sandbox, empty_sandbox
from tests.support.stories import WITHIN, World, connected, timed
from tests.support.waiting import wait_until

DAY = 24 * 60 * 60
AHEAD = 40
"""Days by which the clock is put forward."""


@pytest.fixture
def shifted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox whose time may be changed, since nobody else is in it."""
    with empty_sandbox(tmp_path_factory.mktemp("horizon") / "sandbox", **OFTEN) as running:
        yield running


async def activities(world: World) -> list[Json]:
    """Return all activities of the salesperson."""
    return await world.sales.activities(owner_id="7")


async def test_d5_what_slides_into_the_window_comes_in_and_what_slides_out_stays(shifted: Sandbox, unique: str) -> None:
    async with connected(shifted.folder, unique, horizon_days=30) as world:
        near = await world.calendar.add(summary="Near", **timed(2))
        far = await world.calendar.add(summary="Far", **timed(50))
        await world.calendar.add(summary="Endless", recurrence=["RRULE:FREQ=WEEKLY"], **timed(3))
        await world.activity_of(near)
        await world.decided("D5", event_id=far["id"])

        async def weeks(number: int) -> list[Json]:
            found = [one for one in await activities(world) if one["subject"] == "Endless"]
            assert len(found) >= number, [one["due_date"] for one in found]
            return found

        before = {one["id"] for one in await wait_until(lambda: weeks(4), awaited="four weeks", timeout=WITHIN)}
        assert not [one for one in await activities(world) if one["subject"] == "Far"]
        (shifted.folder / "clock").write_text(str(AHEAD * DAY))
        await world.activity_of(far)
        # Also those that came into the window and were over before anybody looked (D1): an outage decides nothing.
        after = await wait_until(lambda: weeks(10), awaited="ten weeks", timeout=WITHIN)
        assert before < {one["id"] for one in after}
        assert [one["subject"] for one in await activities(world) if one["subject"] == "Near"] == ["Near"]
        await world.sales.in_sync(world.connection_id)
