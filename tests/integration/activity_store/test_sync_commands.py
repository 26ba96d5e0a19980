"""Commands of the sync: each is answered, once applied and however often it is repeated (A8, architecture)."""

from typing import Any

from chassis.ids import new_id
from contracts import topics
from contracts.activities import ActivityAttendee, ActivityCreated, ActivityDeleted, ActivityUpdated, Schedule
from contracts.activity_commands import ActivityChanges, ActivityPut, ActivityRemove, ActivityReplay
from contracts.activity_outcomes import ActivityCommandSettled, ActivityReplayed, ActivityReplayEnded
from contracts.links import LinkState, LinkStateChanged
from tests.integration.activity_store.support import Crm, TopicReader
from tests.support.waiting import wait_until

TOMORROW = Schedule.model_validate(
    {"due_date": "2030-05-02", "due_time": "08:00", "duration": "01:00", "timezone": "Europe/Berlin"}
)


def put(bus: TopicReader, activity_id: str, expected: int, /, *, owner: str = "7", **changes: Any) -> ActivityPut:
    return ActivityPut(
        **bus.envelope(),
        command_id=new_id(),
        connection_id="c1",
        owner_id=owner,
        activity_id=activity_id,
        expected_version=expected,
        changes=ActivityChanges(**changes),
    )


def remove(bus: TopicReader, activity_id: str, expected: int) -> ActivityRemove:
    return ActivityRemove(
        **bus.envelope(),
        command_id=new_id(),
        connection_id="c1",
        owner_id="7",
        activity_id=activity_id,
        expected_version=expected,
    )


async def settle(bus: TopicReader, command: ActivityPut | ActivityRemove, times: int = 1) -> ActivityCommandSettled:
    """Send a command and return its (last) answer."""
    await bus.send(topics.ACTIVITY_COMMANDS, command.activity_id, command)
    answers = await bus.wait_for(
        ActivityCommandSettled, times, where=lambda answer: answer.command_id == command.command_id
    )
    return answers[-1]


async def test_an_event_becomes_an_activity(crm: Crm, bus: TopicReader) -> None:
    """B1, F5: guests who are known persons take part; nobody is created."""
    person = {"name": "Ann", "emails": ["Ann@Example.com"]}
    await crm.ask("PUT", "/v1/linked-items/person/5", json=person, role="admin")
    guests = (ActivityAttendee(email="ann@example.COM"), ActivityAttendee(email="stranger@example.com"))
    command = put(bus, new_id(), 0, subject="Meet", type="meeting", schedule=TOMORROW, attendees=guests)
    answer = await settle(bus, command)
    assert (answer.outcome, answer.version) == ("applied", 1)
    shown = await crm.read(command.activity_id)
    assert (shown["subject"], shown["due_time"], shown["owner_id"]) == ("Meet", "08:00", "7")
    assert [one["person_id"] for one in shown["participants"]] == ["5"]
    fact = (await bus.wait_for(ActivityCreated))[0]
    assert (fact.cause, fact.command_id, fact.correlation_id) == ("sync", command.command_id, command.correlation_id)
    assert fact.causation_id == command.id
    assert [item.name for item in fact.linked_items] == ["Ann"]
    assert bus.keys(ActivityCommandSettled) == {"c1"}


async def test_a_repeated_command_is_answered_as_the_first_time(crm: Crm, bus: TopicReader) -> None:
    command = put(bus, new_id(), 0, subject="Meet", type="meeting", schedule=TOMORROW)
    first = await settle(bus, command)
    await crm.ask("PATCH", f"/v1/activities/{command.activity_id}", json={"note": "mine"})
    again = await settle(bus, command, times=2)
    assert (first.outcome, first.version) == (again.outcome, again.version) == ("applied", 1)
    assert len(await bus.seen(ActivityCreated)) == 1
    assert (await crm.read(command.activity_id))["note"] == "mine"


async def test_a_command_from_an_old_version_is_stale_and_changes_nothing(crm: Crm, bus: TopicReader) -> None:
    made = await crm.make()
    await crm.ask("PATCH", f"/v1/activities/{made['id']}", json={"subject": "Newer"})
    assert (await settle(bus, put(bus, made["id"], 1, subject="Older"))).outcome == "stale"
    created_again = await settle(bus, put(bus, made["id"], 0, subject="Twice", type="call"))
    assert (created_again.outcome, created_again.version) == ("stale", 2)
    assert (await settle(bus, put(bus, new_id(), 3, subject="Never there"))).version == 0
    assert (await crm.read(made["id"]))["subject"] == "Newer"


async def test_equal_content_makes_no_version(crm: Crm, bus: TopicReader) -> None:
    made = await crm.make()
    answer = await settle(bus, put(bus, made["id"], 1, subject="Call Ann"))
    assert (answer.outcome, answer.version) == ("unchanged", 1)
    assert await bus.seen(ActivityUpdated) == []


