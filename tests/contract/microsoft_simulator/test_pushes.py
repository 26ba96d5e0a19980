"""What is pushed, how often, and to which address (providers/graph.md 2.1; traps 2 to 5)."""

from collections.abc import Callable

import pytest

from simulators.microsoft.http.sender import Answer
from tests.contract.microsoft_simulator.driver import LIFECYCLE, Ingress, Microsoft, daily
from tests.support.simulator_driver import ANN


async def _quiet(microsoft: Microsoft) -> Ingress:
    ingress = await microsoft.pushed()
    ingress.got.clear()
    return ingress


async def test_a_notification_names_the_event_only(microsoft: Microsoft) -> None:
    made = await microsoft.subscribe()
    event = await microsoft.create(subject="secret")
    (value,) = (await microsoft.pushed()).values
    user = (await microsoft.graph("GET", "/me"))["id"]
    assert value["resource"] == f"Users/{user}/Events/{event['id']}"
    assert (value["subscriptionId"], value["clientState"]) == (made["id"], "secret")
    assert value["resourceData"]["@odata.etag"] == event["@odata.etag"]
    assert set(value) == {
        "subscriptionId",
        "subscriptionExpirationDateTime",
        "clientState",
        "tenantId",
        "changeType",
        "resource",
        "resourceData",
    }


async def test_created_updated_deleted(microsoft: Microsoft, later: Callable[[float], None]) -> None:
    """Traps 3 and 10: Exchange's own bump comes as an update; reads tell nobody."""
    await microsoft.subscribe()
    event = await microsoft.create()
    later(3)
    await microsoft.graph("GET", f"/me/events/{event['id']}")
    await microsoft.graph("PATCH", f"/me/events/{event['id']}", {"subject": "new"})
    await microsoft.graph("DELETE", f"/me/events/{event['id']}")
    assert (await microsoft.pushed()).changes == ["created", "updated", "updated", "deleted"]


async def test_only_what_was_asked_for(microsoft: Microsoft) -> None:
    await microsoft.subscribe(changeType="deleted")
    event = await microsoft.create()
    await microsoft.graph("DELETE", f"/me/events/{event['id']}")
    assert (await microsoft.pushed()).changes == ["deleted"]


async def test_an_occurrence_marks_its_master(microsoft: Microsoft) -> None:
    """A cancelled occurrence is told as an update of its series."""
    master = await microsoft.create(**daily())
    rows = (await microsoft.delta())["value"]
    await microsoft.subscribe()
    await microsoft.graph("DELETE", f"/me/events/{rows[1]['id']}")
    (value,) = (await microsoft.pushed()).values
    assert (value["changeType"], value["resourceData"]["id"]) == ("updated", master["id"])


async def test_one_batch_for_several_subscriptions(microsoft: Microsoft) -> None:
    """Trap 2: of one address."""
    calendar = (await microsoft.graph("GET", "/me/calendar"))["id"]
    await microsoft.subscribe()
    await microsoft.subscribe(resource=f"/me/calendars/{calendar}/events", clientState="other")
    await microsoft.create()
    (batch,) = (await microsoft.pushed()).got
    assert {value["clientState"] for value in batch.values} == {"secret", "other"}


async def test_another_calendar_is_not_watched(microsoft: Microsoft) -> None:
    other = await microsoft.calendar_of("Projects")
    await microsoft.subscribe(resource=f"me/calendars/{other}/events")
    await microsoft.create()
    await microsoft.create(f"/me/calendars/{other}/events")
    assert len((await microsoft.pushed()).values) == 1


@pytest.mark.parametrize(
    ("trap", "changes"),
    [
        ("push.lost", ["created"]),
        ("push.mixed", ["created", "created"]),
        ("push.duplicate", ["created", "created", "created"]),
        ("push.many", ["created", "updated", "updated", "updated", "created"]),
        ("push.stranger", ["created", "created", "created"]),
        ("push.wrong_state", ["created", "created", "created"]),
        ("push.reorder", ["created", "created"]),
        ("push.late", ["created", "created"]),
        ("subscription.ends_silently", []),
        ("lifecycle.missed", ["missed", "created", "created"]),
        ("lifecycle.removed", ["subscriptionRemoved", "subscriptionRemoved"]),
        ("lifecycle.reauthorization", ["reauthorizationRequired"]),
    ],
)
async def test_push_traps_over_two_changes(microsoft: Microsoft, trap: str, changes: list[str]) -> None:
    """Traps 2, 3, 5 and 6: what reaches the ingress of two changes while the first is trapped."""
    await microsoft.subscribe(lifecycleNotificationUrl=LIFECYCLE)
    await microsoft.trap(trap)
    first, second = await microsoft.create(), await microsoft.create()
    ingress = await microsoft.pushed()
    assert ingress.changes == changes
    assert (await microsoft.control("GET", "/traps"))["struck"] == {trap: 1}
    told = [value["resourceData"]["id"] for value in ingress.values if "resourceData" in value]
    if trap == "push.reorder":
        assert told == [second["id"], first["id"]]
    if trap == "push.mixed":
        assert len(ingress.got) == 1


