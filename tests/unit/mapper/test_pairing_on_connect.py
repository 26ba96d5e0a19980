"""Stop, reconnect, lose the mapper's database: links are built again and nothing is doubled (K1, K2, K3, D8, H2)."""

import asyncio
from typing import Any

import pytest

from contracts import topics
from contracts.calendar_events import EventChanged, EventGone
from contracts.calendar_objects import EventSnapshot, Marker
from mapper.application.causation import Causation
from mapper.application.link_transition import LinkTransition
from mapper.domain.model.link import Link
from tests.support.bench import TOMORROW, as_written, due, timed
from tests.support.mapper_world import ACCOUNT, RESEND_AFTER, World

ORIGINS = ("crm", "calendar")
LATER = timed(TOMORROW.replace(hour=16))


async def connected(**settings: Any) -> World:
    """A world with a pair of either origin, at rest."""
    world = World(as_written)
    world.configure(**settings)
    world.crm.create("a1", subject="From the CRM")
    world.calendar.create("e1", summary="From the calendar", time=LATER)
    world.calendar.tell("e1")
    await world.exhaust()
    assert (len(world.live()), len(world.calendar.events)) == (2, 2)
    return world


async def link_of(world: World, origin: str) -> Link:
    """The link of that origin."""
    return next(link for link in await world.links() if link.origin == origin and link.activity.activity)


def sizes(world: World) -> tuple[int, int]:
    """How many activities and events there are."""
    return len(world.live()), len(world.calendar.events)


def writes(world: World) -> tuple[int, int]:
    return world.crm.writes, world.calendar.writes


async def come_back(world: World, *, lost: bool) -> None:
    """Connect the same account again, after the mapper's database was lost or not."""
    world.tick(3600)
    if lost:
        world.lose_database()
    world.connect_again()
    await world.exhaust()


@pytest.mark.parametrize("lost", [False, True])
async def test_k2_reconnecting_doubles_nothing_and_writes_nothing(lost: bool) -> None:
    world = await connected()
    await world.stopped()
    before = writes(world)
    await come_back(world, lost=lost)
    assert sizes(world) == (2, 2)
    assert writes(world) == before
    assert {(link.state, link.reason) for link in await world.links()} == {("active", None)}


async def test_k2_a_lost_database_doubles_nothing_and_the_sync_goes_on() -> None:
    world = await connected()
    world.lose_database()
    await world.exhaust()
    own = await link_of(world, "crm")
    world.tick()
    world.crm.edit("a1", subject="Edited since")
    world.calendar.edit("e1", location="Elsewhere")
    world.calendar.tell("e1")
    await world.exhaust()
    assert sizes(world) == (2, 2)
    assert world.calendar.events[own.event_id or ""].fields.summary == "Edited since"
    assert {one.location for one in world.live()} == {"", "Elsewhere"}


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize("origin", ORIGINS)
async def test_h2_h1_an_event_deleted_while_disconnected_is_asked_for_and_takes_its_activity_along(
    origin: str, lost: bool
) -> None:
    world = await connected()
    link = await link_of(world, origin)
    if not lost:
        await world.stopped()
    world.tick()
    world.calendar.delete(link.event_id or "")
    if lost:
        world.calendar.told.pop(link.event_id or "")
        world.lose_database()
        await world.exhaust()
    else:
        await come_back(world, lost=False)
    assert link.event_id in world.calendar.confirmed
    assert world.crm.activities[link.activity_id].deleted
    assert sizes(world) == (1, 1)


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize("origin", ORIGINS)
async def test_d5_h2_an_event_outside_the_window_is_not_gone(origin: str, lost: bool) -> None:
    world = await connected()
    link = await link_of(world, origin)
    event_id = link.event_id or ""
    await world.stopped()
    world.calendar.outside[event_id] = world.calendar.events.pop(event_id)
    before = writes(world)
    await come_back(world, lost=lost)
    assert (len(world.live()), writes(world)) == (2, before)
    assert (await link_of(world, origin)).event_id == event_id


@pytest.mark.parametrize("lost", [False, True])
async def test_h2_what_the_provider_knows_nothing_of_proves_no_deletion(lost: bool) -> None:
    world = await connected()
    link = await link_of(world, "calendar")
    await world.stopped()
    del world.calendar.events[link.event_id or ""]
    await come_back(world, lost=lost)
    assert sizes(world) == (2, 1)