async def test_an_activity_of_somebody_else_is_never_written(crm: Crm, bus: TopicReader) -> None:
    """A8."""
    made = await crm.make(user="8")
    answer = await settle(bus, put(bus, made["id"], 1, subject="Mine now"))
    assert (answer.outcome, answer.reason) == ("refused", "not_owner")
    refused = await settle(bus, put(bus, new_id(), 0, subject="x", type="no_such_type"))
    assert (refused.outcome, refused.reason) == ("refused", "unknown_type")


async def test_a_tombstone_comes_back_only_by_its_version(crm: Crm, bus: TopicReader) -> None:
    made = await crm.make()
    removed = await settle(bus, remove(bus, made["id"], 1))
    assert (removed.outcome, removed.version) == ("applied", 2)
    assert removed.activity is not None
    assert removed.activity.deleted
    assert (await bus.wait_for(ActivityDeleted))[0].cause == "sync"
    assert (await settle(bus, remove(bus, made["id"], 2))).outcome == "unchanged"
    assert (await settle(bus, put(bus, made["id"], 1, subject="Back"))).outcome == "stale"
    back = await settle(bus, put(bus, made["id"], 2, subject="Back"))
    assert (back.outcome, back.version) == ("applied", 3)
    assert (await crm.read(made["id"]))["subject"] == "Back"


async def test_a_replay_tells_tombstones_and_what_left_the_owner_and_ends_with_a_count(
    crm: Crm, bus: TopicReader
) -> None:
    kept, gone, left = await crm.make(), await crm.make(), await crm.make()
    await crm.make(user="9")
    await crm.ask("DELETE", f"/v1/activities/{gone['id']}")
    await crm.ask("PATCH", f"/v1/activities/{left['id']}", json={"owner_id": "8"}, role="admin")
    command = ActivityReplay(**bus.envelope(), command_id=new_id(), connection_id="c1", owner_id="7", replay_id="r1")
    await bus.send(topics.ACTIVITY_COMMANDS, "7", command)
    ended = (await bus.wait_for(ActivityReplayEnded))[0]
    told = {answer.activity.id: answer.activity for answer in await bus.seen(ActivityReplayed)}
    assert (ended.count, ended.replay_id) == (3, "r1")
    assert set(told) == {kept["id"], gone["id"], left["id"]}
    assert told[gone["id"]].deleted
    assert told[left["id"]].owner_id == "8"
    assert len(await bus.seen(ActivityCreated)) == 4


async def test_a_poison_record_is_put_aside_and_the_rest_flows(crm: Crm, bus: TopicReader) -> None:
    """Invariant 6."""
    poison = f"{{no command of {bus.company}".encode()
    command = put(bus, new_id(), 0, subject="Fine", type="call")
    await bus.send(topics.ACTIVITY_COMMANDS, command.activity_id, poison)
    assert (await settle(bus, command)).outcome == "applied"

    async def put_aside() -> bool:
        return poison in await bus.dead_letters()

    await wait_until(put_aside, awaited="the poison on the dead-letter topic")


async def test_the_state_of_a_link_is_shown_and_is_no_content(crm: Crm, bus: TopicReader) -> None:
    made = await crm.make()

    async def tell(version: int, state: LinkState) -> None:
        envelope = bus.envelope(aggregate_version=version)
        news = LinkStateChanged(
            **envelope, connection_id="c1", activity_id=made["id"], origin="crm", state=state, reason=None
        )
        await bus.send(topics.LINK_STATES, "c1", news)

    await tell(2, "active")
    await tell(1, "pending")
    await tell(3, "frozen")

    async def shown() -> dict[str, Any]:
        activity = await crm.read(made["id"])
        assert activity["sync"] is not None
        assert activity["sync"]["state"] == "frozen", activity["sync"]
        return activity

    activity = await wait_until(shown, awaited="the link's state")
    assert (activity["version"], activity["update_time"]) == (1, made["update_time"])
    assert await bus.seen(ActivityUpdated) == []


async def test_an_occurrence_of_a_series_cannot_be_edited_but_annotated(crm: Crm, bus: TopicReader) -> None:
    """E2."""
    command = put(bus, new_id(), 0, subject="Weekly", type="meeting", schedule=TOMORROW, recurring=True)
    await settle(bus, command)
    path = f"/v1/activities/{command.activity_id}"
    for refused in (
        await crm.ask("PATCH", path, json={"subject": "x", "note": "y"}),
        await crm.ask("PATCH", path, json={"owner_id": "8"}, role="admin"),
        await crm.ask("DELETE", path),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "recurring_read_only")
    allowed = await crm.ask("PATCH", path, json={"done": True, "note": "n", "deal_id": 3, "subject": "Weekly"})
    assert (allowed.status_code, allowed.json()["note"]) == (200, "n")