async def test_lost_and_missed(microsoft: Microsoft) -> None:
    """Trap 3: `missed` follows a loss, when Graph noticed it."""
    await microsoft.subscribe(lifecycleNotificationUrl=LIFECYCLE)
    await microsoft.trap("push.lost", missed=True)
    await microsoft.create()
    await microsoft.create()
    assert (await microsoft.pushed()).changes == ["missed", "created"]


@pytest.mark.parametrize("answer", [Answer(500), Answer(404), Answer(0), Answer(202, 3.5)], ids=str)
async def test_what_was_not_taken_in_time_comes_again(microsoft: Microsoft, answer: Answer) -> None:
    """Trap 4: any failure, also a right answer after three seconds."""
    await microsoft.subscribe()
    microsoft.ingress.answers = [answer, answer]
    await microsoft.create()
    assert (await microsoft.pushed()).changes == ["created"] * 3
    assert microsoft.waits == [1, 2]


async def test_retries_end_after_hours(microsoft: Microsoft) -> None:
    """Trap 4: after some four hours the notification is dropped."""
    await microsoft.subscribe()
    microsoft.ingress.answers = [Answer(503)] * 100
    await microsoft.create()
    await microsoft.pushed()
    assert 3.5 * 3600 < sum(microsoft.waits) < 4.5 * 3600


async def test_a_slow_address_is_slowed(microsoft: Microsoft) -> None:
    """Trap 4: more than a tenth of the answers late: notifications are delayed."""
    await microsoft.subscribe()
    microsoft.ingress.answers = [Answer(202, 3.5)] * 2
    for _ in range(9):
        await microsoft.create()
    await _quiet(microsoft)
    microsoft.waits.clear()
    await microsoft.create()
    await microsoft.pushed()
    assert microsoft.waits == [10]


async def test_a_very_slow_address_is_dropped_then_told(microsoft: Microsoft, later: Callable[[float], None]) -> None:
    """Trap 4: for ten minutes notifications are lost; then `missed` says so."""
    await microsoft.subscribe(lifecycleNotificationUrl=LIFECYCLE)
    microsoft.ingress.answers = [Answer(202, 11)] * 10
    await microsoft.create()
    ingress = await _quiet(microsoft)
    await microsoft.create()
    assert (await microsoft.pushed()).changes == []
    later(601)
    await microsoft.create()
    await microsoft.pushed()
    assert ingress.changes[0] == "missed"
    assert "created" in ingress.changes


async def test_the_list_of_calendars_can_be_watched(microsoft: Microsoft) -> None:
    """Facts 2.1: a new calendar is told as updated."""
    await microsoft.subscribe(resource="/me/calendars", changeType="updated,deleted")
    path = f"/accounts/{ANN}/calendars"
    made = await microsoft.control("POST", path, {"summary": "new"})
    await microsoft.create()
    await microsoft.control("DELETE", f"{path}/{made['id']}")
    ingress = await microsoft.pushed()
    assert ingress.changes == ["updated", "deleted"]
    assert {value["resourceData"]["id"] for value in ingress.values} == {made["id"]}


async def test_ids_are_as_the_subscription_asked(microsoft: Microsoft) -> None:
    """Trap 8: without `Prefer` on creating it, notifications carry default ids."""
    body = {
        "changeType": "created",
        "notificationUrl": "https://crm.test/hook",
        "resource": "/me/events",
        "expirationDateTime": "2026-11-25T09:00:00Z",
    }
    await microsoft.graph("POST", "/subscriptions", body)
    event = await microsoft.create()
    (value,) = (await microsoft.pushed()).values
    default = await microsoft.graph("GET", f"/me/events/{event['id']}")
    assert value["resourceData"]["id"] == default["id"] != event["id"]
