"""Microsoft's login (A4): a tenant for each kind of account, reasons for lost grants, nothing to give one back at."""

import subprocess
import sys
from typing import Any

import httpx
import pytest
from authlib.common.errors import AuthlibBaseError
from pydantic import ValidationError

from connector.adapters.oauth import OAuthClient, refusal
from connector.adapters.providers.graph.oauth import Tenant, microsoft_endpoints
from connector.domain.provider.errors import NeedsReauth
from connector.domain.provider.port import Account
from connector.provider_catalogue import OAUTH
from connector.settings import ConnectorSettings

LOGIN = "https://login.example"
GIVEN: dict[str, Any] = {
    "kafka_bootstrap": "k:1",
    "mongo_url": "mongodb://m:1",
    "jwt_secret": "a-secret-of-the-tests-with-32-chars",
    "public_url": "https://tandem.example",
    "credential_keys": "k1:" + "A" * 43 + "=",
    "google_client_id": "g",
    "google_client_secret": "s",
    "microsoft_login_url": LOGIN,
}
CLIENT = {"microsoft_client_id": "m", "microsoft_client_secret": "s"}


def settings(**more: Any) -> ConnectorSettings:
    return ConnectorSettings(**GIVEN | more)


@pytest.mark.parametrize(("provider", "tenant"), [("outlook", "consumers"), ("office365", "organizations")])
def test_a4_each_kind_of_account_signs_in_at_its_own_tenant(provider: str, tenant: Tenant) -> None:
    endpoints = OAUTH[provider].endpoints(settings(**CLIENT))
    assert endpoints == microsoft_endpoints(settings(**CLIENT), tenant)
    url = httpx.URL(OAuthClient(endpoints, "https://tandem.example/cb", 1).authorization_url("s", "v" * 43, "a@b.c"))
    assert (url.host, url.path) == ("login.example", f"/{tenant}/oauth2/v2.0/authorize")
    assert {"offline_access", "Calendars.ReadWrite", "User.Read"} <= set(url.params["scope"].split())
    assert (url.params["code_challenge_method"], url.params["login_hint"]) == ("S256", "a@b.c")


@pytest.mark.parametrize(
    ("error", "description", "reason"),
    [
        ("invalid_grant", "AADSTS700082: The refresh token has expired. Trace ID: x", "was not used for long"),
        ("invalid_grant", "AADSTS50173: The provided grant has expired.", "password was changed"),
        ("invalid_grant", "AADSTS65001: The user has not consented.", "consent"),
        ("interaction_required", "AADSTS50076: multi-factor authentication", "another factor"),
        ("invalid_grant", "AADSTS99999: Something new.", "Something new"),
        ("invalid_grant", None, "revoked or has expired"),
    ],
)
def test_a_lost_grant_needs_the_user_and_says_why(error: str, description: str | None, reason: str) -> None:
    told = refusal(AuthlibBaseError(error, description), microsoft_endpoints(settings(**CLIENT), "consumers").reasons)
    assert isinstance(told, NeedsReauth)
    assert told.code == error
    assert reason in told.detail


async def test_k1_there_is_nothing_to_give_a_grant_back_at() -> None:
    await OAuthClient(microsoft_endpoints(settings(**CLIENT), "consumers"), "https://tandem.example/cb", 1).revoke("t")


def test_an_installation_without_a_microsoft_client_does_not_offer_it() -> None:
    assert not OAUTH["outlook"].is_configured(settings())
    assert OAUTH["office365"].is_configured(settings(**CLIENT))
    with pytest.raises(ValidationError, match="both or neither"):
        settings(microsoft_client_id="m")


def test_the_sdk_is_not_loaded_before_a_graph_adapter_is_made() -> None:
    look = "import sys, connector.app; sys.exit('msgraph' in sys.modules or 'kiota_abstractions' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0


def test_a4_an_account_goes_by_any_of_its_addresses() -> None:
    account = Account("id", "Ann@example.com", ("ann@tenant.example",))
    assert account.has("ann@EXAMPLE.com")
    assert account.has("Ann@tenant.example")
    assert not account.has("bob@example.com")