async def test_h1_k1_an_activity_deleted_while_disconnected_takes_its_event_along() -> None:
    world = await connected()
    link = await link_of(world, "calendar")
    await world.stopped()
    world.tick()
    world.crm.delete(link.activity_id)
    await come_back(world, lost=False)
    assert sizes(world) == (1, 1)


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize("remove", ["activities", "events"])
async def test_k1_d8_what_stopping_removed_comes_back(remove: str, lost: bool) -> None:
    world = await connected()
    await world.stopped(remove)  # type: ignore[arg-type]  # one of the two
    assert sizes(world) == ((1, 2) if remove == "activities" else (2, 1))
    await come_back(world, lost=lost)
    assert sizes(world) == (2, 2)
    assert {(link.state, link.reason) for link in await world.links()} == {("active", None)}


async def test_k1_what_the_provider_refused_is_counted() -> None:
    world = await connected()
    link = await link_of(world, "crm")
    world.calendar.refuses.add(link.event_id or "")
    await world.stopped("events")
    assert [drained.refused for drained in world.drained] == [1]
    await come_back(world, lost=False)
    assert sizes(world) == (2, 2)
    await world.stopped()
    assert [drained.refused for drained in world.drained] == [1, 0]


async def test_d8_h1_a_kept_activity_stays_kept_after_the_database_was_lost() -> None:
    world = await connected(on_event_deleted="keep")
    link = await link_of(world, "crm")
    world.calendar.delete(link.event_id or "")
    world.calendar.tell(link.event_id or "")
    await world.exhaust()
    world.lose_database()
    world.configure(on_event_deleted="delete")
    await world.exhaust()
    again = await link_of(world, "crm")
    assert (again.state, again.reason, sizes(world)) == ("closed", "kept", (2, 1))


@pytest.mark.parametrize("begun", [True, False], ids=["in the replay it begins", "in one of our own"])
async def test_k4_a_deletion_that_was_told_to_a_broker_which_forgot_is_asked_for(begun: bool) -> None:
    """The connector has told it and forgotten the event: only that the replay lacks it shows what happened."""
    world = await connected()
    world.calendar.delete("e1")
    world.calendar.tell("e1")
    world.queues.clear()
    world.configure()
    await world.exhaust()
    assert sizes(world) == (2, 1), "nothing was told, nor doubted"
    await world.mapper.invalidation.invalidate_all()
    world.configure() if begun else world.tick(11)
    await world.exhaust()
    assert sizes(world) == (1, 1)
    assert world.calendar.confirmed == ["e1"]


async def test_k4_a_command_that_was_sent_to_a_broker_which_forgot_is_sent_again_at_once() -> None:
    world = await connected()
    event_id = (await link_of(world, "crm")).event_id or ""
    world.crm.edit("a1", subject="Edited")
    await drain_first(world, topics.ACTIVITY_EVENTS)
    for _ in range(2):
        world.queues.clear()
        world.tick(61)
        await world.timers()
    world.queues.clear()
    await world.exhaust()
    assert world.calendar.events[event_id].fields.summary == "From the CRM", "the next try is minutes away"
    await world.mapper.invalidation.invalidate_all()
    await world.exhaust()
    assert world.calendar.events[event_id].fields.summary == "Edited"


async def test_d8_h3_somebody_elses_meeting_stays_closed_after_the_database_was_lost() -> None:
    world = await connected()
    link = await link_of(world, "calendar")
    foreign = world.calendar.events["e1"].model_copy(update={"is_organizer": False, "hash": "foreign"})
    world.calendar.events["e1"] = foreign
    world.calendar.tell("e1")
    await world.exhaust()
    world.tick()
    world.crm.delete(link.activity_id)
    await world.exhaust()
    world.lose_database()
    await world.exhaust()
    assert (await link_of(world, "calendar")).reason == "not_organiser"
    assert sizes(world) == (1, 2)


async def test_d8_c5_a_filtered_activity_stays_out_and_reopens_after_the_database_was_lost() -> None:
    world = await connected(backfill="none")
    world.configure(outbound_types=())
    await world.exhaust()
    assert sizes(world) == (2, 1)
    world.lose_database()
    await world.exhaust()
    again = await link_of(world, "crm")
    assert (again.state, again.reason, sizes(world)) == ("closed", "filtered", (2, 1))
    world.tick()
    types_since = {"call": world.clock.now()}
    world.coverage = world.coverage.model_copy(update={"types_since": types_since})
    world.configure(outbound_types=None)
    await world.exhaust()
    assert sizes(world) == (2, 2)


