"""/activities over HTTP: what each form does, and that nobody is shown or changes what is not his (G1, G4)."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from activity_store.entrypoints.pages import editor, stream, week, why
from tests.integration.activity_store.browsing import Browser, ids_on
from tests.integration.activity_store.support import Crm
from tests.support.waiting import wait_until

DAY = "2026-12-01"
WEEK = f"date={DAY}&view=list"
WHEN = {"due_date": DAY, "due_time": "09:00", "duration": "01:00", "timezone": "Europe/Warsaw"}
OPEN = ("", "/why")
CHANGES: dict[str, dict[str, str]] = {
    "": {"subject": "Stolen"},
    "/move": {"zone": "Europe/Warsaw", "day": "2026-12-03", "start": "10:00"},
    "/resize": {"zone": "Europe/Warsaw", "day": "2026-12-01", "start": "12:00"},
    "/done": {"done": "true"},
    "/delete": {},
    "/remedy": {"setting": "direction"},
}
"""Every form below an activity, with something to send."""
LISTS = ("/activities", "/activities/feed", "/activities/undated", "/activities/stream", "/activities/new")


def test_every_route_is_tried() -> None:
    routes = [one for module in (editor, stream, week, why) for one in module.router.routes]
    found = {(method, one.path) for one in routes if isinstance(one, APIRoute) for method in one.methods or ()}
    below = "/activities/{activity_id}"
    read = {*LISTS, *(below + part for part in OPEN)}
    changed = {"/activities/new", *(below + form for form in CHANGES)}
    assert found == {*(("GET", path) for path in read), *(("POST", path) for path in changed)}


async def hidden_deal(crm: Crm) -> str:
    """Write a deal that only its owner sees."""
    body = {"name": "Secret", "visible_to": "owner", "owner_id": "7"}
    answer = await crm.ask("PUT", "/v1/linked-items/deal/d1", json=body, user="1", role="admin")
    assert answer.status_code == 201
    return "d1"


@pytest.mark.parametrize("path", [*LISTS, *(f"/activities/ID{part}" for part in OPEN)])
async def test_a_signed_out_visitor_is_told_so_and_shown_nothing(crm: Crm, path: str) -> None:
    made = await crm.make(**WHEN)
    answer = await Browser(crm.client, None).get(path.replace("ID", made["id"]))
    assert answer.status_code == 401
    assert "Call Ann" not in answer.text
    assert "signed out" in answer.text


@pytest.mark.parametrize("form", CHANGES)
async def test_a_signed_out_visitor_changes_nothing(crm: Crm, form: str) -> None:
    made = await crm.make(**WHEN)
    answer = await Browser(crm.client, None).post(f"/activities/{made['id']}{form}", **CHANGES[form])
    assert answer.status_code == 401
    assert (await crm.read(made["id"]))["version"] == made["version"]


@pytest.mark.parametrize("guard", [None, "0" * 64], ids=["no token", "another session's token"])
@pytest.mark.parametrize("form", [*(f"/ID{part}" for part in CHANGES), "/new"])
async def test_another_site_changes_nothing_through_the_cookie(crm: Crm, form: str, guard: str | None) -> None:
    made = await crm.make(**WHEN)
    fields = CHANGES.get(form.removeprefix("/ID"), {"subject": "Forged", "type": "call"})
    answer = await Browser.of(crm).post(f"/activities{form.replace('ID', made['id'])}", guard=guard, **fields)
    assert answer.status_code == 403
    assert (await crm.read(made["id"]))["version"] == made["version"]
    listed = (await crm.ask("GET", "/v1/activities")).json()["items"]
    assert [one["subject"] for one in listed] == ["Call Ann"]


@pytest.mark.parametrize("who", [{"user": "8"}, {"user": "7", "company": "rival"}, {"user": "8", "role": "admin"}])
@pytest.mark.parametrize("part", OPEN)
async def test_g1_g4_who_may_not_see_an_activity_finds_no_page_of_it(crm: Crm, who: dict[str, str], part: str) -> None:
    made = await crm.make(deal_id=await hidden_deal(crm), **WHEN)
    answer = await Browser.of(crm, **who).get(f"/activities/{made['id']}{part}")
    assert answer.status_code == 404
    assert "Call Ann" not in answer.text


@pytest.mark.parametrize("who", [{"user": "8"}, {"user": "7", "company": "rival"}, {"user": "8", "role": "admin"}])
@pytest.mark.parametrize("form", CHANGES)
async def test_g1_g4_who_may_not_see_an_activity_changes_nothing_of_it(
    crm: Crm, who: dict[str, str], form: str
) -> None:
    made = await crm.make(deal_id=await hidden_deal(crm), **WHEN)
    answer = await Browser.of(crm, **who).post(f"/activities/{made['id']}{form}", **CHANGES[form])
    assert answer.status_code == 404
    assert (await crm.read(made["id"]))["version"] == made["version"]


@pytest.mark.parametrize("path", ["/activities?owner=7&", "/activities/feed?owner=7&"])
async def test_g1_g4_a_colleagues_week_shows_what_the_reader_may_see(crm: Crm, path: str) -> None:
    hidden = await crm.make(subject="Hidden", deal_id=await hidden_deal(crm), **WHEN)
    seen = await crm.make(subject="Open", **WHEN)
    mine = await Browser.of(crm, "7").get(f"{path}{WEEK}")
    theirs = await Browser.of(crm, "8").get(f"{path}{WEEK}")
    rivals = await Browser.of(crm, "7", company="rival").get(f"{path}{WEEK}")
    assert hidden["id"] in mine.text
    assert seen["id"] in mine.text
    assert "Hidden" not in theirs.text
    assert hidden["id"] not in theirs.text
    assert seen["id"] in theirs.text
    assert "Open" not in rivals.text
    assert seen["id"] not in rivals.text


async def test_g1_g4_what_has_no_date_is_shown_to_whom_it_may_be(crm: Crm) -> None:
    await crm.make(subject="Hidden", deal_id=await hidden_deal(crm))
    await crm.make(subject="Open")
    path = "/activities/undated?owner=7"
    shown = [
        (await Browser.of(crm, user, company=company).get(path)).text
        for user, company in (("7", None), ("8", None), ("7", "rival"))
    ]
    assert [("Hidden" in one, "Open" in one) for one in shown] == [(True, True), (False, True), (False, False)]


async def test_f8_a_drag_of_the_end_says_what_the_clocks_show_then(crm: Crm) -> None:
    made = await crm.make(due_date="2026-10-24", due_time="23:00", duration="01:00", timezone="Europe/Warsaw")
    until = {"zone": "Europe/Warsaw", "day": "2026-10-25", "start": "04:00"}
    assert (await Browser.of(crm).post(f"/activities/{made['id']}/resize", **until)).status_code == 303
    assert (await crm.read(made["id"]))["duration"] == "04:00"
    before = until | {"start": "00:30"}
    assert (await Browser.of(crm).post(f"/activities/{made['id']}/resize", **before)).status_code == 422


async def test_every_page_has_the_strict_headers(crm: Crm) -> None:
    made = await crm.make(**WHEN)
    for path in ("/activities", "/activities/new", f"/activities/{made['id']}", f"/activities/{made['id']}/why"):
        answer = await Browser.of(crm).get(path)
        assert answer.status_code == 200, path
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert " style=" not in answer.text
        assert "<script>" not in answer.text


async def test_a_form_without_javascript_creates_and_leads_back_to_its_week(crm: Crm) -> None:
    browser = Browser.of(crm)
    fields = {"subject": "Visit", "type": "meeting", "day": DAY, "wall": "10:00", "length": "1:30"}
    answer = await browser.post(f"/activities/new?{WEEK}", timezone="Europe/Warsaw", **fields)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/activities?{WEEK}")
    (made,) = (await crm.ask("GET", "/v1/activities")).json()["items"]
    assert (made["due_date"], made["due_time"], made["duration"]) == (DAY, "09:00", "01:30")
    page = await browser.get(answer.headers["location"])
    assert made["id"] in ids_on(page)


async def test_a_form_that_makes_no_sense_is_shown_again_with_what_was_written(crm: Crm) -> None:
    answer = await Browser.of(crm).post("/activities/new", subject="", type="call", day=DAY, wall="noon", note="Kept")
    assert answer.status_code == 422
    assert "Kept" in answer.text
    assert 'aria-invalid="true"' in answer.text


async def test_f8_a_drop_keeps_the_length_over_a_change_of_the_clocks(crm: Crm) -> None:
    made = await crm.make(due_date="2026-10-24", due_time="08:00", duration="03:00", timezone="Europe/Warsaw")
    drop = {"zone": "Europe/Warsaw", "day": "2026-10-25", "start": "01:30"}
    answer = await Browser.of(crm).post(f"/activities/{made['id']}/move", **drop)
    assert answer.status_code == 303
    moved = await crm.read(made["id"])
    assert (moved["due_date"], moved["due_time"], moved["duration"]) == ("2026-10-24", "23:30", "03:00")


async def test_f2_a_drop_into_the_all_day_lane(crm: Crm) -> None:
    made = await crm.make(**WHEN)
    drop = {"zone": "Europe/Warsaw", "day": "2026-12-03", "start": ""}
    assert (await Browser.of(crm).post(f"/activities/{made['id']}/move", **drop)).status_code == 303
    moved = await crm.read(made["id"])
    assert (moved["due_date"], moved["due_time"], moved["duration"]) == ("2026-12-03", None, None)


async def test_done_and_deleted(crm: Crm) -> None:
    made, browser = await crm.make(**WHEN), Browser.of(crm)
    assert (await browser.post(f"/activities/{made['id']}/done", done="true")).status_code == 303
    assert (await crm.read(made["id"]))["done"] is True
    assert (await browser.post(f"/activities/{made['id']}/delete")).status_code == 303
    assert (await crm.ask("GET", f"/v1/activities/{made['id']}")).status_code == 404


async def test_an_edit_of_an_older_version_is_refused_and_keeps_what_was_written(crm: Crm) -> None:
    made = await crm.make(**WHEN)
    await crm.ask("PATCH", f"/v1/activities/{made['id']}", json={"note": "elsewhere"})
    answer = await Browser.of(crm).post(f"/activities/{made['id']}", subject="Mine", version=str(made["version"]))
    assert answer.status_code == 412
    assert "Mine" in answer.text
    assert (await crm.read(made["id"]))["subject"] == "Call Ann"


async def test_l1_without_the_mapper_the_page_says_that_it_cannot_explain(crm: Crm) -> None:
    made = await crm.make(**WHEN)
    answer = await Browser.of(crm).get(f"/activities/{made['id']}/why")
    assert answer.status_code == 200
    assert "cannot be shown now" in answer.text


@pytest.mark.parametrize(
    "query", ["date=2026-13-45", "date=9999-12-31", "view=month", "owner=nobody", "date=0001-01-01"]
)
async def test_an_address_that_makes_no_sense_shows_a_week_all_the_same(crm: Crm, query: str) -> None:
    assert (await Browser.of(crm).get(f"/activities?{query}")).status_code == 200


async def test_times_are_shown_in_the_owners_zone_and_the_readers_language(crm: Crm) -> None:
    body = {"name": "Ann", "tz": "Asia/Tokyo"}
    assert (await crm.ask("PUT", "/v1/users/7", json=body, role="admin")).status_code == 201
    await crm.make(due_date="2026-12-01", due_time="01:00", duration="01:00")
    page = await Browser.of(crm).get(f"/activities?{WEEK}", accept_language="pl")
    assert "10:00\u201311:00" in page.text
    assert "wtorek, 1 grudnia 2026" in page.text


class Stream:
    """The events of a stream, one after the other."""

    def __init__(self, answer: httpx.Response) -> None:
        self._lines = answer.aiter_lines()

    async def next(self, *wanted: str) -> tuple[str, str, Any]:
        """Return the next event of a kind, its id and what it says."""
        event = identity = ""
        async for line in self._lines:
            name, _, value = line.partition(": ")
            if name == "event":
                event = value
            elif name == "id":
                identity = value
            elif name == "data" and event in wanted:
                return event, identity, json.loads(value or "null")
        raise AssertionError("the stream ended")


@asynccontextmanager
async def streaming(browser: Browser, path: str = "", **headers: str) -> AsyncIterator[Stream]:
    """Open a stream of the test's week."""
    address = f"/activities/stream?date={DAY}{path}"
    given = {"Cookie": f"tandem_token={browser.token}"} | {key.replace("_", "-"): text for key, text in headers.items()}
    async with browser.client.stream("GET", address, headers=given) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Stream(answer)


