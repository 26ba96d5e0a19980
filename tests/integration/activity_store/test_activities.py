"""Activities over HTTP: create, read, change, delete, and what each tells on the topic."""

from contracts.activities import ActivityCreated, ActivityDeleted, ActivityUpdated
from tests.integration.activity_store.support import Crm, TopicReader


async def test_subject_and_type_are_enough(crm: Crm) -> None:
    answer = await crm.ask(
        "POST", "/v1/activities", json={"subject": "Call", "type": "call"}, claims={"tz": "Europe/Berlin"}
    )
    made = answer.json()
    assert answer.status_code == 201, made
    assert answer.headers["Location"] == f"/v1/activities/{made['id']}"
    assert answer.headers["ETag"] == '"1"'
    assert (made["owner_id"], made["timezone"], made["busy"], made["conflicts"]) == ("7", "Europe/Berlin", True, [])
    shown = await crm.read(made["id"])
    assert shown == {name: value for name, value in made.items() if name != "conflicts"}


async def test_every_change_is_published_under_the_activity_s_key_with_its_version(crm: Crm, bus: TopicReader) -> None:
    made = await crm.make(due_date="2030-05-01", due_time="09:00")
    await crm.ask("PATCH", f"/v1/activities/{made['id']}", json={"subject": "Call Bob", "done": True})
    assert (await crm.ask("DELETE", f"/v1/activities/{made['id']}")).status_code == 204
    created, updated = await bus.wait_for(ActivityCreated), await bus.wait_for(ActivityUpdated)
    deleted = await bus.wait_for(ActivityDeleted)
    assert [fact.activity.version for fact in (*created, *updated, *deleted)] == [1, 2, 3]
    assert set(updated[0].changed_fields) == {"subject", "done"}
    assert set(updated[0].activity.changed_at) == {"subject"}
    assert deleted[0].activity.deleted
    assert {fact.cause for fact in (*created, *updated, *deleted)} == {"api"}
    assert bus.keys(ActivityCreated) == bus.keys(ActivityDeleted) == {made["id"]}


async def test_what_changes_nothing_makes_no_version_and_no_fact(crm: Crm, bus: TopicReader) -> None:
    made = await crm.make()
    same = await crm.ask("PATCH", f"/v1/activities/{made['id']}", json={"subject": "Call Ann"})
    assert (same.status_code, same.json()["version"]) == (200, 1)
    await crm.ask("PATCH", f"/v1/activities/{made['id']}", json={"subject": "Other"})
    updated = await bus.wait_for(ActivityUpdated)
    assert [fact.activity.version for fact in updated] == [2]


async def test_a_deleted_activity_is_gone_for_good(crm: Crm) -> None:
    made = await crm.make()
    path = f"/v1/activities/{made['id']}"
    assert (await crm.ask("DELETE", path)).status_code == 204
    for method, body in (("GET", None), ("DELETE", None), ("PATCH", {"done": True})):
        answer = await crm.ask(method, path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_if_match_is_honoured(crm: Crm) -> None:
    made = await crm.make()
    path = f"/v1/activities/{made['id']}"
    assert (await crm.ask("PATCH", path, json={"done": True}, headers={"If-Match": '"1"'})).status_code == 200
    late = await crm.ask("PATCH", path, json={"done": False}, headers={"If-Match": '"1"'})
    assert (late.status_code, late.json()["code"]) == (412, "stale_version")
    assert (await crm.ask("DELETE", path, headers={"If-Match": '"1"'})).status_code == 412
    assert (await crm.ask("DELETE", path, headers={"If-Match": '"2"'})).status_code == 204


async def test_an_idempotency_key_creates_once(crm: Crm) -> None:
    body, key = {"subject": "Once", "type": "task"}, {"Idempotency-Key": "k1"}
    first = await crm.ask("POST", "/v1/activities", json=body, headers=key)
    second = await crm.ask("POST", "/v1/activities", json=body, headers=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert len((await crm.ask("GET", "/v1/activities")).json()["items"]) == 1


async def test_no_request_reaches_another_company(crm: Crm) -> None:
    """G4: not by id, not in lists, whatever the role."""
    made = await crm.make()
    for method in ("GET", "DELETE"):
        answer = await crm.ask(method, f"/v1/activities/{made['id']}", role="admin", company=f"{crm.company}x")
        assert answer.status_code == 404
    listed = await crm.ask("GET", f"/v1/activities?ids={made['id']}", role="admin", company=f"{crm.company}x")
    assert listed.json()["items"] == []


async def test_only_an_administrator_gives_activities_to_others(crm: Crm, bus: TopicReader) -> None:
    body = {"subject": "x", "type": "call", "owner_id": 8}
    assert (await crm.ask("POST", "/v1/activities", json=body)).status_code == 403
    made = await crm.make(role="admin", owner_id=8)
    assert made["owner_id"] == "8"
    path = f"/v1/activities/{made['id']}"
    assert (await crm.ask("PATCH", path, json={"owner_id": "7"})).status_code == 403
    moved = await crm.ask("PATCH", path, json={"owner_id": "7"}, role="admin")
    assert moved.json()["owner_id"] == "7"
    facts = await bus.wait_for(ActivityUpdated)
    assert facts[-1].previous_owner_id == "8"


async def test_wrong_fields_are_named(crm: Crm) -> None:
    """F2 and the API's promise to refuse what it does not know."""
    wrong = {
        "colour": {"colour": "red"},
        "type": {"type": "no_such_type"},
        "timezone": {"timezone": "Mars/Phobos"},
        "due_date": {"due_time": "10:00"},
        "duration": {"due_date": "2030-01-01", "duration": "10:00"},
        "subject": {"subject": ""},
    }
    for field, fields in wrong.items():
        answer = await crm.ask("POST", "/v1/activities", json={"subject": "x", "type": "call"} | fields)
        assert answer.status_code == 422, (field, answer.text)
        assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_timed_and_all_day_need_the_date_to_turn_into_each_other(crm: Crm) -> None:
    """F2: the date means UTC for one and local for the other."""
    made = await crm.make(due_date="2030-01-01", due_time="23:30", duration="01:00", timezone="Asia/Tokyo")
    path = f"/v1/activities/{made['id']}"
    assert (await crm.ask("PATCH", path, json={"due_time": None})).status_code == 422
    turned = await crm.ask("PATCH", path, json={"due_time": None, "due_date": "2030-01-02"})
    assert (turned.status_code, turned.json()["due_time"], turned.json()["duration"]) == (200, None, None)
    emptied = await crm.ask("PATCH", path, json={"due_date": None})
    assert (emptied.json()["due_date"], emptied.json()["due_time"]) == (None, None)
