"""Stories that a soak once failed at, each shrunk to a few steps and played on seeds of its own."""

from contextlib import AsyncExitStack

import pytest

from sandbox.clients import succeeded
from tests.property.system.ground import SimulatedGround, simulated_ground
from tests.property.system.play import Play
from tests.property.system.reach import Reach
from tests.property.system.stage import Stage
from tests.support.providers import FEATURES
from tests.support.waiting import wait_until


@pytest.mark.timeout(120)
@pytest.mark.parametrize("seed", [17, 18, 19])
def test_j3_an_event_that_is_deleted_as_soon_as_it_is_there_stays_deleted(seed: int) -> None:
    """Nobody edited it afterwards, so both sides go; with office365 and seed 18 before we read back what we made."""
    with simulated_ground(seed) as ground:
        ground.run(_deleted_at_once(ground))


async def _deleted_at_once(ground: SimulatedGround) -> None:
    async with AsyncExitStack() as stack:
        _, world = await ground.settled(stack)
        play = Play(Stage(ground, world, stack), Reach())
        play.stage.clock.to_about_noon()
        await play.settle()
        await play.create(0, "crm")
        await play.act(0, "calendar", "delete", "")
        await play.settle()
        assert play.slots[0] is None


@pytest.mark.timeout(120)
def test_j2_a_write_that_is_refused_five_times_in_a_row_is_made_later() -> None:
    """Nothing is locked or put back: the event was only never at rest."""
    with simulated_ground(3) as ground:
        ground.run(_refused_five_times(ground))


async def _refused_five_times(ground: SimulatedGround) -> None:
    async with AsyncExitStack() as stack:
        _, world = await ground.settled(stack)
        play = Play(Stage(ground, world, stack), Reach())
        await play.create(0, "crm")
        await play.settle()
        await play.stage.arm(FEATURES.conflict, 5)
        before = await play.stage.struck()
        await play.act(0, "crm", "edit", "title")

        async def all_struck() -> bool:
            return (await play.stage.struck()).get(FEATURES.conflict, 0) >= before.get(FEATURES.conflict, 0) + 5

        await wait_until(all_struck, awaited="five refusals", every=0.2)
        await play.settle()
        [activity] = [one for one in await play.stage.activities() if one["subject"].startswith("i")]
        assert not activity["read_only"]


@pytest.mark.timeout(120)
def test_l2_a_provider_that_takes_over_ten_seconds_is_no_outage() -> None:
    with simulated_ground(5) as ground:
        ground.run(_slow(ground))


async def _slow(ground: SimulatedGround) -> None:
    async with AsyncExitStack() as stack:
        _, world = await ground.settled(stack)
        stage = Stage(ground, world, stack)
        succeeded(await world.calendar.simulator.patch("/control/settings", json={"latency_ms": 12_000}))

        async def status_is(status: str) -> bool:
            return bool((await stage.connection(world))["status"] == status)

        await wait_until(lambda: status_is("catching_up"), awaited="a time-out", timeout=60, every=1)
        await wait_until(lambda: status_is("in_sync"), awaited="a read at last", timeout=120, every=1)
