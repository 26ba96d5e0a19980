"""Microsoft's login: `/{tenant}/oauth2/v2.0/authorize` and `/token`."""

from typing import ClassVar

from fastapi import APIRouter

from simulators.frame.domain.oauth import OAuthError
from simulators.frame.http.oauth_api import REQUIRED, Form, LoginServer, login_router
from simulators.frame.http.pages import Pages
from simulators.microsoft.domain.account.accounts import PERSONAL_TENANT, Account
from simulators.microsoft.domain.account.oauth import aadsts
from simulators.microsoft.http.pages import PAGES
from simulators.microsoft.http.simulator import Simulator

_KINDS = {"organizations": "work", "consumers": "personal"}


class MicrosoftLogin(LoginServer[Simulator]):
    """login.microsoftonline.com, in Microsoft's words."""

    auth_path: ClassVar[str] = "/{tenant}/oauth2/v2.0/authorize"
    token_path: ClassVar[str] = "/{tenant}/oauth2/v2.0/token"  # noqa: S105 - a path
    pages: ClassVar[Pages] = PAGES

    def problem(self, asked: Form, tenant: str) -> str | None:
        """Return what the page says is wrong."""
        missing = [name for name in REQUIRED if not asked.get(name)]
        if missing:
            return f"AADSTS900144: The request body must contain the following parameter: '{missing[0]}'."
        if not self._known(tenant):
            return f"AADSTS90002: Tenant '{tenant}' not found."
        if asked.get("response_type") != "code":
            return "AADSTS700054: response_type is not enabled for the application."
        if self.simulator.clients and asked["client_id"] not in self.simulator.clients:
            return f"AADSTS700016: Application with identifier '{asked['client_id']}' was not found in the directory."
        if asked.get("code_challenge") and asked.get("code_challenge_method") != "S256":
            return "AADSTS501491: The code_challenge_method is not supported."
        return None

    def _known(self, tenant: str) -> bool:
        tenants = {account.tenant for account in self.simulator.world.accounts.values()}
        return tenant in {"common", *_KINDS, PERSONAL_TENANT, *tenants}

    def may_sign_in(self, account: Account, tenant: str) -> bool:
        """Whether an account may sign in by this path."""
        if tenant in _KINDS:
            return account.kind == _KINDS[tenant]
        return tenant in {"common", account.tenant}

    def unknown_account(self, email: str, tenant: str) -> str:
        """Return what the page says of an account that the tenant has not."""
        return f"AADSTS50020: User account '{email}' does not exist in tenant '{tenant}'."

    def offline(self, asked: Form, email: str) -> bool:  # noqa: ARG002 - the scope alone decides
        """Whether a refresh token was asked for."""
        return "offline_access" in asked["scope"].split()

    def denied(self) -> Form:
        """Return the refusal with Microsoft's description."""
        refused = "AADSTS65004: User declined to consent to access the app."
        return super().denied() | {"error_description": refused}

    def check_client(self, form: Form, tenant: str) -> None:
        """Raise unless it is a registered client with its secret, and the tenant is known."""
        clients, client_id = self.simulator.clients, form.get("client_id", "")
        if not client_id:
            raise self._refusal("invalid_request", 900144, "client_id")
        if clients and client_id not in clients:
            raise self._refusal("unauthorized_client", 700016, client_id)
        if clients and clients[client_id] != form.get("client_secret"):
            raise self._refusal("invalid_client", 7000215, status=401)
        if not self._known(tenant):
            raise self._refusal("invalid_request", 70003, tenant)

    def _refusal(self, code: str, number: int, client: str = "", status: int = 400) -> OAuthError:
        return aadsts(code, number, self.simulator.now(), self.simulator.world.rng, client, status)

    def out_of_order(self, status: int) -> OAuthError:
        """Return `temporarily_unavailable`."""
        return OAuthError("temporarily_unavailable", "The server is temporarily too busy.", status)

    def strike_refresh(self, form: Form) -> None:
        """Refuse a refresh, if a trap strikes: for good, or until the person is asked."""
        for trap in ("invalid_grant", "interaction_required"):
            struck = self.simulator.world.traps.take(f"oauth.{trap}", "token")
            if struck is not None:
                raise self._refusal(trap, struck["code"], form.get("client_id", ""))

    def unsupported(self, grant_type: str | None) -> OAuthError:
        """Return `unsupported_grant_type`."""
        return self._refusal("unsupported_grant_type", 70003, str(grant_type))


def oauth_router(simulator: Simulator) -> APIRouter:
    """Return the routes of the login server."""
    return login_router(MicrosoftLogin(simulator))