async def test_a_stream_tells_what_changes(crm: Crm) -> None:
    made = await crm.make(**WHEN)
    async with streaming(Browser.of(crm)) as stream:
        _, _, week = await stream.next("week")
        assert [one["id"] for one in week["shown"]] == [made["id"]]
        await crm.ask("PATCH", f"/v1/activities/{made['id']}", json={"subject": "Changed"})
        _, _, changes = await stream.next("changes")
        assert [one["title"] for one in changes["shown"]] == ["Changed"]
        await crm.ask("DELETE", f"/v1/activities/{made['id']}")
        _, _, changes = await stream.next("changes")
        assert changes == {"shown": [], "removed": [made["id"]]}


async def test_a_stream_is_resumed_by_the_last_event_id(crm: Crm) -> None:
    made = await crm.make(**WHEN)
    async with streaming(Browser.of(crm)) as stream:
        _, last, _ = await stream.next("week")
    async with streaming(Browser.of(crm), last_event_id=last) as stream:
        await stream.next("live")
        await crm.ask("PATCH", f"/v1/activities/{made['id']}", json={"subject": "Meanwhile"})
        event, last, _ = await stream.next("week", "changes")
        assert event == "changes"
    await crm.ask("PATCH", f"/v1/activities/{made['id']}", json={"subject": "Missed"})
    async with streaming(Browser.of(crm), last_event_id=last) as stream:
        event, _, week = await stream.next("week", "changes")
        assert (event, [one["title"] for one in week["shown"]]) == ("week", ["Missed"])


