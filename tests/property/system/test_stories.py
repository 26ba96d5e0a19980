"""Stories that a soak once failed at, each shrunk to a few steps and played on seeds of its own."""

from contextlib import AsyncExitStack

import pytest

from tests.property.system.ground import SimulatedGround, simulated_ground
from tests.property.system.play import Play
from tests.property.system.reach import Reach
from tests.property.system.stage import Stage


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
