"""What is parked waits for its own connection's settings, and holds up nobody else."""

from dataclasses import replace

from tests.support.bench import as_written
from tests.support.mapper_world import CONNECTION, World


async def test_what_waits_for_a_connection_that_never_comes_keeps_no_other_parked() -> None:
    world = World(as_written)
    world.calendar.create("e1")
    world.settings_version = 1
    world.calendar.tell("e1")
    [told] = [message for queue in world.queues.values() for message in queue]
    world.queues.clear()
    parking = replace(world.mapper.parking, page=1)
    await parking.take(told.model_copy(update={"id": "0", "connection_id": "never seen"}))  # type: ignore[arg-type]
    await parking.take(told.model_copy(update={"id": "1"}))  # type: ignore[arg-type]  # both are calendar events
    assert await world.collections.parked.count({}) == 2
    world.settings_version = 0
    world.configure()
    await world.deliver(("connection.events.v1", CONNECTION))
    await parking.take_up()
    assert [one.connection_id for one in await world.collections.parked.find({})] == ["never seen"]
    assert [link.event_id for link in await world.links()] == ["e1"]
