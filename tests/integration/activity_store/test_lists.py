"""Lists: filters by local date and the rest, paging, double bookings (L3), types (C3) and users."""

from typing import Any

import pytest

from contracts.activity_types import ActivityTypesChanged
from tests.integration.activity_store.support import Crm, TopicReader
from tests.support.cursors import FOREIGN, encoded


async def ids(crm: Crm, query: str, **who: Any) -> list[str]:
    answer = await crm.ask("GET", f"/v1/activities{query}", **who)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def test_dates_are_local_to_the_activity(crm: Crm) -> None:
    """23:30 UTC on 1 May is 2 May in Tokyo."""
    tokyo = await crm.make(due_date="2030-05-01", due_time="23:30", timezone="Asia/Tokyo")
    day = await crm.make(due_date="2030-05-01", timezone="Asia/Tokyo")
    await crm.make()
    assert await ids(crm, "?start_date=2030-05-01&end_date=2030-05-01") == [day["id"]]
    assert await ids(crm, "?start_date=2030-05-02&end_date=2030-05-02") == [tokyo["id"]]


async def test_filters_narrow_together(crm: Crm) -> None:
    await crm.ask("PUT", "/v1/linked-items/deal/1", json={"name": "D"}, role="admin")
    one = await crm.make(deal_id=1, person_id=2, org_id=3, type="meeting")
    two = await crm.make(done=True)
    other = await crm.make(user="8")
    assert set(await ids(crm, "?owner_id=7")) == {one["id"], two["id"]}
    assert await ids(crm, "?type=meeting&deal_id=1&person_id=2&org_id=3") == [one["id"]]
    assert await ids(crm, "?done=true") == [two["id"]]
    assert set(await ids(crm, f"?ids={one['id']},{other['id']}")) == {one["id"], other["id"]}
    assert set(await ids(crm, f"?ids={one['id']}&ids={two['id']}")) == {one["id"], two["id"]}
    assert await ids(crm, "?ids=") == []
    since = other["update_time"]
    assert await ids(crm, f"?updated_since={since}") == [other["id"]]
    assert await ids(crm, f"?updated_since={since.replace('Z', '+00:00')}") == [other["id"]]
    assert (await crm.ask("GET", "/v1/activities?updated_since=0")).status_code == 422
    assert (await crm.ask("GET", "/v1/activities?colour=red")).status_code == 422
    assert (await crm.ask("GET", "/v1/activities?cursor=nonsense")).status_code == 422


async def test_pages_cover_everything_once_though_items_come_between(crm: Crm) -> None:
    made = [(await crm.make(note=str(number)))["id"] for number in range(5)]
    hidden = await crm.make(user="8", deal_id=404)
    seen: list[str] = []
    cursor = ""
    while True:
        page = (await crm.ask("GET", f"/v1/activities?limit=2{cursor}")).json()
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
        await crm.ask("PATCH", f"/v1/activities/{made[0]}", json={"note": page["next_cursor"][:50]})
    assert seen == made
    assert hidden["id"] not in seen


@pytest.mark.parametrize("path", ["/v1/activities", "/v1/activity-types", "/v1/conflicts"])
async def test_a_cursor_that_a_list_did_not_give_is_422(crm: Crm, path: str) -> None:
    for text in FOREIGN:
        answer = await crm.ask("GET", path, params={"cursor": encoded(text)})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor"), text
    odd = await crm.ask("GET", "/v1/activities", params={"cursor": encoded(b'activities ["\\u0000\\"$:/"]')})
    assert odd.status_code == 200, odd.text


