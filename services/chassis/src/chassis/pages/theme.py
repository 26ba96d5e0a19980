"""How a page looks and speaks is the reader's choice: light or dark, and the language, each kept in a cookie."""

from typing import Literal, cast, get_args
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from chassis.pages.language import LANGUAGE_COOKIE, LANGUAGES
from chassis.web.csrf import is_same_origin
from chassis.web.forms import first, read_form
from chassis.web.problems import forbidden

Theme = Literal["auto", "light", "dark"]
THEME_COOKIE = "tandem_theme"
_YEAR_SECONDS = 31_536_000


def theme_of(request: Request) -> Theme:
    """Return the theme that was chosen; `auto` follows the browser."""
    chosen = request.cookies.get(THEME_COOKIE)
    return cast("Theme", chosen) if chosen in get_args(Theme) else "auto"


def _keep(response: Response, name: str, value: str, *, secure: bool) -> None:
    response.set_cookie(name, value, max_age=_YEAR_SECONDS, secure=secure, httponly=True, samesite="lax", path="/")


def _way_back(request: Request, home: str) -> str:
    """Return the path of the page that the form was on."""
    came_from = urlsplit(request.headers.get("referer", ""))
    here = came_from.netloc == request.headers.get("host") and came_from.path.startswith(home)
    return came_from._replace(scheme="", netloc="", fragment="").geturl() if here else home


def display_routes(prefix: str, home: str, *, secure: bool) -> APIRouter:
    """Return the route that takes the choice, signed in or not; `home` is where to go from no page of ours."""
    router = APIRouter(include_in_schema=False)

    @router.post(prefix + "/display")
    async def display(request: Request) -> Response:
        if not is_same_origin(request):
            raise forbidden("this form is not the one of our page")
        form = await read_form(request)
        response = RedirectResponse(_way_back(request, home), 303, headers={"Cache-Control": "no-store"})
        if (language := first(form, "language")) in LANGUAGES:
            _keep(response, LANGUAGE_COOKIE, language, secure=secure)
        if (theme := first(form, "theme")) in get_args(Theme):
            _keep(response, THEME_COOKIE, theme, secure=secure)
        return response

    return router