async def test_g1_what_leaves_the_readers_sight_is_a_removal_and_what_was_hidden_is_never_told(crm: Crm) -> None:
    open_deal = {"name": "Deal", "visible_to": "everyone", "owner_id": "7"}
    await crm.ask("PUT", "/v1/linked-items/deal/d1", json=open_deal, user="1", role="admin")
    made = await crm.make(deal_id="d1", **WHEN)
    hidden = await crm.make(subject="Hidden", person_id="unknown", **WHEN)
    async with streaming(Browser.of(crm, "8"), "&owner=7") as stream:
        _, _, week = await stream.next("week")
        assert [one["id"] for one in week["shown"]] == [made["id"]]
        await crm.ask("PATCH", f"/v1/activities/{hidden['id']}", json={"subject": "Still hidden"})
        closed = open_deal | {"visible_to": "owner"}
        await crm.ask("PUT", "/v1/linked-items/deal/d1", json=closed, user="1", role="admin")
        _, _, changes = await stream.next("changes")
        assert changes == {"shown": [], "removed": [made["id"]]}


async def test_g4_another_company_hears_nothing_through_the_same_owner_id(crm: Crm) -> None:
    async with streaming(Browser.of(crm, company="rival"), "&owner=7") as stream:
        _, _, week = await stream.next("week", "live")
        await crm.make(**WHEN)
        assert week is None


async def test_a_user_has_so_many_streams_and_no_more(crm: Crm, store_url: str) -> None:
    browser = Browser.of(crm)

    async def again() -> bool:
        async with browser.client.stream("GET", "/activities/stream", headers=browser._headers({})) as answer:
            return answer.status_code == 200

    async with streaming(browser) as first, streaming(browser) as second:
        await first.next("live")
        await second.next("live")
        async with browser.client.stream("GET", "/activities/stream", headers=browser._headers({})) as refused:
            assert refused.status_code == 429
    await wait_until(again, awaited="a place for a stream")
