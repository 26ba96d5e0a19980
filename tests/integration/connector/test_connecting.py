"""Connecting (A1 to A7): requests, sign-in, settings, stopping."""

import httpx

from contracts.connections import ConnectionChanged
from tests.integration.connector.support import PATIENCE, Account, with_each
from tests.support.cursors import FOREIGN, encoded
from tests.support.waiting import wait_until


@with_each
async def test_a_user_connects_and_the_mapper_is_told_a4(ann: Account) -> None:
    made = await ann.post(horizon_days=90)
    assert made["status"] == "connecting"
    assert "code_challenge_method=S256" in made["authorization_url"]
    answer = await ann.consent(made["authorization_url"])
    assert answer.status_code == 200
    assert answer.url.path == "/calendar-sync"
    told = await ann.mapper.told(made["id"], lambda _: True)
    assert told.status == "initial_sync"
    calendars = (await ann.ask("GET", f"/v1/connections/{made['id']}/calendars")).json()["items"]
    assert told.settings.calendar_id == calendars[0]["id"]
    assert told.settings.timezone == "Europe/Berlin"
    assert told.settings.horizon_days == 90
    ended = await ann.mapper.replay(made["id"])
    assert ended.count == 0
    found = await ann.becomes(status="in_sync", push="webhook")
    assert found["subscription_expires_at"] is not None
    assert "authorization_url" in found


async def test_mail_protocols_are_refused_by_name_a3(ann: Account) -> None:
    answer = await ann.ask("POST", "/v1/connections", json={"provider": "imap", "email": ann.email})
    assert (answer.status_code, answer.json()["code"]) == (422, "unsupported_provider")
    assert all(name in answer.json()["detail"] for name in ("google", "outlook", "office365", "exchange"))


async def test_a_second_connection_names_the_first_a7(ann: Account) -> None:
    made = await ann.post()
    answer = await ann.ask("POST", "/v1/connections", json=ann.request())
    assert (answer.status_code, answer.json()["code"]) == (409, "connection_exists")
    assert answer.json()["connection_id"] == made["id"]


async def test_a_cursor_that_the_list_did_not_give_is_422(ann: Account) -> None:
    await ann.post()
    for text in FOREIGN:
        answer = await ann.ask("GET", "/v1/connections", params={"cursor": encoded(text)})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor"), text


@with_each
async def test_another_account_than_asked_for_stores_nothing_a4(ann: Account, unique: str) -> None:
    other = f"bob-{unique}@example.com"
    await ann.control.post("/control/accounts", json={"email": other})
    made = await ann.post()
    answer = await ann.consent(made["authorization_url"], other)
    assert (answer.status_code, answer.json()["code"]) == (422, "account_mismatch")
    found = await ann.read()
    assert (found["status"], found["last_problem"]["code"]) == ("connecting", "account_mismatch")


@with_each
async def test_a_user_who_says_no_is_told_so_a4(ann: Account) -> None:
    made = await ann.post()
    state = httpx.URL(made["authorization_url"]).params["state"]
    answer = await ann.http.get("/v1/oauth/callback", params={"state": state, "error": "access_denied"})
    assert (answer.status_code, answer.json()["code"]) == (422, "access_denied")
    page = await ann.http.get("/v1/oauth/callback", params={"state": "?"}, headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["location"]) == (303, "/calendar-sync?problem=invalid_state")
    assert (await ann.read())["last_problem"]["code"] == "access_denied"


@with_each
async def test_a_sign_in_works_once_a4(ann: Account) -> None:
    made = await ann.post()
    seen: list[httpx.URL] = []

    async def note(response: httpx.Response) -> None:
        seen.append(response.url)

    url = httpx.URL(made["authorization_url"]).copy_add_param("sim_approve", ann.email)
    async with httpx.AsyncClient(follow_redirects=True, event_hooks={"response": [note]}) as browser:
        await browser.get(url)
        callback = next(one for one in seen if one.path == "/v1/oauth/callback")
        again = await browser.get(callback)
    assert (again.status_code, again.json()["code"]) == (400, "invalid_state")


