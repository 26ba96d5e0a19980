"""A small app with pages, as a service has them."""

import time
from typing import Any

import httpx
import jwt
from fastapi import FastAPI, Request, Response

from chassis.pages.installing import install_pages
from chassis.pages.rendering import InjectedPages, Pages
from chassis.settings import ChassisSettings
from chassis.web.auth import TOKEN_COOKIE, CurrentIdentity, verifier_from
from chassis.web.csrf import csrf_token
from chassis.web.problem_handlers import install_problems
from chassis.web.problems import conflict

SECRET = "s" * 32
HOME = "/calendar-sync"
ORIGIN = "https://crm.example"
SESSION = jwt.encode(
    {"sub": "7", "company_id": "acme", "name": "Ada <b>", "exp": time.time() + 3600}, SECRET, algorithm="HS256"
)
OWN = {"Cookie": f"{TOKEN_COOKIE}={SESSION}"}
PROOF = {"X-CSRF-Token": csrf_token(SESSION)}
BROWSER = {"Accept": "text/html"}


def settings(**given: Any) -> ChassisSettings:
    needed = {"kafka_bootstrap": "k:1", "mongo_url": "mongodb://m", "jwt_secret": SECRET, "public_url": ORIGIN}
    return ChassisSettings(**(needed | given))


def app_with_pages(**given: Any) -> FastAPI:
    chosen = settings(**given)
    app = FastAPI(redirect_slashes=False)
    app.state.verifier = verifier_from(chosen)
    install_problems(app)
    install_pages(app, Pages(chosen, package="chassis.pages", prefixes=(HOME, "/operator")))

    @app.get(HOME)
    async def page(request: Request, identity: CurrentIdentity, pages: InjectedPages) -> Response:
        return pages.answer(request, "problem_page.html", identity=identity, problem=conflict("conflict", "words"))

    @app.post(HOME)
    @app.post("/v1/things")
    async def change(identity: CurrentIdentity) -> dict[str, str]:
        return {"by": identity.user_id}

    @app.get(f"{HOME}/broken")
    async def broken() -> None:
        raise RuntimeError("a secret of the inside")

    return app


def client(**given: Any) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app_with_pages(**given), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=ORIGIN)
