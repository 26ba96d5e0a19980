"""Microsoft's login: `/{tenant}/oauth2/v2.0/authorize` and `/token`."""

from fastapi import APIRouter, Request, Response
from starlette.responses import JSONResponse

from simulators.frame.domain.oauth import Consent, OAuthError
from simulators.frame.http.oauth_api import back, form_of, note
from simulators.microsoft.domain.account.accounts import PERSONAL_TENANT, Account
from simulators.microsoft.domain.account.oauth import aadsts
from simulators.microsoft.http.pages import PAGES
from simulators.microsoft.http.simulator import Simulator

_AUTH = "/{tenant}/oauth2/v2.0/authorize"
_NEEDED = ("client_id", "redirect_uri", "scope")
_KINDS = {"organizations": "work", "consumers": "personal"}


def oauth_router(simulator: Simulator) -> APIRouter:
    """The routes of the login server."""
    router = APIRouter(include_in_schema=False)

    @router.get(_AUTH)
    async def ask(tenant: str, request: Request) -> Response:
        asked = dict(request.query_params)
        problem = _problem(simulator, tenant, asked)
        if problem:
            return PAGES.problem(problem)
        chosen = asked.get("sim_approve") or simulator.world.auto_approve
        if chosen:
            return _approve(simulator, tenant, asked, chosen)
        accounts = [one for one in simulator.world.accounts.values() if _belongs(one, tenant)]
        return PAGES.consent(asked, accounts, request.url.path)

    @router.post(_AUTH)
    async def decide(tenant: str, request: Request) -> Response:
        form = await form_of(request)
        problem = _problem(simulator, tenant, form)
        if problem:
            return PAGES.problem(problem)
        if form.get("decision") != "allow":
            refused = "AADSTS65004: User declined to consent to access the app."
            return back(form, {"error": "access_denied", "error_description": refused})
        return _approve(simulator, tenant, form, form.get("account", ""))

    @router.post("/{tenant}/oauth2/v2.0/token")
    async def token(tenant: str, request: Request) -> Response:
        form = await form_of(request)
        try:
            answer: Response = JSONResponse(_token(simulator, tenant, form))
        except OAuthError as error:
            answer = JSONResponse(error.body, error.status)
        note(simulator.journal, simulator.now(), request, form, answer)
        return answer

    return router


def _problem(simulator: Simulator, tenant: str, asked: dict[str, str]) -> str | None:
    missing = [name for name in _NEEDED if not asked.get(name)]
    if missing:
        return f"AADSTS900144: The request body must contain the following parameter: '{missing[0]}'."
    if not _known(simulator, tenant):
        return f"AADSTS90002: Tenant '{tenant}' not found."
    if asked.get("response_type") != "code":
        return "AADSTS700054: response_type is not enabled for the application."
    if simulator.clients and asked["client_id"] not in simulator.clients:
        return f"AADSTS700016: Application with identifier '{asked['client_id']}' was not found in the directory."
    if asked.get("code_challenge") and asked.get("code_challenge_method") != "S256":
        return "AADSTS501491: The code_challenge_method is not supported."
    return None


def _known(simulator: Simulator, tenant: str) -> bool:
    tenants = {account.tenant for account in simulator.world.accounts.values()}
    return tenant in {"common", *_KINDS, PERSONAL_TENANT, *tenants}


def _belongs(account: Account, tenant: str) -> bool:
    """Whether an account may sign in by this path."""
    if tenant in _KINDS:
        return account.kind == _KINDS[tenant]
    return tenant in {"common", account.tenant}


def _approve(simulator: Simulator, tenant: str, asked: dict[str, str], email: str) -> Response:
    account = simulator.world.accounts.get(email.lower())
    if account is None or not _belongs(account, tenant):
        return PAGES.problem(f"AADSTS50020: User account '{email}' does not exist in tenant '{tenant}'.")
    consent = Consent(
        email=account.email,
        client_id=asked["client_id"],
        redirect_uri=asked["redirect_uri"],
        scope=asked["scope"],
        challenge=asked.get("code_challenge"),
        offline="offline_access" in asked["scope"].split(),
        issued=simulator.now(),
    )
    return back(asked, {"code": simulator.world.oauth.consent(consent, simulator.world.rng)})


def _token(simulator: Simulator, tenant: str, form: dict[str, str]) -> dict[str, object]:
    world, now = simulator.world, simulator.now()
    _check_client(simulator, form)
    if not _known(simulator, tenant):
        raise aadsts("invalid_request", 70003, now, world.rng, tenant)
    failed = world.traps.take("oauth.5xx", "token")
    if failed is not None:
        raise OAuthError("temporarily_unavailable", "The server is temporarily too busy.", failed["status"])
    kind = form.get("grant_type")
    if kind == "authorization_code":
        answer = world.oauth.exchange(form, now, world.rng)
    elif kind == "refresh_token":
        _strike(simulator, form)
        answer = world.oauth.refresh(form, now, world.rng)
    else:
        raise aadsts("unsupported_grant_type", 70003, now, world.rng, str(kind))
    simulator.save()
    return answer


def _strike(simulator: Simulator, form: dict[str, str]) -> None:
    world, client = simulator.world, form.get("client_id", "")
    for trap in ("invalid_grant", "interaction_required"):
        struck = world.traps.take(f"oauth.{trap}", "token")
        if struck is not None:
            raise aadsts(trap, struck["code"], simulator.now(), world.rng, client)


def _check_client(simulator: Simulator, form: dict[str, str]) -> None:
    clients, now, rng = simulator.clients, simulator.now(), simulator.world.rng
    client_id = form.get("client_id", "")
    if not client_id:
        raise aadsts("invalid_request", 900144, now, rng, "client_id")
    if clients and client_id not in clients:
        raise aadsts("unauthorized_client", 700016, now, rng, client_id)
    if clients and clients[client_id] != form.get("client_secret"):
        raise aadsts("invalid_client", 7000215, now, rng, status=401)
