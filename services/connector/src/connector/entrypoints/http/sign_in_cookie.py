"""The cookie that binds a sign-in to the browser that began it (A4); each sign-in has one of its own."""

from hashlib import sha256
from urllib.parse import urlsplit

from fastapi import Request, Response

from chassis.web.auth import optional_identity
from connector.adapters.collections import OAuthState
from connector.adapters.oauth import BEGIN_PATH
from connector.application.connections.sign_in_states import STATE_LIFE, SignInStates
from connector.entrypoints.http.services import Services


def _path(services: Services) -> str:
    """Return where the cookie is sent to: our sign-in, below the path that our public address may have."""
    return urlsplit(services.public_url).path.rstrip("/") + BEGIN_PATH.rpartition("/")[0]


def _name(state: str) -> str:
    return f"tandem_sign_in_{sha256(state.encode()).hexdigest()[:16]}"


def bind(response: Response, begun: OAuthState, services: Services) -> None:
    """Let the client that gets this answer be the one that began.

    Lax: the provider leads back by a navigation from its site, on which a strict cookie would not be sent; a lax one
    is not set by what another site's page embeds.
    """
    response.set_cookie(
        _name(begun.id),
        services.states.browser_secret(begun),
        max_age=int(STATE_LIFE.total_seconds()),
        path=_path(services),
        secure=services.public_url.startswith("https:"),
        httponly=True,
        samesite="lax",
    )


def unbind(response: Response, begun: OAuthState, services: Services) -> None:
    """Forget a sign-in that is over."""
    response.delete_cookie(_name(begun.id), path=_path(services), httponly=True, samesite="lax")


async def is_bound(request: Request, begun: OAuthState, states: SignInStates) -> bool:
    """Tell whether a request comes from who began, by token or cookie; SignInFailed where from somebody else."""
    return states.check_caller(begun, await optional_identity(request), request.cookies.get(_name(begun.id)))
