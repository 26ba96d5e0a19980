"""A login server: consent page and token endpoint of OAuth 2.0; what providers word differently are methods."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, Generic, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from fastapi import APIRouter, Request, Response
from starlette.responses import JSONResponse, RedirectResponse

from simulators.frame.domain.oauth import Consent, OAuthError
from simulators.frame.http.pages import Pages
from simulators.frame.simulator import BaseSimulator

Form = dict[str, str]
S = TypeVar("S", bound=BaseSimulator[Any])
REQUIRED = ("client_id", "redirect_uri", "scope")


class LoginServer(ABC, Generic[S]):
    """What a provider adds to the flow. `tenant` is the part of the path that names one; empty where there is none."""

    auth_path: ClassVar[str]
    token_path: ClassVar[str]
    pages: ClassVar[Pages]

    def __init__(self, simulator: S) -> None:
        """Signs in to the simulator's accounts."""
        self.simulator = simulator

    @abstractmethod
    def problem(self, asked: Form, tenant: str) -> str | None:
        """Return what the page says is wrong with an authorisation request; None when all is well."""

    def may_sign_in(self, account: Any, tenant: str) -> bool:  # noqa: ANN401, ARG002 - each provider has its own
        """Whether an account may sign in by this path."""
        return True

    @abstractmethod
    def unknown_account(self, email: str, tenant: str) -> str:
        """Return what the page says of an account that there is not."""

    @abstractmethod
    def offline(self, asked: Form, email: str) -> bool:
        """Whether a refresh token comes with the access token."""

    def redirect_extra(self, asked: Form) -> Form:  # noqa: ARG002 - for those who add something
        """Return what goes back to the client beside the code."""
        return {}

    def denied(self) -> Form:
        """Return what goes back to the client when the person refuses."""
        return {"error": "access_denied"}

    @abstractmethod
    def check_client(self, form: Form, tenant: str) -> None:
        """Raise OAuthError unless the client may ask for tokens."""

    @abstractmethod
    def out_of_order(self, status: int) -> OAuthError:
        """Return the answer of a token endpoint that fails."""

    @abstractmethod
    def strike_refresh(self, form: Form) -> None:
        """Raise what a trap has in store for a refresh."""

    @abstractmethod
    def unsupported(self, grant_type: str | None) -> OAuthError:
        """Return the refusal of an unknown grant type."""

    def consent_page(self, asked: Form, tenant: str, path: str) -> Response:
        """Let the person choose an account, unless one is chosen for him (`sim_approve`, or the control API)."""
        problem = self.problem(asked, tenant)
        if problem:
            return self.pages.problem(problem)
        chosen = asked.get("sim_approve") or self.simulator.world.auto_approve
        if chosen:
            return self.approve(asked, chosen, tenant)
        accounts = [one for one in self.simulator.world.accounts.values() if self.may_sign_in(one, tenant)]
        return self.pages.consent(asked, accounts, path)

    def decide(self, form: Form, tenant: str) -> Response:
        """Do what the person chose on the page."""
        problem = self.problem(form, tenant)
        if problem:
            return self.pages.problem(problem)
        if form.get("decision") != "allow":
            return _back(form, self.denied())
        return self.approve(form, form.get("account", ""), tenant)

    def approve(self, asked: Form, email: str, tenant: str) -> Response:
        """Send the browser back with a code for the account."""
        world = self.simulator.world
        account = world.accounts.get(email.lower())
        if account is None or not self.may_sign_in(account, tenant):
            return self.pages.problem(self.unknown_account(email, tenant))
        consent = Consent(
            email=account.email,
            client_id=asked["client_id"],
            redirect_uri=asked["redirect_uri"],
            scope=asked["scope"],
            challenge=asked.get("code_challenge"),
            offline=self.offline(asked, account.email),
            issued=self.simulator.now(),
        )
        return _back(asked, {"code": world.oauth.consent(consent, world.rng)} | self.redirect_extra(asked))

    def token(self, form: Form, tenant: str) -> dict[str, Any]:
        """Answer the token endpoint; OAuthError for a refusal."""
        world, now = self.simulator.world, self.simulator.now()
        self.check_client(form, tenant)
        failed = world.traps.take("oauth.5xx", "token")
        if failed is not None:
            raise self.out_of_order(failed["status"])
        kind = form.get("grant_type")
        if kind == "authorization_code":
            answer: dict[str, Any] = world.oauth.exchange(form, now, world.rng)
        elif kind == "refresh_token":
            self.strike_refresh(form)
            answer = world.oauth.refresh(form, now, world.rng)
        else:
            raise self.unsupported(kind)
        self.simulator.save()
        return answer


def login_router(server: LoginServer[Any]) -> APIRouter:
    """Return the routes of consent page and token endpoint."""
    router = APIRouter(include_in_schema=False)

    @router.get(server.auth_path)
    async def ask(request: Request) -> Response:
        return server.consent_page(dict(request.query_params), _tenant(request), request.url.path)

    @router.post(server.auth_path)
    async def decide(request: Request) -> Response:
        return server.decide(await form_of(request), _tenant(request))

    @router.post(server.token_path)
    async def token(request: Request) -> Response:
        form = await form_of(request)
        return answered(server.simulator, request, form, lambda: server.token(form, _tenant(request)))

    return router


async def form_of(request: Request) -> Form:
    """Return the fields of a form."""
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))


def answered(
    simulator: BaseSimulator[Any], request: Request, form: Form, answer: Callable[[], dict[str, Any]]
) -> Response:
    """Return an endpoint's answer or refusal as JSON; the call is kept in the journal, its secrets left out."""
    try:
        made = JSONResponse(answer())
    except OAuthError as error:
        made = JSONResponse(error.body, error.status)
    simulator.journal.note(
        {
            "at": simulator.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "method": request.method,
            "path": request.url.path,
            "query": {},
            "body": {"grant_type": form.get("grant_type")},
            "status": made.status_code,
            "operation": f"oauth.{request.url.path.rpartition('/')[2]}",
            "account": "",
            "traps": [],
            "problems": [],
        }
    )
    return made


def _tenant(request: Request) -> str:
    return str(request.path_params.get("tenant", ""))


def _back(asked: Form, answer: Form) -> Response:
    """Send the browser back to the client with the answer and the client's `state`."""
    parts = urlsplit(asked["redirect_uri"])
    if "state" in asked:
        answer = {"state": asked["state"], **answer}
    query = [*parse_qsl(parts.query), *answer.items()]
    return RedirectResponse(urlunsplit(parts._replace(query=urlencode(query))), 302)
