"""Consent, codes with PKCE, tokens and revocation (providers/google.md 1.6, rule A4)."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from googleapiclient.errors import HttpError

from simulators.frame.domain.oauth import s256
from tests.contract.google_simulator.driver import Google, refusal
from tests.support.simulator_driver import ANN

VERIFIER = "v" * 43
ASKED = {
    "client_id": "crm",
    "redirect_uri": "http://crm.test/cb?x=1",
    "response_type": "code",
    "state": "s",
    "scope": "https://www.googleapis.com/auth/calendar",
    "access_type": "offline",
    "prompt": "consent",
    "code_challenge": s256(VERIFIER),
    "code_challenge_method": "S256",
}


async def _approve(google: Google, **changes: str) -> dict[str, str]:
    answer = await google.http.get("/o/oauth2/v2/auth", params=ASKED | {"sim_approve": ANN} | changes)
    assert answer.status_code == 302, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


async def _token(google: Google, **form: str) -> httpx.Response:
    return await google.http.post("/token", data={"client_id": "crm", "client_secret": "s"} | form)


async def _exchange(google: Google, code: str, verifier: str = VERIFIER) -> httpx.Response:
    return await _token(
        google, grant_type="authorization_code", code=code, code_verifier=verifier, redirect_uri=ASKED["redirect_uri"]
    )


async def test_the_whole_way(google: Google) -> None:
    back = await _approve(google)
    assert (back["state"], back["x"]) == ("s", "1")
    tokens = (await _exchange(google, back["code"])).json()
    assert (tokens["expires_in"], tokens["token_type"]) == (3599, "Bearer")
    google.http.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    entry = await google.send(google.api.calendarList().get(calendarId="primary"))
    assert entry["id"] == ANN
    fresh = await _token(google, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert fresh.json().keys() == {"access_token", "expires_in", "token_type", "scope"}


async def test_a_code_is_good_once_and_only_with_its_verifier(google: Google) -> None:
    code = (await _approve(google))["code"]
    assert (await _exchange(google, code)).status_code == 200
    assert (await _exchange(google, code)).json()["error"] == "invalid_grant"
    other = (await _approve(google))["code"]
    wrong = await _exchange(google, other, "w" * 43)
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant")


async def test_refresh_token_only_with_consent(google: Google) -> None:
    """Google gives none on a second approval without prompt=consent."""
    first = (await _exchange(google, (await _approve(google, prompt="none"))["code"])).json()
    second = (await _exchange(google, (await _approve(google, prompt="none"))["code"])).json()
    third = (await _exchange(google, (await _approve(google))["code"])).json()
    assert ["refresh_token" in one for one in (first, second, third)] == [True, False, True]


async def test_the_page_lets_a_person_choose(google: Google) -> None:
    page = await google.http.get("/o/oauth2/v2/auth", params=ASKED)
    assert ANN in page.text
    denied = await google.http.post("/o/oauth2/v2/auth", data=ASKED | {"decision": "deny"})
    assert "error=access_denied" in denied.headers["location"]
    allowed = await google.http.post("/o/oauth2/v2/auth", data=ASKED | {"decision": "allow", "account": ANN})
    assert "code=" in allowed.headers["location"]


async def test_auto_approve(google: Google) -> None:
    await google.control("PATCH", "/settings", {"auto_approve": ANN})
    answer = await google.http.get("/o/oauth2/v2/auth", params=ASKED)
    assert answer.status_code == 302


@pytest.mark.parametrize("missing", ["client_id", "redirect_uri", "scope", "response_type"])
async def test_malformed_requests_show_a_page(google: Google, missing: str) -> None:
    asked = {name: value for name, value in ASKED.items() if name != missing}
    answer = await google.http.get("/o/oauth2/v2/auth", params=asked)
    assert answer.status_code == 400


async def test_access_tokens_end_after_an_hour(google: Google, later: Callable[[float], None]) -> None:
    later(3600)
    with pytest.raises(HttpError) as error:
        await google.events()
    assert refusal(error.value) == (401, "authError")


@pytest.mark.parametrize("how", ["person", "client", "trap"])
async def test_revoked_grants_are_invalid(google: Google, how: str) -> None:
    """Trap 13: invalid_grant on refresh; 401 on calls."""
    tokens = await google.sign_in()
    if how == "person":
        await google.control("POST", f"/accounts/{ANN}/revoke")
    elif how == "client":
        assert (await google.http.post("/revoke", params={"token": tokens["refresh_token"]})).status_code == 200
    else:
        await google.trap("oauth.invalid_grant")
    answer = await _token(
        google, client_id="control", grant_type="refresh_token", refresh_token=tokens["refresh_token"]
    )
    assert answer.json() == {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
    if how != "trap":
        with pytest.raises(HttpError) as error:
            await google.events()
        assert refusal(error.value) == (401, "authError")


async def test_token_endpoint_may_fail(google: Google) -> None:
    await google.trap("oauth.5xx")
    assert (await _token(google, grant_type="refresh_token", refresh_token="x")).status_code == 503


async def test_a_read_only_scope_does_not_write(google: Google) -> None:
    scope = {"scope": "https://www.googleapis.com/auth/calendar.readonly"}
    tokens = await google.control("POST", f"/accounts/{ANN}/tokens", scope)
    google.http.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    await google.events()
    with pytest.raises(HttpError) as error:
        await google.insert()
    assert refusal(error.value) == (403, "insufficientPermissions")