async def test_k2_versions_of_a_link_go_on_so_that_the_store_hears_of_it() -> None:
    world = await connected()
    for _ in range(3):
        world.tick()
        world.crm.edit("a1", location=f"Room {world.clock.now()}")
        await world.exhaust()
    world.lose_database()
    await world.exhaust()
    world.configure(outbound_types=())
    await world.exhaust()
    sync = world.crm.activities["a1"].sync
    assert sync is not None
    assert (sync.state, sync.reason) == ("closed", "filtered")


def copy_of(world: World, event_id: str, copy_id: str) -> EventSnapshot:
    """Copy an event, its marker included."""
    copy = world.calendar.events[event_id].model_copy(update={"event_id": copy_id, "hash": f"hash of {copy_id}"})
    world.calendar.events[copy_id] = copy
    return copy


async def drain_first(world: World, topic: str) -> None:
    """Deliver everything of one topic before the rest."""
    while queues := [queue for queue in world.waiting() if queue[0] in {topics.CONNECTION_EVENTS, topic}]:
        await world.deliver(queues[-1] if queues[0][0] == topic else queues[0])


@pytest.mark.parametrize("copy_id", ["0-first", "z-last"])
@pytest.mark.parametrize("first", [topics.CALENDAR_EVENTS, topics.ACTIVITY_OUTCOMES])
async def test_k3_the_original_stays_linked_whatever_is_told_first(copy_id: str, first: str) -> None:
    world = await connected()
    original = (await link_of(world, "crm")).event_id or ""
    copy_of(world, original, copy_id)
    world.calendar.tell(copy_id)
    await world.exhaust()
    assert sizes(world) == (3, 3)
    world.calendar.events = dict(sorted(world.calendar.events.items()))
    world.lose_database()
    await drain_first(world, topics.CALENDAR_COMMANDS)
    await drain_first(world, topics.ACTIVITY_COMMANDS)
    await drain_first(world, first)
    await world.exhaust()
    assert sizes(world) == (3, 3)
    assert (await link_of(world, "crm")).event_id == original


@pytest.mark.parametrize("copy_id", ["0-first", "z-last"])
async def test_k3_a_copy_made_while_disconnected_does_not_take_the_link_of_its_original(copy_id: str) -> None:
    world = await connected()
    original = (await link_of(world, "crm")).event_id or ""
    await world.stopped()
    copy_of(world, original, copy_id)
    world.calendar.events = dict(sorted(world.calendar.events.items()))
    await come_back(world, lost=False)
    assert sizes(world) == (3, 3)
    assert (await link_of(world, "crm")).event_id == original


async def test_k3_of_a_series_that_carries_a_marker_one_occurrence_alone_takes_the_link() -> None:
    """Occurrences come side by side: the one that finds the link taken is an item of its own."""
    world = await connected()
    link = await link_of(world, "crm")
    event_id = link.event_id or ""
    copies = [copy_of(world, event_id, f"occurrence-{number}") for number in range(4)]
    world.calendar.delete(event_id)
    world.calendar.told.pop(event_id)
    await world.collections.links.update(link.id, lambda one: one and one.model_copy(update={"event_id": None}))
    world.calendar.seq += 1
    facts = [EventChanged(**world.calendar._body(), event=copy) for copy in copies]
    await asyncio.gather(*(world.mapper.parking.take(fact) for fact in facts))
    await world.exhaust()
    held = [link.event_id for link in await world.links()]
    assert set(held) == {"e1", *(copy.event_id for copy in copies)}
    assert sizes(world) == (5, 5)


@pytest.mark.parametrize("lost", [False, True])
async def test_k2_an_event_with_another_id_is_known_by_its_icaluid(lost: bool) -> None:
    world = World(as_written)
    world.configure()
    world.calendar.create("e1", summary="Imported")
    world.calendar.events["e1"] = world.calendar.events["e1"].model_copy(update={"ical_uid": "uid-1"})
    world.calendar.tell("e1")
    await world.exhaust()
    await world.stopped()
    imported = world.calendar.events["e1"].model_copy(update={"event_id": "e2"})
    world.calendar.delete("e1")
    world.calendar.events["e2"] = imported
    await come_back(world, lost=lost)
    assert sizes(world) == (1, 1)
    [link] = await world.links()
    assert (link.event_id, link.state) == ("e2", "active")