async def test_settings_are_saved_at_once_and_told_c4(ann: Account) -> None:
    before = await ann.connect()
    path = f"/v1/connections/{ann.connection_id}"
    answer = await ann.ask("PATCH", path, json={"direction": "one_way"}, headers={"If-Match": f'"{before["version"]}"'})
    assert answer.status_code == 200, answer.text
    assert answer.json()["version"] == before["version"] + 1
    stale = await ann.ask("PATCH", path, json={"direction": "two_way"}, headers={"If-Match": f'"{before["version"]}"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    refused = await ann.ask("PATCH", path, json={"inbound_type": "call"})
    assert (refused.status_code, refused.json()["code"]) == (422, "two_way_only")
    told = await ann.mapper.told(ann.connection_id, lambda one: one.settings.direction == "one_way")
    back = await ann.ask("PATCH", path, json={"direction": "two_way", "inbound_type": "call"})
    assert back.status_code == 200, back.text
    again = await ann.mapper.told(ann.connection_id, lambda one: one.settings_version > told.settings_version)
    assert again.coverage.two_way_since is not None
    assert again.replay_id != told.replay_id


async def test_wrong_settings_are_refused_with_their_field(ann: Account) -> None:
    await ann.connect()
    path = f"/v1/connections/{ann.connection_id}"
    for change in (
        {"horizon_days": 731},
        {"horizon_days": True},
        {"invite_guests": "yes"},
        {"include_context": 1},
        {"timezone": "Mars/Olympus"},
        {"outbound_types": ["nonsense"]},
        {"calendar_id": "nobody@example.com"},
        {"colour": "red"},
    ):
        answer = await ann.ask("PATCH", path, json=change)
        assert answer.status_code == 422, (change, answer.text)
        assert answer.json()["errors"][0]["field"].split(".")[-1] == next(iter(change)) or change == {"colour": "red"}


@with_each
async def test_calendars_say_why_they_cannot_be_selected_a5(ann: Account) -> None:
    await ann.connect()
    new = {"id": f"holidays-{ann.email}", "summary": "Holidays", "role": "reader"}
    await ann.control.post(f"/control/accounts/{ann.email}/calendars", json=new)
    items = (await ann.ask("GET", f"/v1/connections/{ann.connection_id}/calendars")).json()["items"]
    assert items[0]["primary"]
    assert items[0]["selectable"]
    holidays = next(one for one in items if one["name"] == "Holidays")
    assert not holidays["selectable"]
    assert holidays["reason"]


async def test_others_see_no_connection_and_admins_no_settings_g4(ann: Account) -> None:
    await ann.post()
    path = f"/v1/connections/{ann.connection_id}"
    assert (await ann.ask("GET", path, user="8")).status_code == 404
    assert (await ann.ask("GET", path, role="admin", user="8", company="other")).status_code == 404
    admin = await ann.ask("GET", path, role="admin", user="8")
    assert admin.status_code == 200
    assert "direction" not in admin.json()
    assert (await ann.ask("PATCH", path, role="admin", user="8", json={})).status_code == 404


@with_each
async def test_stopping_waits_for_the_mapper_and_erases_the_grant_k1(ann: Account) -> None:
    await ann.connect()
    path = f"/v1/connections/{ann.connection_id}"
    answer = await ann.ask("DELETE", path, params={"remove": "events"})
    assert (answer.status_code, answer.json()["status"]) == (202, "stopping")
    told = await ann.mapper.told(ann.connection_id, lambda one: one.status == "stopping")
    assert told.remove == "events"
    body = ann.request()
    assert (await ann.ask("POST", "/v1/connections", json=body)).status_code == 409
    await ann.mapper.drained(ann.connection_id)
    await ann.becomes(status="stopped", subscription_expires_at=None)
    assert not [one for one in (await ann.control.get(ann.features.channels)).json() if one["email"] == ann.email]
    assert (await ann.ask("POST", "/v1/connections", json=body)).status_code == 201


async def test_stopping_while_connecting_is_done_at_once_k1(ann: Account) -> None:
    await ann.post()
    answer = await ann.ask("DELETE", f"/v1/connections/{ann.connection_id}")
    assert (answer.status_code, answer.json()["status"]) == (202, "stopped")


async def test_resync_asks_for_a_new_replay_k4(ann: Account) -> None:
    await ann.connect()
    before = (await ann.mapper.seen(ConnectionChanged))[-1].replay_id
    answer = await ann.ask("POST", f"/v1/connections/{ann.connection_id}/resync")
    assert (answer.status_code, answer.json()["status"]) == (202, "catching_up")
    told = await ann.mapper.told(ann.connection_id, lambda one: one.replay_id != before)
    assert told.status == "catching_up"
    await ann.mapper.replay(ann.connection_id)
    await ann.becomes(status="in_sync")


@with_each
async def test_a_lost_grant_needs_the_user_and_signing_in_heals_it(ann: Account) -> None:
    await ann.connect()
    await ann.control.post(f"/control/accounts/{ann.email}/revoke")
    await ann.mapper.command(put := ann.put())
    await ann.becomes(status="needs_reauth")
    unread = await ann.ask("GET", f"/v1/connections/{ann.connection_id}/calendars")
    assert (unread.status_code, unread.json()["code"]) == (409, "invalid_grant")
    again = await ann.ask("POST", f"/v1/connections/{ann.connection_id}/reauthorize")
    assert again.status_code == 200
    await ann.consent(again.json()["authorization_url"])
    assert (await ann.mapper.answer_to(put, within=PATIENCE)).outcome == "applied"
    await ann.becomes(status="in_sync")


async def test_a_repeated_request_creates_nothing_twice(ann: Account) -> None:
    body = ann.request()
    answers = [
        await ann.ask("POST", "/v1/connections", json=body, headers={"Idempotency-Key": "once"}) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] == answers[1].json()["id"]


async def test_a_connection_is_not_in_sync_before_it_is_read_l2(ann: Account) -> None:
    made = await ann.post()
    await ann.consent(made["authorization_url"])
    found = await wait_until(ann.read, awaited="the connection")
    assert found["status"] == "initial_sync"
    assert found["last_read_at"] is None
