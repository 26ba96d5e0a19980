"""Google's OAuth pages and endpoints: consent, token, revoke."""

from typing import Any, ClassVar

from fastapi import APIRouter, Request, Response

from simulators.frame.domain.oauth import OAuthError
from simulators.frame.http.oauth_api import REQUIRED, Form, LoginServer, answered, form_of, login_router
from simulators.frame.http.pages import Pages
from simulators.google.domain.account.oauth import expired_or_revoked
from simulators.google.http.pages import PAGES
from simulators.google.http.simulator import Simulator


class GoogleLogin(LoginServer[Simulator]):
    """accounts.google.com and oauth2.googleapis.com, in Google's words."""

    auth_path: ClassVar[str] = "/o/oauth2/v2/auth"
    token_path: ClassVar[str] = "/token"  # noqa: S105 - a path
    pages: ClassVar[Pages] = PAGES

    def problem(self, asked: Form, tenant: str) -> str | None:  # noqa: ARG002 - Google has no tenants
        """Return what the page says is wrong."""
        missing = [name for name in REQUIRED if not asked.get(name)]
        if missing:
            return f"invalid_request: Missing required parameter: {missing[0]}"
        if asked.get("response_type") != "code":
            return "unsupported_response_type"
        if self.simulator.clients and asked["client_id"] not in self.simulator.clients:
            return "invalid_client: The OAuth client was not found."
        if asked.get("code_challenge") and asked.get("code_challenge_method") != "S256":
            return "invalid_request: Invalid code_challenge_method"
        return None

    def unknown_account(self, email: str, tenant: str) -> str:  # noqa: ARG002 - Google has no tenants
        """Return what the page says of an account that there is not."""
        return f"There is no account {email}."

    def offline(self, asked: Form, email: str) -> bool:
        """Whether a refresh token is given: on the first consent, later only when `prompt=consent` asks for it."""
        if asked.get("access_type") != "offline":
            return False
        known = self.simulator.world.oauth.has_grant(email, asked["client_id"])
        return not known or "consent" in asked.get("prompt", "").split()

    def redirect_extra(self, asked: Form) -> Form:
        """Return the scope, which Google sends back beside the code."""
        return {"scope": asked["scope"]}

    def check_client(self, form: Form, tenant: str) -> None:  # noqa: ARG002 - Google has no tenants
        """Raise unless it is a client of Google's with its secret."""
        clients, client_id = self.simulator.clients, form.get("client_id", "")
        if not client_id:
            raise OAuthError("invalid_request", "Could not determine client ID from request.")
        if clients and clients.get(client_id) != form.get("client_secret"):
            raise OAuthError("invalid_client", "The OAuth client was not found.", 401)

    def out_of_order(self, status: int) -> OAuthError:
        """Return `server_error`."""
        return OAuthError("server_error", "Backend Error", status)

    def strike_refresh(self, form: Form) -> None:  # noqa: ARG002 - Google's refusal names no client
        """Refuse a refresh for good, if the trap strikes."""
        if self.simulator.world.traps.take("oauth.invalid_grant", "token") is not None:
            raise expired_or_revoked()

    def unsupported(self, grant_type: str | None) -> OAuthError:
        """Return `unsupported_grant_type`."""
        return OAuthError("unsupported_grant_type", f"Invalid grant_type: {grant_type}")

    def revoke(self, form: Form) -> dict[str, Any]:
        """End the grant of a token."""
        known = self.simulator.world.oauth.revoke(form.get("token", ""))
        self.simulator.save()
        if not known:
            raise OAuthError("invalid_token", "Token expired or revoked")
        return {}


def oauth_router(simulator: Simulator) -> APIRouter:
    """Return the routes of consent, token and revoke."""
    server = GoogleLogin(simulator)
    router = login_router(server)

    @router.post("/revoke")
    async def revoke(request: Request) -> Response:
        form = dict(request.query_params) | await form_of(request)
        return answered(simulator, request, form, lambda: server.revoke(form))

    return router
