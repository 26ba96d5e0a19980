"""Microsoft's login: consent, codes with PKCE, rotating tokens, AADSTS errors (providers/graph.md 2.6, rule A4)."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from simulators.frame.domain.oauth import s256
from tests.contract.microsoft_simulator.driver import GraphFailure, Microsoft
from tests.support.simulator_driver import ANN, Json

VERIFIER = "v" * 43
SCOPE = "offline_access User.Read Calendars.ReadWrite"
ASKED = {
    "client_id": "crm",
    "redirect_uri": "http://crm.test/cb?x=1",
    "response_type": "code",
    "state": "s",
    "scope": SCOPE,
    "code_challenge": s256(VERIFIER),
    "code_challenge_method": "S256",
}
DAY = 86_400.0


async def _approve(microsoft: Microsoft, tenant: str = "common", **changes: str) -> httpx.Response:
    asked = ASKED | {"sim_approve": ANN} | changes
    return await microsoft.http.get(f"/{tenant}/oauth2/v2.0/authorize", params=asked)


def _back(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 302, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


async def _token(microsoft: Microsoft, **form: str) -> httpx.Response:
    data = {"client_id": "crm", "client_secret": "s"} | form
    return await microsoft.http.post("/common/oauth2/v2.0/token", data=data)


async def _exchange(microsoft: Microsoft, code: str, verifier: str = VERIFIER) -> httpx.Response:
    form = {"code": code, "code_verifier": verifier, "redirect_uri": ASKED["redirect_uri"]}
    return await _token(microsoft, grant_type="authorization_code", **form)


async def _refresh(microsoft: Microsoft, token: str, client: str = "crm") -> httpx.Response:
    return await _token(microsoft, grant_type="refresh_token", refresh_token=token, client_id=client)


async def _signed_in(microsoft: Microsoft) -> Json:
    answer = await _exchange(microsoft, _back(await _approve(microsoft))["code"])
    tokens: Json = answer.json()
    return tokens


async def test_the_whole_way(microsoft: Microsoft) -> None:
    back = _back(await _approve(microsoft))
    assert (back["state"], back["x"]) == ("s", "1")
    tokens = (await _exchange(microsoft, back["code"])).json()
    assert (tokens["expires_in"], tokens["token_type"]) == (3599, "Bearer")
    assert tokens["scope"] == "User.Read Calendars.ReadWrite"
    microsoft.http.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    assert (await microsoft.graph("GET", "/me"))["mail"] == ANN


async def test_a_code_is_good_once_and_only_with_its_verifier(microsoft: Microsoft) -> None:
    code = _back(await _approve(microsoft))["code"]
    assert (await _exchange(microsoft, code)).status_code == 200
    again = (await _exchange(microsoft, code)).json()
    assert (again["error"], again["error_codes"]) == ("invalid_grant", [70008])
    wrong = await _exchange(microsoft, _back(await _approve(microsoft))["code"], "w" * 43)
    assert (wrong.status_code, wrong.json()["error_codes"]) == (400, [501481])


async def test_no_refresh_token_without_offline_access(microsoft: Microsoft) -> None:
    code = _back(await _approve(microsoft, scope="Calendars.ReadWrite"))["code"]
    assert "refresh_token" not in (await _exchange(microsoft, code)).json()


async def test_refresh_tokens_rotate(microsoft: Microsoft, later: Callable[[float], None]) -> None:
    """Trap 14: a new one every time; the old one is good for a while only."""
    first = (await _signed_in(microsoft))["refresh_token"]
    second = (await _refresh(microsoft, first)).json()["refresh_token"]
    assert second != first
    assert (await _refresh(microsoft, first)).status_code == 200
    later(DAY + 1)
    assert (await _refresh(microsoft, first)).json()["error_codes"] == [700082]
    assert (await _refresh(microsoft, second)).status_code == 200


async def test_a_refresh_token_dies_of_disuse(microsoft: Microsoft, later: Callable[[float], None]) -> None:
    token = (await _signed_in(microsoft))["refresh_token"]
    later(89 * DAY)
    fresh = (await _refresh(microsoft, token)).json()["refresh_token"]
    later(91 * DAY)
    answer = await _refresh(microsoft, fresh)
    assert (answer.json()["error"], answer.json()["error_codes"]) == ("invalid_grant", [700082])


@pytest.mark.parametrize("code", [50173, 65001, 700082])
async def test_revoked_grants_say_why(microsoft: Microsoft, code: int) -> None:
    tokens = await _signed_in(microsoft)
    await microsoft.control("POST", f"/accounts/{ANN}/revoke", {"code": code})
    answer = (await _refresh(microsoft, tokens["refresh_token"])).json()
    assert (answer["error"], answer["error_codes"]) == ("invalid_grant", [code])
    assert answer["error_description"].startswith(f"AADSTS{code}: ")
    with pytest.raises(GraphFailure) as error:
        await microsoft.graph("GET", "/me")
    assert error.value.refusal == (401, "InvalidAuthenticationToken")


@pytest.mark.parametrize(
    ("trap", "expected"),
    [
        ("oauth.invalid_grant", (400, "invalid_grant", [50173])),
        ("oauth.interaction_required", (400, "interaction_required", [50076])),
        ("oauth.5xx", (503, "temporarily_unavailable", None)),
    ],
)
async def test_token_endpoint_traps(microsoft: Microsoft, trap: str, expected: tuple[int, str, object]) -> None:
    token = (await _signed_in(microsoft))["refresh_token"]
    await microsoft.trap(trap)
    answer = await _refresh(microsoft, token)
    assert (answer.status_code, answer.json()["error"], answer.json().get("error_codes")) == expected
    assert (await _refresh(microsoft, token)).status_code == 200


async def test_unknown_and_foreign_tokens(microsoft: Microsoft) -> None:
    assert (await _refresh(microsoft, "rubbish")).json()["error_codes"] == [70000]
    token = (await _signed_in(microsoft))["refresh_token"]
    assert (await _refresh(microsoft, token, "another")).json()["error_codes"] == [700016]


@pytest.mark.parametrize(
    ("tenant", "kind", "allowed"),
    [
        ("common", "work", True),
        ("common", "personal", True),
        ("organizations", "work", True),
        ("organizations", "personal", False),
        ("consumers", "personal", True),
        ("consumers", "work", False),
        ("9188040d-6c67-4c5b-b112-36a304b66dad", "personal", True),
        ("nobody", "work", False),
    ],
)
async def test_tenants(microsoft: Microsoft, tenant: str, kind: str, allowed: bool) -> None:
    email = f"{kind}@other.test"
    await microsoft.control("POST", "/accounts", {"email": email, "kind": kind})
    answer = await _approve(microsoft, tenant, sim_approve=email)
    assert answer.status_code == (302 if allowed else 400)


async def test_the_page_lets_a_person_choose(microsoft: Microsoft) -> None:
    await microsoft.control("POST", "/accounts", {"email": "bob@other.test"})
    path = "/organizations/oauth2/v2.0/authorize"
    page = await microsoft.http.get(path, params=ASKED | {"login_hint": "bob@other.test"})
    assert '<option value="bob@other.test" selected>' in page.text
    assert f'action="{path}"' in page.text
    denied = await microsoft.http.post(path, data=ASKED | {"decision": "deny"})
    assert "error=access_denied" in denied.headers["location"]
    allowed = await microsoft.http.post(path, data=ASKED | {"decision": "allow", "account": ANN})
    assert "code=" in allowed.headers["location"]


@pytest.mark.parametrize("missing", ["client_id", "redirect_uri", "scope", "response_type"])
async def test_malformed_requests_show_a_page(microsoft: Microsoft, missing: str) -> None:
    asked = {name: value for name, value in ASKED.items() if name != missing}
    answer = await microsoft.http.get("/common/oauth2/v2.0/authorize", params=asked)
    assert answer.status_code == 400


async def test_access_tokens_end_after_an_hour(microsoft: Microsoft, later: Callable[[float], None]) -> None:
    later(3600)
    with pytest.raises(GraphFailure) as error:
        await microsoft.graph("GET", "/me")
    assert error.value.refusal == (401, "InvalidAuthenticationToken")


async def test_a_read_only_scope_does_not_write(microsoft: Microsoft) -> None:
    tokens = await microsoft.control("POST", f"/accounts/{ANN}/tokens", {"scope": "Calendars.Read"})
    microsoft.http.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    assert (await microsoft.graph("GET", "/me/events"))["value"] == []
    with pytest.raises(GraphFailure) as error:
        await microsoft.create()
    assert error.value.refusal == (403, "ErrorAccessDenied")


async def test_secrets_stay_out_of_the_journal(microsoft: Microsoft) -> None:
    token = (await _signed_in(microsoft))["refresh_token"]
    await _refresh(microsoft, token)
    assert token not in str(await microsoft.control("GET", "/journal"))
    assert (await microsoft.control("GET", "/journal/counts"))["oauth.token"] == 2
