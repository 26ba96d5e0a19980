"""What another site makes a browser send is refused; programs with a bearer token are not asked for anything."""

import pytest

from chassis.web.csrf import csrf_token
from tests.unit.pages.support import HOME, ORIGIN, OWN, PROOF, SESSION, client

PATHS = [HOME, "/v1/things"]


@pytest.mark.parametrize("path", PATHS)
async def test_the_token_in_header_or_field_lets_a_change_through(path: str) -> None:
    async with client() as http:
        by_header = await http.post(path, headers=OWN | PROOF)
        by_field = await http.post(path, headers=OWN, data={"csrf_token": csrf_token(SESSION)})
    assert (by_header.status_code, by_field.status_code) == (200, 200)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": csrf_token("another session")},
        PROOF | {"Sec-Fetch-Site": "cross-site"},
        PROOF | {"Sec-Fetch-Site": "same-site"},
        PROOF | {"Sec-Fetch-Site": "none"},
        PROOF | {"Origin": "https://evil.example"},
        PROOF | {"Origin": "null"},
        PROOF | {"Origin": f"{ORIGIN}:8443"},
    ],
)
async def test_anything_else_is_refused(path: str, headers: dict[str, str]) -> None:
    async with client() as http:
        answer = await http.post(path, headers=OWN | headers)
    assert answer.status_code == 403


async def test_the_own_origin_is_known_with_and_without_fetch_metadata() -> None:
    async with client() as http:
        by_metadata = await http.post(HOME, headers=OWN | PROOF | {"Sec-Fetch-Site": "same-origin", "Origin": "null"})
        by_origin = await http.post(HOME, headers=OWN | PROOF | {"Origin": ORIGIN})
    assert (by_metadata.status_code, by_origin.status_code) == (200, 200)


async def test_a_bearer_token_needs_nothing_else() -> None:
    bearer = {"Authorization": f"Bearer {SESSION}", "Sec-Fetch-Site": "cross-site"}
    async with client() as http:
        assert (await http.post("/v1/things", headers=bearer | OWN)).status_code == 200


async def test_what_changes_nothing_needs_no_token() -> None:
    async with client() as http:
        assert (await http.get(HOME, headers=OWN)).status_code == 200


async def test_letters_beyond_ascii_are_no_token() -> None:
    async with client() as http:
        assert (await http.post(HOME, headers=OWN, data={"csrf_token": "zażółć"})).status_code == 403


async def test_an_unreadable_form_is_refused_as_such() -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    async with client() as http:
        answer = await http.post("/v1/things", headers=OWN | form, content=b"a=%ff&b")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")
