"""Who may finish a sign-in (A4): the user or the browser that began it, and nobody who was sent the address."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from tests.integration.connector.support import Account, with_each, with_google

CALLBACK, BEGIN = "/v1/oauth/callback", "/v1/oauth/begin"
HTML = {"Accept": "text/html,application/xhtml+xml"}


@asynccontextmanager
async def a_browser(ann: Account, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """Open a browser (or program) that knows nothing yet."""
    async with httpx.AsyncClient(base_url=ann.http.base_url, headers=headers, timeout=20) as client:
        yield client


async def agreed(ann: Account, made: dict[str, Any], email: str | None = None) -> httpx.URL:
    """Return where the provider leads a person back to who agreed without ever having been at our page."""
    async with a_browser(ann) as client:
        to_provider = await client.get(made["authorization_url"], headers={"Authorization": f"Bearer {ann.token()}"})
        assert to_provider.status_code == 302
    async with a_browser(ann) as victim:
        url = httpx.URL(to_provider.headers["location"]).copy_add_param("sim_approve", email or ann.email)
        back = await victim.get(url)
        assert back.status_code == 302, back.text
        return httpx.URL(back.headers["location"])


@with_each
async def test_a4_whoever_is_sent_the_providers_address_gives_nothing_away(ann: Account) -> None:
    made = await ann.post()
    callback = await agreed(ann, made)
    async with a_browser(ann) as victim:
        refused = await victim.get(callback)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        shown = await victim.get(callback, headers=HTML)
        assert (shown.status_code, shown.headers["location"]) == (303, "/calendar-sync?problem=forbidden")
    found = await ann.read()
    assert (found["status"], found["last_problem"]) == ("connecting", None)


@with_google
async def test_a4_a_wrong_users_callback_does_not_use_the_sign_in_up(ann: Account) -> None:
    made = await ann.post()
    callback = await agreed(ann, made)
    async with a_browser(ann) as client:
        for user in ({"user": "8"}, {"company": "other"}):
            wrong = await client.get(callback, headers={"Authorization": f"Bearer {ann.token(**user)}"})
            assert (wrong.status_code, wrong.json()["code"]) == (403, "forbidden")
        right = await client.get(callback, headers={"Authorization": f"Bearer {ann.token()}"})
        assert right.status_code == 303, right.text
    assert (await ann.read())["status"] == "initial_sync"


@with_each
async def test_a4_a_browser_sees_who_asks_for_what_before_it_goes_on(ann: Account) -> None:
    made = await ann.post()
    async with a_browser(ann, **HTML) as browser:
        page = await browser.get(made["authorization_url"])
        assert page.status_code == 200
        assert not browser.cookies, "nothing is agreed to yet"
        assert page.headers["x-frame-options"] == "DENY"
        for word in ("User 7", ann.mapper.company, ann.email):
            assert word in page.text
        forged = await browser.post(made["authorization_url"], headers={"Origin": "https://evil.example"})
        assert (forged.status_code, forged.headers["location"]) == (303, "/calendar-sync?problem=forbidden")
        assert not browser.cookies

        ours = str(ann.http.base_url).rstrip("/")
        on = await browser.post(made["authorization_url"], headers={"Origin": ours})
        assert on.status_code == 303
        cookie = on.headers["set-cookie"]
        assert all(word in cookie for word in ("HttpOnly", "SameSite=lax", "Max-Age=600", "Path=/v1/oauth"))
        back = await browser.get(httpx.URL(on.headers["location"]).copy_add_param("sim_approve", ann.email))
        done = await browser.get(back.headers["location"])
        assert (done.status_code, done.headers["location"]) == (303, f"/calendar-sync?connection={made['id']}")
        assert not browser.cookies, "a sign-in that is over leaves nothing behind"
    assert (await ann.read())["status"] == "initial_sync"


@with_google
async def test_a4_a_name_cannot_write_into_the_page(ann: Account) -> None:
    made = await ann.post()
    async with a_browser(ann, **HTML) as browser:
        page = await browser.get(f"{made['authorization_url']}&x=%22%3E%3Cscript%3E")
        assert "<script>" not in page.text
        for query in ({"problem": "call <b>0800</b>"}, {"problem": "Call 0800", "connection": "<b>"}):
            shown = (await browser.get("/calendar-sync", params=query)).text
            assert "0800" not in shown
            assert "<b>" not in shown


@with_google
async def test_a4_somebody_elses_session_does_not_begin(ann: Account) -> None:
    made = await ann.post()
    async with a_browser(ann) as client:
        for method in ("GET", "POST"):
            wrong = await client.request(
                method, made["authorization_url"], headers={"Cookie": f"tandem_token={ann.token('8')}"}
            )
            assert (wrong.status_code, wrong.json()["code"]) == (403, "forbidden")


@with_google
async def test_a4_what_the_client_adds_goes_along_but_never_in_place_of_ours(ann: Account) -> None:
    made = await ann.post()
    url = httpx.URL(made["authorization_url"])
    assert (url.path, url.params["login_hint"]) == (BEGIN, ann.email)
    changed = url.copy_merge_params({"hl": "de", "redirect_uri": "https://evil.example", "client_id": "other"})
    async with a_browser(ann) as client:
        to_provider = httpx.URL((await client.get(changed)).headers["location"])
    assert to_provider.params["hl"] == "de"
    for name in ("redirect_uri", "client_id", "code_challenge", "state"):
        assert to_provider.params[name] == url.params[name]


@pytest.mark.parametrize(
    ("error", "code"),
    [("access_denied", "access_denied"), ("server_error", "server_error"), ("Call 0800 now", "sign_in_refused")],
)
async def test_a4_what_the_provider_answers_is_one_of_a_known_list(ann: Account, error: str, code: str) -> None:
    made = await ann.post()
    state = httpx.URL(made["authorization_url"]).params["state"]
    answer = await ann.ask("GET", CALLBACK, params={"state": state, "error": error})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert (await ann.read())["last_problem"]["code"] == code


async def revocations(ann: Account) -> int:
    rows = (await ann.control.get("/control/journal")).json()
    return sum(row["operation"] == "oauth.revoke" for row in rows)


@with_google
async def test_a4_the_grant_of_another_account_is_given_back_unless_it_is_used_here(ann: Account, unique: str) -> None:
    other = f"bob-{unique}@example.com"
    await ann.control.post("/control/accounts", json={"email": other})
    before = await revocations(ann)
    made = await ann.post()
    answer = await ann.consent(made["authorization_url"], other)
    assert (answer.status_code, answer.json()["code"]) == (422, "account_mismatch")
    assert await revocations(ann) == before + 1

    bob = {"provider": ann.provider, "email": other}
    bobs = (await ann.ask("POST", "/v1/connections", user="8", json=bob)).json()
    await ann.consent(bobs["authorization_url"], other)
    again = (await ann.ask("POST", f"/v1/connections/{made['id']}/reauthorize")).json()
    answer = await ann.consent(again["authorization_url"], other)
    assert (answer.status_code, answer.json()["code"]) == (422, "account_mismatch")
    assert await revocations(ann) == before + 1, "Google may end Bob's own grant with it"
