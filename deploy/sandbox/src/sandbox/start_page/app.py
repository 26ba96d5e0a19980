"""The start page's composition root and routes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from chassis.pages.headers import page_headers
from chassis.pages.installing import install_pages
from chassis.pages.rendering import Pages
from chassis.settings import ChassisSettings
from chassis.web.auth import TOKEN_COOKIE
from chassis.web.csrf import is_same_origin
from chassis.web.problem_handlers import install_problems
from chassis.web.problems import forbidden, not_found
from sandbox.clients import NeverHappenedError
from sandbox.simulated import SIMULATED, simulated
from sandbox.stage import EMAIL
from sandbox.start_page.people import PEOPLE
from sandbox.start_page.stories import STORIES, tell

HOME = "/start"


@dataclass
class StartPage:
    """What the routes need. `settings`: those the services run with, the simulators' addresses among them."""

    pages: Pages
    settings: Mapping[str, str]
    provider: str
    told: Sequence[str] = ()
    """The last story, for the page that follows its form."""
    failed: bool = False
    framed: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Find the addresses of both sides."""
        simulator = self.settings.get(SIMULATED[simulated(self.provider)].address, "")
        store = self.pages.settings.store_pages or ""
        self.calendar = f"{simulator}/?account={quote(EMAIL)}" if simulator else ""
        self.week = f"{store}/activities" if store else ""
        self.framed = tuple(address for address in (simulator, store) if address)

    @property
    def can_sign_in(self) -> bool:
        """Whether the services take tokens of ours."""
        return "TANDEM_JWT_SECRET" in self.settings

    def answer(self, request: Request, template: str, stories: Sequence[str] = ()) -> Response:
        """Render a page that may show both sides in frames."""
        policy = page_headers(None)["Content-Security-Policy"]
        framed = " ".join(self.framed) or "'none'"
        headers = {"Content-Security-Policy": f"{policy}; frame-src {framed}"}
        return self.pages.answer(request, template, headers=headers, page=self, people=PEOPLE, stories=stories)

    async def play(self, name: str) -> None:
        """Play a story, and keep what it told or why it ended early."""
        try:
            self.told, self.failed = await tell(name, self.settings, self.provider), False
        except (NeverHappenedError, httpx.HTTPError, KeyError) as error:
            self.told, self.failed = [str(error)], True


def make_app(settings: ChassisSettings, environ: Mapping[str, str], provider: str) -> FastAPI:
    """Put the start page together."""
    app = FastAPI(title="Tandem sandbox", openapi_url=None)
    install_problems(app)
    pages = Pages(settings, package="sandbox.start_page", prefixes=(HOME,))
    install_pages(app, pages)
    _add_routes(app, StartPage(pages, environ, provider), urlsplit(settings.public_url).hostname or "127.0.0.1")
    return app


def _add_routes(app: FastAPI, page: StartPage, host: str) -> None:
    @app.get("/")
    async def root() -> Response:
        return RedirectResponse(HOME)

    @app.get(HOME)
    async def choose(request: Request) -> Response:
        if request.url.hostname != host:  # the session's cookie belongs to one name of this machine
            return RedirectResponse(str(request.url.replace(hostname=host)))
        return page.answer(request, "choose.html")

    @app.post(HOME + "/sign-in/{name}")
    async def sign_in(request: Request, name: str) -> Response:
        _check_is_ours(request)
        if name not in PEOPLE or not page.can_sign_in:
            raise not_found("person")
        response = RedirectResponse(f"{HOME}/watch" if name == "anna" else page.week or HOME, 303)
        token = PEOPLE[name].token(page.settings, datetime.now(UTC))
        response.set_cookie(TOKEN_COOKIE, token, httponly=True, samesite="lax", path="/")
        return response

    @app.get(HOME + "/watch")
    async def watch(request: Request) -> Response:
        return page.answer(request, "watch.html", tuple(STORIES))

    @app.post(HOME + "/stories/{name}")
    async def story(request: Request, name: str) -> Response:
        _check_is_ours(request)
        if name not in STORIES:
            raise not_found("story")
        await page.play(name)
        if "hx-request" in request.headers:
            return page.answer(request, "told.html")
        return RedirectResponse(f"{HOME}/watch", 303)


def _check_is_ours(request: Request) -> None:
    if not is_same_origin(request):
        raise forbidden("this form is not the one of the start page")