@pytest.mark.parametrize(
    ("activities", "events", "expected"),
    [(1, 1, (1, 1)), (2, 1, (3, 3)), (1, 2, (3, 3))],
    ids=["the only candidate", "two activities", "two events"],
)
async def test_k2_an_exact_match_is_one_item_where_nothing_else_matches(
    activities: int, events: int, expected: tuple[int, int]
) -> None:
    world = World(as_written)
    for number in range(activities):
        world.crm.create(f"a{number}", subject="Visit", schedule=due())
    for number in range(events):
        world.calendar.create(f"e{number}", summary="Visit", time=timed())
    world.configure()
    await world.exhaust()
    assert sizes(world) == expected


@pytest.mark.parametrize("differs", [{"summary": "Another"}, {"time": LATER}])
async def test_k2_what_differs_in_title_or_time_is_no_match(differs: dict[str, Any]) -> None:
    world = World(as_written)
    world.crm.create("a1", subject="Visit", schedule=due())
    world.calendar.create("e1", **{"summary": "Visit", "time": timed()} | differs)
    world.configure()
    await world.exhaust()
    assert sizes(world) == (2, 2)


async def test_k2_an_exact_match_counts_only_while_adopting() -> None:
    world = await connected()
    world.crm.create("a2", subject="Visit", schedule=due())
    world.calendar.create("e2", summary="Visit", time=timed())
    world.calendar.tell("e2")
    await world.exhaust()
    assert sizes(world) == (4, 4)


async def test_k2_an_activity_that_may_not_go_out_is_not_matched_with_anybodys_event() -> None:
    """Else its type, which is not selected, would take the user's own event out of the calendar (C5)."""
    world = World(as_written)
    world.crm.create("a1", subject="Visit", schedule=due())
    world.calendar.create("e1", summary="Visit", time=timed())
    world.configure(outbound_types=("lunch",))
    await world.exhaust()
    assert "e1" in world.calendar.events


async def test_h1_an_event_whose_activity_was_deleted_goes_after_it_though_the_database_was_lost() -> None:
    world = await connected()
    event_id = (await link_of(world, "crm")).event_id or ""
    world.lose_database()
    world.tick(3600)
    world.crm.delete("a1")
    await world.exhaust()
    assert event_id not in world.calendar.events
    assert world.crm.activities["a1"].deleted
    assert sizes(world) == (1, 1)


async def test_k3_a_strangers_marker_names_nothing() -> None:
    world = await connected()
    marker = Marker(account_key=f"not {ACCOUNT}", activity_id="a1", version=1, origin="crm")
    world.calendar.create("e9", summary="From another user")
    world.calendar.events["e9"] = world.calendar.events["e9"].model_copy(update={"marker": marker})
    world.calendar.tell("e9")
    await world.exhaust()
    assert sizes(world) == (3, 3)


async def test_k1_a_late_pass_of_the_former_connection_decides_nothing_of_links_that_were_taken_over() -> None:
    world = await connected()
    seen = await link_of(world, "crm")
    await world.stopped("events")
    former = await world.collections.connections.get(seen.connection_id)
    assert former
    await come_back(world, lost=False)
    taken_over = await world.collections.links.get(seen.id)
    assert taken_over
    assert taken_over.connection_id != former.id
    late = former.model_copy(update={"epoch": former.epoch + 10})
    await world.mapper.reevaluation._reevaluate(late, seen)
    assert await world.collections.links.get(seen.id) == taken_over


async def test_h1_k2_a_deletion_told_to_the_former_connection_decides_nothing_of_links_that_were_taken_over() -> None:
    world = await connected()
    seen = await link_of(world, "calendar")
    former = await world.collections.connections.get(seen.connection_id)
    assert former
    late = EventGone(**world.calendar._body(), event_id="e1", gone="deleted")
    await world.stopped("none")
    await come_back(world, lost=False)
    taken_over = await world.collections.links.get(seen.id)
    assert taken_over
    assert taken_over.connection_id != former.id
    transition = LinkTransition(former, Causation.of(late, world.clock.now()), RESEND_AFTER)
    await world.mapper.calendar_events.note_gone(transition, late, seen)
    assert await world.collections.links.get(seen.id) == taken_over
