"""A connection's progress is counted when its links are written (L2)."""

from dataclasses import replace
from typing import Any

from mapper.domain.model.connections.connection import Connection
from tests.simulation.tables import MemoryTable
from tests.support.bench import as_written
from tests.support.mapper_world import CONNECTION, World


async def test_l2_a_connection_is_counted_anew_only_once_its_links_are_written() -> None:
    """A count between the touch and the write was the last, and the connection stayed `catching_up` for good."""
    world = World(as_written)
    world.configure()
    await world.deliver(("connection.events.v1", CONNECTION))
    world.queues.clear()
    world.calendar.create("e1")
    world.calendar.tell("e1")
    [told] = [message for queue in world.queues.values() for message in queue]
    table: Any = world.collections.links._table  # what is stored at that very moment
    assert isinstance(table, MemoryTable)
    written: list[int] = []

    def touched(_: Connection) -> None:
        written.append(len(table.rows))

    await replace(world.mapper.calendar_events, touch=touched).handle(told)  # type: ignore[arg-type]  # it is one
    assert written == [1]
