"""Google's OAuth pages and endpoints: consent, token, revoke."""

from fastapi import APIRouter, Request, Response
from starlette.responses import JSONResponse

from simulators.frame.domain.oauth import Consent, OAuthError
from simulators.frame.http.oauth_api import back, form_of, note
from simulators.google.domain.account.oauth import expired_or_revoked
from simulators.google.http.pages import PAGES
from simulators.google.http.simulator import Simulator

_AUTH = "/o/oauth2/v2/auth"
_NEEDED = ("client_id", "redirect_uri", "scope")


def oauth_router(simulator: Simulator) -> APIRouter:
    """The routes of accounts.google.com and oauth2.googleapis.com."""
    router = APIRouter(include_in_schema=False)

    @router.get(_AUTH)
    async def ask(request: Request) -> Response:
        asked = dict(request.query_params)
        problem = _problem(simulator, asked)
        if problem:
            return PAGES.problem(problem)
        chosen = asked.get("sim_approve") or simulator.world.auto_approve
        if chosen:
            return _approve(simulator, asked, chosen)
        return PAGES.consent(asked, list(simulator.world.accounts.values()))

    @router.post(_AUTH)
    async def decide(request: Request) -> Response:
        form = await form_of(request)
        problem = _problem(simulator, form)
        if problem:
            return PAGES.problem(problem)
        if form.get("decision") != "allow":
            return back(form, {"error": "access_denied"})
        return _approve(simulator, form, form.get("account", ""))

    _endpoints(router, simulator)
    return router


def _endpoints(router: APIRouter, simulator: Simulator) -> None:
    @router.post("/token")
    async def token(request: Request) -> Response:
        form = await form_of(request)
        try:
            answer: Response = JSONResponse(_token(simulator, form))
        except OAuthError as error:
            answer = JSONResponse(error.body, error.status)
        note(simulator.journal, simulator.now(), request, form, answer)
        return answer

    @router.post("/revoke")
    async def revoke(request: Request) -> Response:
        form = dict(request.query_params) | await form_of(request)
        if not simulator.world.oauth.revoke(form.get("token", "")):
            error = OAuthError("invalid_token", "Token expired or revoked")
            answer = JSONResponse(error.body, error.status)
        else:
            answer = JSONResponse({})
        simulator.save()
        note(simulator.journal, simulator.now(), request, form, answer)
        return answer


def _problem(simulator: Simulator, asked: dict[str, str]) -> str | None:
    missing = [name for name in _NEEDED if not asked.get(name)]
    if missing:
        return f"invalid_request: Missing required parameter: {missing[0]}"
    if asked.get("response_type") != "code":
        return "unsupported_response_type"
    if simulator.clients and asked["client_id"] not in simulator.clients:
        return "invalid_client: The OAuth client was not found."
    if asked.get("code_challenge") and asked.get("code_challenge_method") != "S256":
        return "invalid_request: Invalid code_challenge_method"
    return None


def _approve(simulator: Simulator, asked: dict[str, str], email: str) -> Response:
    account = simulator.world.accounts.get(email.lower())
    if account is None:
        return PAGES.problem(f"There is no account {email}.")
    consent = Consent(
        email=account.email,
        client_id=asked["client_id"],
        redirect_uri=asked["redirect_uri"],
        scope=asked["scope"],
        challenge=asked.get("code_challenge"),
        offline=_gives_refresh_token(simulator, asked, account.email),
        issued=simulator.now(),
    )
    code = simulator.world.oauth.consent(consent, simulator.world.rng)
    return back(asked, {"code": code, "scope": asked["scope"]})


def _gives_refresh_token(simulator: Simulator, asked: dict[str, str], email: str) -> bool:
    # Google gives one on the first consent, later only when `prompt=consent` asks for it.
    if asked.get("access_type") != "offline":
        return False
    known = simulator.world.oauth.has_grant(email, asked["client_id"])
    return not known or "consent" in asked.get("prompt", "").split()


def _token(simulator: Simulator, form: dict[str, str]) -> dict[str, object]:
    world, now = simulator.world, simulator.now()
    _check_client(simulator, form)
    failed = world.traps.take("oauth.5xx", "token")
    if failed is not None:
        raise OAuthError("server_error", "Backend Error", failed["status"])
    kind = form.get("grant_type")
    if kind == "authorization_code":
        answer = world.oauth.exchange(form, now, world.rng)
    elif kind == "refresh_token":
        if world.traps.take("oauth.invalid_grant", "token") is not None:
            raise expired_or_revoked()
        answer = world.oauth.refresh(form, now, world.rng)
    else:
        raise OAuthError("unsupported_grant_type", f"Invalid grant_type: {kind}")
    simulator.save()
    return answer


def _check_client(simulator: Simulator, form: dict[str, str]) -> None:
    clients = simulator.clients
    client_id = form.get("client_id", "")
    if not client_id:
        raise OAuthError("invalid_request", "Could not determine client ID from request.")
    if clients and clients.get(client_id) != form.get("client_secret"):
        raise OAuthError("invalid_client", "The OAuth client was not found.", 401)
