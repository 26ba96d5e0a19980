"""The mass-delete brake (H4): when it holds, what it asks, and how every answer and withdrawal goes."""

from typing import Any

import pytest

from contracts.brakes import BrakeRequested, BrakeSettled, Restore
from contracts.connections import BrakeAnswer
from mapper.domain.model.limits import over_limit
from tests.support.bench import as_written
from tests.support.mapper_world import CONNECTION, World

TYPES = ("call", "meeting", "task")


@pytest.mark.parametrize(
    ("deletions", "links", "over"),
    [(20, 20, False), (21, 21, True), (21, 105, False), (21, 104, True), (200, 1000, False), (201, 1000, True)],
)
def test_h4_more_than_20_items_and_more_than_20_percent_are_over_the_limit(
    deletions: int, links: int, *, over: bool
) -> None:
    assert over_limit(deletions, links) == over


async def synced(events: int = 0, activities: int = 0, kind: str = "task") -> World:
    """A connection at rest with so many items of either origin."""
    world = World(as_written)
    for number in range(events):
        world.calendar.create(f"e{number:03}", summary=f"Event {number}")
    for number in range(activities):
        world.crm.create(f"a{number:03}", type=kind)
    world.configure(outbound_types=TYPES)
    await world.settle()
    assert len(world.live()) == len(world.calendar.events) == events + activities
    return world


async def answer(world: World, action: str) -> None:
    """Answer the open brake as the connector does: what a settings change took goes back with the answer."""
    asked = world.brakes[-1]
    assert isinstance(asked, BrakeRequested)
    world.brake_answer = BrakeAnswer.model_validate({"brake_id": asked.brake_id, "action": action})
    back = taken_back(world, asked.restore) if asked.restore and action == "restore" else {}
    world.configure(**back)
    await world.settle()


def taken_back(world: World, restore: Restore) -> dict[str, Any]:
    before, chosen = restore.outbound_types, world.settings.outbound_types
    types = None if before is None or chosen is None else tuple(dict.fromkeys((*before, *chosen)))
    inviting = {} if restore.invite_guests is None else {"invite_guests": restore.invite_guests}
    return {"outbound_types": types} | ({"direction": restore.direction} if restore.direction else {}) | inviting


def asked(world: World) -> BrakeRequested:
    [brake] = world.brakes
    assert isinstance(brake, BrakeRequested)
    return brake


async def gone(world: World, number: int) -> None:
    """Delete so many events in one pass."""
    world.tick()
    world.calendar.tell_gone(*sorted(world.calendar.events)[:number])
    await world.exhaust()


async def test_h4_a_pass_of_20_deletions_is_carried_out_at_once() -> None:
    world = await synced(events=25)
    await gone(world, 20)
    assert (len(world.live()), world.brakes) == (5, [])


async def test_h4_a_pass_of_21_deletions_stops_before_the_first() -> None:
    world = await synced(events=25)
    await gone(world, 21)
    brake = asked(world)
    assert len(world.live()) == 25
    assert (brake.total, len(brake.items), {one.side for one in brake.items}) == (21, 21, {"crm"})
    assert brake.items[0].title == "Event 0"
    held = [link for link in await world.links() if link.reason == "needs_confirmation"]
    assert {(link.state, link.history[0].outcome, link.history[0].rule) for link in held} == {
        ("active", "waiting", "H4")
    }
    assert held[0].history[0].remedy
    assert len(held) == 21


async def test_h4_no_more_than_a_fifth_of_the_links_is_carried_out_once_all_have_come() -> None:
    world = await synced(events=105)
    world.calendar.tell_gone(*sorted(world.calendar.events)[:21])
    queue = ("calendar.events.v1", CONNECTION)
    for _ in range(20):
        await world.deliver(queue)
        await world.timers()
    assert len(world.live()) == 105
    await world.exhaust()
    assert (len(world.live()), world.brakes) == (84, [])


async def test_h4_a_deletion_that_comes_twice_counts_once() -> None:
    world = await synced(events=25)
    world.calendar.tell_gone(*sorted(world.calendar.events)[:21])
    queue = ("calendar.events.v1", CONNECTION)
    for _ in range(5):
        await world.deliver(queue, twice=True)
    for _ in range(20):
        await world.deliver(queue)
        await world.timers()
    assert world.brakes == []
    await world.exhaust()
    assert asked(world).total == 21


async def test_h4_e4_a_deleted_series_counts_as_one() -> None:
    world = await synced(events=25)
    world.calendar.tell_gone(*sorted(world.calendar.events)[:21], series_id="s1")
    await world.exhaust()
    assert (len(world.live()), world.brakes) == (4, [])


async def test_h4_h1_keep_deletes_nothing_and_asks_nothing() -> None:
    world = await synced(events=25)
    world.configure(on_event_deleted="keep")
    await world.exhaust()
    await gone(world, 25)
    assert (len(world.live()), world.brakes) == (25, [])