async def test_double_bookings_are_told_at_once_and_listed(crm: Crm) -> None:
    """L3: busy items of one owner; back to back is none; what the caller may not see is left out."""
    first = await crm.make(due_date="2030-05-01", due_time="09:00", duration="01:00")
    await crm.make(due_date="2030-05-01", due_time="10:00", duration="01:00", busy=False)
    await crm.make(due_date="2030-05-01", due_time="09:00", user="8")
    assert first["conflicts"] == []
    back_to_back = await crm.make(due_date="2030-05-01", due_time="10:00")
    assert back_to_back["conflicts"] == []
    second = await crm.make(due_date="2030-05-01", due_time="09:45", duration="00:15", deal_id=404)
    shared = {"start": "2030-05-01T09:45:00Z", "end": "2030-05-01T10:00:00Z"}
    assert second["conflicts"] == [{"activity_id": first["id"]} | shared]
    query = "/v1/conflicts?from=2030-05-01T00:00:00Z&to=2030-05-02T00:00:00Z&owner_id=7"
    own = (await crm.ask("GET", query)).json()
    assert own["items"] == [{"activity_ids": [first["id"], second["id"]]} | shared]
    assert (await crm.ask("GET", query, user="8")).json()["items"] == []
    assert (await crm.ask("GET", f"{query}&limit=1")).json()["next_cursor"] is None
    by_date = await crm.ask("GET", "/v1/conflicts?from=2030-05-01&to=2030-05-02")
    assert by_date.json() == own
    assert (await crm.ask("GET", "/v1/conflicts?from=2030-05-01&to=2030-05-01")).status_code == 422


async def test_every_company_has_the_default_types_and_may_add_its_own(crm: Crm, bus: TopicReader) -> None:
    """C3."""
    listed = (await crm.ask("GET", "/v1/activity-types")).json()["items"]
    assert [item["key_string"] for item in listed] == ["call", "meeting", "task", "deadline", "email", "lunch"]
    assert all(item["icon_key"] and item["active"] for item in listed)
    body = {"name": "Site visit", "color": "FF0000"}
    assert (await crm.ask("POST", "/v1/activity-types", json=body)).status_code == 403
    made = await crm.ask("POST", "/v1/activity-types", json=body, role="admin")
    assert (made.status_code, made.json()["key_string"]) == (201, "site_visit")
    assert (await crm.ask("POST", "/v1/activity-types", json=body, role="admin")).status_code == 409
    assert (await crm.make(type="site_visit"))["type"] == "site_visit"
    path = made.headers["Location"]
    off = await crm.ask("PATCH", path, json={"active": False}, role="admin", headers={"If-Match": '"1"'})
    assert (off.status_code, off.json()["active"], off.headers["ETag"]) == (200, False, '"2"')
    late = await crm.ask("PATCH", path, json={"active": True}, role="admin", headers={"If-Match": '"1"'})
    assert late.status_code == 412
    unusable = await crm.ask("POST", "/v1/activities", json={"subject": "x", "type": "site_visit"})
    assert unusable.status_code == 422
    state = (await bus.wait_for(ActivityTypesChanged, where=lambda fact: not fact.types[-1].active))[-1]
    assert [entry.key_string for entry in state.types][-1] == "site_visit"
    assert bus.keys(ActivityTypesChanged) == {crm.company}


async def test_users_are_written_by_administrators_and_give_their_zone(crm: Crm) -> None:
    body = {"name": "Kim", "email": "kim@example.com", "tz": "America/New_York", "group_id": 4}
    assert (await crm.ask("PUT", "/v1/users/7", json=body)).status_code == 403
    first = await crm.ask("PUT", "/v1/users/7", json=body, role="admin")
    second = await crm.ask("PUT", "/v1/users/7", json=body, role="admin")
    assert (first.status_code, second.status_code, second.json()["group_id"]) == (201, 200, "4")
    assert (await crm.ask("GET", "/v1/users/7", user="8")).json()["name"] == "Kim"
    assert (await crm.ask("GET", "/v1/users/7", company=f"{crm.company}x")).status_code == 404
    assert (await crm.make())["timezone"] == "America/New_York"
    assert (await crm.make(role="admin", user="1", owner_id="7"))["timezone"] == "America/New_York"
