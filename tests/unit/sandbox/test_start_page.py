"""The start page: who signs in gets the session of that person, and nobody else's page can make a browser do it."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime

import httpx
import pytest

from chassis.settings import ChassisSettings
from chassis.web.auth import TOKEN_COOKIE, TokenVerifier
from sandbox.start_page import app as module
from sandbox.start_page.app import make_app
from sandbox.start_page.people import PEOPLE
from sandbox.start_page.stories import STORIES

SECRET = "s" * 32
ADDRESSES = {"SANDBOX_GOOGLE_URL": "http://127.0.0.1:8010", "TANDEM_JWT_SECRET": SECRET}
OURS = {"Sec-Fetch-Site": "same-origin"}


def page(environ: Mapping[str, str] = ADDRESSES) -> httpx.AsyncClient:
    settings = ChassisSettings(
        kafka_bootstrap="kafka:9092",
        mongo_url="mongodb://db",
        jwt_secret=SECRET,
        activity_store_url="http://127.0.0.1:8003",
    )
    transport = httpx.ASGITransport(make_app(settings, environ, "google"))
    return httpx.AsyncClient(base_url="http://127.0.0.1:8000", transport=transport)


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    async with page() as client:
        yield client


@pytest.mark.parametrize("name", PEOPLE)
async def test_signing_in_gives_the_session_of_that_person(browser: httpx.AsyncClient, name: str) -> None:
    answer = await browser.post(f"/start/sign-in/{name}", headers=OURS)
    person = PEOPLE[name]
    known = TokenVerifier(secret=SECRET).verify(browser.cookies[TOKEN_COOKIE])
    assert answer.status_code == httpx.codes.SEE_OTHER
    assert (known.user_id, known.company_id, known.role, known.name) == (
        person.user_id,
        person.company,
        person.role,
        person.name,
    )
    assert "HttpOnly" in answer.headers["set-cookie"]


@pytest.mark.parametrize("path", ["/start/sign-in/anna", "/start/stories/created"])
async def test_a_form_of_another_site_does_nothing(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.post(path, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, dict(browser.cookies)) == (httpx.codes.FORBIDDEN, {})


async def test_only_both_sides_are_shown_in_frames(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/start/watch")
    policy = answer.headers["content-security-policy"]
    assert policy.endswith("frame-src http://127.0.0.1:8010 http://127.0.0.1:8003")
    for address in ("http://127.0.0.1:8010/?account=anna%40example.com", "http://127.0.0.1:8003/activities"):
        assert f'<iframe src="{address}"' in answer.text


async def test_another_name_of_this_machine_leads_to_the_one_that_the_session_belongs_to() -> None:
    async with page() as client:
        answer = await client.get("http://localhost:8000/start")
    assert answer.headers["location"] == "http://127.0.0.1:8000/start"


async def test_every_story_has_a_button(browser: httpx.AsyncClient) -> None:
    text = (await browser.get("/start/watch")).text
    assert all(f'action="/start/stories/{name}"' in text for name in STORIES)


async def test_what_a_story_told_is_shown(browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    async def told(name: str, *_: object) -> list[str]:
        return [f"{name}: <done>"]

    monkeypatch.setattr(module, "tell", told)
    answer = await browser.post("/start/stories/created", headers=OURS, follow_redirects=True)
    assert "created: &lt;done&gt;" in answer.text


async def test_where_tokens_are_the_identity_provider_s_nobody_signs_in_here() -> None:
    async with page({"SANDBOX_GOOGLE_URL": "http://127.0.0.1:8010"}) as client:
        shown = await client.get("/start")
        answer = await client.post("/start/sign-in/anna", headers=OURS)
    assert "identity provider" in shown.text
    assert answer.status_code == httpx.codes.NOT_FOUND


def test_a_person_s_token_holds_for_hours() -> None:
    now = datetime.now(UTC)
    assert TokenVerifier(secret=SECRET).verify(PEOPLE["tom"].token(ADDRESSES, now)).email == "tom@example.com"
