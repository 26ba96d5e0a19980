"""Who sees what (G1, G3, G4), over HTTP: not seeing is 404, and lists leave it out."""

from typing import Any

import pytest

from chassis.ids import new_id
from contracts import topics
from contracts.activities import ActivityUpdated
from contracts.activity_commands import ActivityChanges, ActivityPut
from contracts.activity_outcomes import ActivityCommandSettled
from tests.integration.activity_store.support import Crm, TopicReader


async def sees(crm: Crm, activity_id: str, user: str, role: str = "regular") -> bool:
    """Whether a user gets an activity; single look and list must agree."""
    single = await crm.ask("GET", f"/v1/activities/{activity_id}", user=user, role=role)
    listed = await crm.ask("GET", "/v1/activities", user=user, role=role)
    in_list = activity_id in [item["id"] for item in listed.json()["items"]]
    assert in_list == (single.status_code == 200)
    return in_list


async def test_without_linked_items_everybody_of_the_company_sees_and_edits(crm: Crm) -> None:
    made = await crm.make()
    assert await sees(crm, made["id"], "8")
    edited = await crm.ask("PATCH", f"/v1/activities/{made['id']}", json={"note": "hello"}, user="8")
    assert edited.status_code == 200


@pytest.mark.parametrize(
    ("item", "colleague", "stranger"),
    [
        ({"visible_to": "everyone"}, True, True),
        ({"visible_to": "owner", "owner_id": "8"}, True, False),
        ({"visible_to": "group", "group_id": "g1"}, True, False),
        ({"visible_to": "owner", "owner_id": "99"}, False, False),
    ],
)
async def test_a_linked_item_decides(crm: Crm, item: dict[str, Any], colleague: bool, stranger: bool) -> None:
    """G1: for administrators too; the owner always sees his own."""
    await crm.ask("PUT", "/v1/users/8", json={"group_id": "g1"}, role="admin")
    await crm.ask("PUT", "/v1/linked-items/deal/1", json={"name": "Deal"} | item, role="admin")
    made = await crm.make(deal_id=1)
    assert await sees(crm, made["id"], "7")
    assert await sees(crm, made["id"], "8") == colleague
    assert await sees(crm, made["id"], "9", "admin") == stranger
    for method, body in (("PATCH", {"note": "x"}), ("DELETE", None)):
        if not stranger:
            refused = await crm.ask(method, f"/v1/activities/{made['id']}", json=body, user="9", role="admin")
            assert refused.status_code == 404


async def test_an_unknown_linked_item_hides_and_so_does_a_forgotten_one(crm: Crm) -> None:
    made = await crm.make(participants=[{"person_id": 5, "primary": True}])
    assert not await sees(crm, made["id"], "8")
    await crm.ask("PUT", "/v1/linked-items/person/5", json={"name": "Ann"}, role="admin")
    assert await sees(crm, made["id"], "8")
    assert (await crm.ask("DELETE", "/v1/linked-items/person/5", role="admin")).status_code == 204
    assert not await sees(crm, made["id"], "8")
    assert await sees(crm, made["id"], "7")


async def test_linked_items_of_another_company_mean_nothing(crm: Crm) -> None:
    """G4: ids are unique within a company only."""
    await crm.ask("PUT", "/v1/linked-items/deal/1", json={"name": "Theirs"}, company=f"{crm.company}x", role="admin")
    made = await crm.make(deal_id=1)
    assert not await sees(crm, made["id"], "8")
    assert (await crm.ask("GET", "/v1/linked-items/deal/1")).status_code == 404


async def test_inbound_visibility_owner_hides_from_all_others(crm: Crm, bus: TopicReader) -> None:
    """G3."""
    command = ActivityPut(
        **bus.envelope(),
        command_id=new_id(),
        connection_id="c1",
        owner_id="7",
        activity_id=new_id(),
        expected_version=0,
        changes=ActivityChanges(subject="Doctor", type="meeting", visibility="owner"),
    )
    await bus.send(topics.ACTIVITY_COMMANDS, command.activity_id, command)
    await bus.wait_for(ActivityCommandSettled)
    assert await sees(crm, command.activity_id, "7")
    assert not await sees(crm, command.activity_id, "8", "admin")


async def test_g1_nobody_opens_an_activity_by_creating_the_deal_it_refers_to(crm: Crm) -> None:
    """Linked items are written by administrators alone, and the refusal does not say whether there is one."""
    made = await crm.make(deal_id="secret", public_description="do not tell")
    await crm.ask("PUT", "/v1/linked-items/deal/known", json={"name": "Known"}, role="admin")
    for user in ("7", "8"):
        for item in ("secret", "known"):
            for method, body in (("PUT", {"name": "Mine"}), ("DELETE", None)):
                answer = await crm.ask(method, f"/v1/linked-items/deal/{item}", json=body, user=user)
                assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), (user, item, method)
    assert not await sees(crm, made["id"], "8")
    assert (await crm.ask("GET", "/v1/linked-items/deal/secret", role="admin")).status_code == 404


async def test_a_hidden_item_cannot_be_unhidden_by_writing_it(crm: Crm) -> None:
    hidden = {"name": "Secret", "visible_to": "owner", "owner_id": "7"}
    first = await crm.ask("PUT", "/v1/linked-items/lead/a:b", json=hidden, role="admin")
    assert (first.status_code, first.json()["id"]) == (201, "a:b")
    stolen = await crm.ask("PUT", "/v1/linked-items/lead/a:b", json={"name": "Mine"}, user="8")
    assert stolen.status_code == 403
    assert (await crm.ask("GET", "/v1/linked-items/lead/a:b", user="8")).status_code == 404
    again = await crm.ask("PUT", "/v1/linked-items/lead/a:b", json=hidden, role="admin")
    assert (again.status_code, again.json()["version"]) == (200, 1)


async def test_a_changed_linked_item_renews_the_activities_that_refer_to_it(crm: Crm, bus: TopicReader) -> None:
    """F4: with a version of its own, and no field, nor its time, changed."""
    await crm.ask("PUT", "/v1/linked-items/deal/1", json={"name": "Old name"}, role="admin")
    made = await crm.make(deal_id=1)
    await crm.ask(
        "PUT", "/v1/linked-items/deal/1", json={"name": "New name", "value": 12.5, "currency": "EUR"}, role="admin"
    )
    fact = (await bus.wait_for(ActivityUpdated))[-1]
    assert fact.changed_fields == ("linked_items",)
    assert [(item.name, item.value) for item in fact.linked_items] == [("New name", 12.5)]
    assert (fact.activity.version, fact.activity.changed_at) == (2, {})
    assert (await crm.read(made["id"]))["update_time"] == made["update_time"]