async def test_h4_confirmed_the_activities_are_deleted() -> None:
    world = await synced(events=25)
    await gone(world, 22)
    await answer(world, "delete")
    assert len(world.live()) == 3
    settled = world.brakes[-1]
    assert isinstance(settled, BrakeSettled)
    assert settled.action == "delete"
    assert {link.state for link in await world.links()} == {"active", "closed"}


async def test_h4_restored_the_events_are_created_again_whatever_their_type_or_origin() -> None:
    world = await synced(events=20, activities=10)
    world.configure(outbound_types=("call", "task"))
    await world.exhaust()
    await gone(world, 30)
    await answer(world, "restore")
    assert len(world.live()) == len(world.calendar.events) == 30
    assert {(link.state, link.reason) for link in await world.links()} == {("active", None)}
    settled = world.brakes[-1]
    assert isinstance(settled, BrakeSettled)
    assert settled.action == "restore"
    await gone(world, 5)
    assert len(world.live()) == 25


async def test_h4_events_that_come_back_withdraw_the_brake() -> None:
    world = await synced(events=30)
    await gone(world, 22)
    for number in range(22):
        world.calendar.create(f"e{number:03}", summary="Back")
        world.calendar.tell(f"e{number:03}")
    await world.exhaust()
    settled = world.brakes[-1]
    assert isinstance(settled, BrakeSettled)
    assert settled.action == "withdrawn"
    assert len(world.live()) == 30


async def test_h4_deleting_some_by_hand_does_not_carry_out_the_rest() -> None:
    world = await synced(events=30)
    await gone(world, 22)
    for activity_id in [link.activity_id for link in await world.links() if link.reason == "needs_confirmation"][:5]:
        world.crm.delete(activity_id)
    await world.exhaust()
    assert (len(world.live()), len(world.brakes)) == (25, 1)


async def test_h4_a_second_large_pass_widens_the_question() -> None:
    world = await synced(events=60)
    await gone(world, 25)
    await gone(world, 25)
    first, second = world.brakes
    assert isinstance(first, BrakeRequested)
    assert isinstance(second, BrakeRequested)
    assert first.brake_id != second.brake_id
    assert (first.total, second.total) == (25, 50)
    await answer(world, "delete")
    assert len(world.live()) == 10


async def test_h4_a_small_pass_goes_on_while_the_user_is_asked() -> None:
    world = await synced(events=60)
    await gone(world, 25)
    await gone(world, 3)
    assert (len(world.live()), asked(world).total) == (57, 25)


async def test_h4_a_pass_of_which_not_all_came_is_judged_by_what_came() -> None:
    world = await synced(events=25)
    world.calendar.tell_gone(*sorted(world.calendar.events)[:22])
    late = world.queues["calendar.events.v1", CONNECTION].pop()
    await world.exhaust()
    assert world.brakes == []
    world.tick(601)
    await world.exhaust()
    assert asked(world).total == 21
    world.send("calendar.events.v1", CONNECTION, late)
    await world.exhaust()
    last = world.brakes[-1]
    assert isinstance(last, BrakeRequested)
    assert last.total == 22
    assert len(world.live()) == 25


async def test_h4_c5_unselecting_a_type_of_30_activities_asks_first() -> None:
    world = await synced(activities=30)
    world.configure(outbound_types=("call", "meeting"))
    await world.exhaust()
    brake = asked(world)
    assert (brake.total, {one.side for one in brake.items}) == (30, {"calendar"})
    assert brake.restore
    assert brake.restore.outbound_types == TYPES
    world.crm.edit("a001", subject="Edited meanwhile")
    await world.exhaust()
    assert len(world.calendar.events) == 30


async def test_h4_c5_no_message_removes_an_event_before_the_change_is_judged() -> None:
    world = await synced(activities=30)
    world.configure(outbound_types=("call", "meeting"))
    await world.deliver(("connection.events.v1", CONNECTION))
    world.crm.edit("a001", subject="Edited meanwhile")
    await world.deliver(("activity.events.v1", "a001"))
    assert world.waiting() == []


async def test_h4_c5_unselecting_a_type_of_20_activities_is_carried_out_at_once() -> None:
    world = await synced(activities=20)
    world.configure(outbound_types=("call", "meeting"))
    await world.settle()
    assert (len(world.calendar.events), world.brakes) == (0, [])


async def waiting_for_guests(number: int) -> World:
    """A connection at rest with so many events whose removal waits, since it would mail their guests (I2)."""
    world = await synced(activities=number)
    for event_id in sorted(world.calendar.events):
        world.calendar.invite(event_id, "ann@client.example")
    await world.settle()
    for index in range(0, number, 2):
        world.crm.delete(f"a{index:03}")
    world.configure(outbound_types=("call", "meeting"))
    await world.settle()
    assert (len(world.calendar.events), world.brakes) == (number, [])
    return world


async def test_h4_i2_letting_guests_be_mailed_asks_first_where_many_removals_wait_for_it() -> None:
    world = await waiting_for_guests(30)
    world.configure(invite_guests=True)
    await world.exhaust()
    brake = asked(world)
    assert (len(world.calendar.events), brake.total) == (30, 30)
    assert brake.restore
    assert (brake.restore.invite_guests, brake.restore.outbound_types) == (False, ())
    await world.exhaust()
    assert world.brakes == [brake], "it is not taken back by itself"


