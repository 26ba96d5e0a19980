"""Every route of the page: refused to who is signed out, to other sites, and never about somebody else (G4, A4)."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi.routing import APIRoute

from connector.entrypoints.http.pages.fields import SETTINGS
from connector.entrypoints.http.pages.routes import router
from tests.pages.calendar_sync.world import HOME, World

_FILLED = {"provider": "google", "name": "direction"}


def routes(*methods: str) -> Iterator[tuple[str, str]]:
    for route in router.routes:
        assert isinstance(route, APIRoute)
        for method in sorted((route.methods or set()) & set(methods)):
            yield method, route.path.format(**_FILLED)


CHANGES = list(routes("POST", "PATCH", "PUT", "DELETE"))
ALL = [*routes("GET"), *CHANGES]


def test_finds_the_routes() -> None:
    assert ("PATCH", f"{HOME}/settings/direction") in CHANGES
    assert ("GET", f"{HOME}/status") in ALL


@pytest.mark.parametrize(("method", "path"), ALL)
def test_who_is_signed_out_is_refused(world: World, method: str, path: str) -> None:
    for cookies in ({}, {"tandem_token": "forged.token.here"}):
        with httpx.Client(base_url=world.connector, cookies=cookies, timeout=60) as http:
            sent = {"csrf_token": "x"} if method != "GET" else None
            answer = http.request(method, path, headers={"Accept": "text/html"}, data=sent)
        assert answer.status_code == 401
        assert "signed out" in answer.text


@pytest.mark.parametrize(("method", "path"), CHANGES)
@pytest.mark.parametrize("headers", [{}, {"X-CSRF-Token": "0" * 64}, {"Sec-Fetch-Site": "cross-site"}])
def test_another_site_is_refused(world: World, method: str, path: str, headers: dict[str, str]) -> None:
    ann = world.user()
    proof = {"X-CSRF-Token": ann.proof["csrf_token"]} if "Sec-Fetch-Site" in headers else {}
    with ann.session() as http:
        answer = http.request(method, path, headers=proof | headers, data={"direction": "one_way"})
    assert answer.status_code == 403


@pytest.fixture(scope="module")
def victim(world: World) -> str:
    """Somebody's connection that others must neither see nor change."""
    bob = world.user()
    bob.connect()
    return bob.email


@pytest.mark.parametrize("company", ["acme", "globex"])
def test_nobody_elses_connection_is_shown_or_changed(world: World, victim: str, company: str) -> None:
    eve = world.user(company=company, role="admin")
    with eve.session() as http:
        for method, path in ALL:
            answer = http.request(method, path, data=eve.proof if method != "GET" else None)
            assert victim not in answer.text
            assert answer.status_code < 500
        assert http.post(f"{HOME}/stop", data=eve.proof | {"remove": "none"}).status_code == 409


def test_somebody_elses_sign_in_is_not_shown(world: World) -> None:
    bob, eve = world.user(), world.user()
    bob.sign_up("google")
    with bob.session() as http:
        state = http.post(f"{HOME}/add/google", data=bob.proof | {"email": bob.email}).headers["location"]
    with eve.session() as http:
        answer = http.get(state)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{HOME}?problem=invalid_state")


@pytest.mark.parametrize("name", [*SETTINGS])
def test_a_form_that_says_nothing_or_nonsense_changes_nothing(world: World, name: str) -> None:
    ann = world.user()
    ann.connect()
    before = ann.connection()
    with ann.session() as http:
        stale = http.post(f"{HOME}/settings/{name}", data=ann.proof | {name: "none"})
        nonsense = http.post(f"{HOME}/settings/{name}", data=ann.proof | {name: "<b>", "seen": "<b>"})
    assert {stale.status_code, nonsense.status_code} == {422}
    assert "<b>" not in nonsense.text
    after = ann.connection()
    assert {one: after[one] for one in SETTINGS} == {one: before[one] for one in SETTINGS}