@pytest.mark.parametrize(("action", "left", "invites"), [("delete", 0, True), ("restore", 30, False)])
async def test_h4_i2_the_answer_removes_what_waited_or_takes_the_setting_back(
    action: str, left: int, *, invites: bool
) -> None:
    world = await waiting_for_guests(30)
    world.configure(invite_guests=True)
    await world.exhaust()
    await answer(world, action)
    assert (len(world.calendar.events), world.settings.invite_guests) == (left, invites)
    settled = world.brakes[-1]
    assert isinstance(settled, BrakeSettled)
    assert settled.action == action


async def test_h4_i2_few_removals_that_waited_are_done_at_once() -> None:
    world = await waiting_for_guests(20)
    world.configure(invite_guests=True)
    await world.settle()
    assert (len(world.calendar.events), world.brakes) == (0, [])


async def test_h4_c5_confirmed_the_events_leave_the_calendar() -> None:
    world = await synced(activities=30)
    world.configure(outbound_types=("call", "meeting"))
    await world.exhaust()
    await answer(world, "delete")
    assert (len(world.calendar.events), len(world.live())) == (0, 30)
    settled = world.brakes[-1]
    assert isinstance(settled, BrakeSettled)
    assert settled.action == "delete"


async def test_h4_c5_restored_the_setting_goes_back_and_edits_go_out() -> None:
    world = await synced(activities=30)
    world.configure(outbound_types=("call", "meeting"))
    await world.exhaust()
    world.crm.edit("a001", subject="Edited meanwhile")
    await world.exhaust()
    await answer(world, "restore")
    assert len(world.calendar.events) == 30
    assert "Edited meanwhile" in {event.fields.summary for event in world.calendar.events.values()}
    assert {(link.state, link.reason) for link in await world.links()} == {("active", None)}
    settled = world.brakes[-1]
    assert isinstance(settled, BrakeSettled)
    assert settled.action == "restore"


async def test_h4_c5_the_setting_changed_back_withdraws_the_brake() -> None:
    world = await synced(activities=30)
    world.configure(outbound_types=("call", "meeting"))
    await world.exhaust()
    world.configure(outbound_types=TYPES)
    await world.exhaust()
    settled = world.brakes[-1]
    assert isinstance(settled, BrakeSettled)
    assert (settled.action, len(world.calendar.events)) == ("withdrawn", 30)
    assert {(link.state, link.reason) for link in await world.links()} == {("active", None)}


@pytest.mark.parametrize("choice", ["delete", "restore"])
async def test_h4_b3_waking_links_whose_items_were_deleted_meanwhile_asks_first(choice: str) -> None:
    world = await synced(events=40)
    world.configure(direction="one_way")
    await world.exhaust()
    world.tick()
    for event_id in sorted(world.calendar.events)[:15]:
        world.calendar.delete(event_id)
        world.calendar.tell(event_id)
    await world.exhaust()
    for link in [link for link in await world.links() if not link.event.gone][:15]:
        world.crm.delete(link.activity_id)
    await world.exhaust()
    before = (len(world.calendar.events), len(world.live()))
    world.tick()
    world.coverage = world.coverage.model_copy(update={"two_way_since": world.clock.now()})
    world.configure(direction="two_way")
    await world.exhaust()
    brake = asked(world)
    deleted = (40 - before[0], 40 - before[1])
    assert (before, brake.total) == ((len(world.calendar.events), len(world.live())), sum(deleted))
    await answer(world, choice)
    kept = 40 - sum(deleted)
    assert (len(world.calendar.events), len(world.live())) == ((kept, kept) if choice == "delete" else before)
    assert world.settings.direction == ("two_way" if choice == "delete" else "one_way")


async def test_h4_a9_moving_to_another_calendar_is_no_deletion() -> None:
    world = await synced(activities=30)
    world.configure(calendar_id="other")
    await world.exhaust()
    assert world.brakes == []


@pytest.mark.parametrize("choice", ["delete", "restore"])
async def test_h4_both_kinds_are_one_question_with_one_answer(choice: str) -> None:
    world = await synced(events=30, activities=40)
    world.calendar.tell_gone(*(event_id for event_id in world.calendar.events if event_id.startswith("e")))
    await world.exhaust()
    world.configure(outbound_types=("call", "meeting"))
    await world.exhaust()
    first, last = world.brakes
    assert isinstance(first, BrakeRequested)
    assert isinstance(last, BrakeRequested)
    assert (first.total, last.total) == (30, 70)
    assert last.restore
    await answer(world, choice)
    left = {"delete": (0, 40), "restore": (70, 70)}[choice]
    assert (len(world.calendar.events), len(world.live())) == left


async def test_h4_k1_stopping_withdraws_the_brake() -> None:
    world = await synced(events=30)
    await gone(world, 30)
    world.stop()
    await world.exhaust()
    settled = world.brakes[-1]
    assert isinstance(settled, BrakeSettled)
    assert (settled.action, len(world.live())) == ("withdrawn", 30)
