"""Turns templates into answers: Jinja with autoescape, nothing undefined, in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from chassis.pages.headers import page_headers
from chassis.pages.language import LANGUAGES, Language, Languages
from chassis.pages.static_files import StaticFiles
from chassis.pages.theme import Theme, theme_of
from chassis.settings import ChassisSettings
from chassis.web.auth import Identity, session_of
from chassis.web.csrf import csrf_token

_SHARED = "chassis.pages"
PageName = Literal["activities", "calendar_sync", "operator"]


@dataclass(frozen=True)
class NavigationLink:
    """A page that the navigation leads to."""

    name: PageName
    address: str


@dataclass(frozen=True)
class Frame:
    """What the layout knows of a request; `frame` in the templates."""

    language: Language
    theme: Theme
    identity: Identity | None
    csrf: str
    navigation: Sequence[NavigationLink]
    sign_in_url: str | None
    static: str
    home: str
    now_at: str
    languages: Mapping[str, str]

    def file(self, name: str) -> str:
        """Return the address of a static file."""
        return f"{self.static}/{name}"

    @property
    def who(self) -> str | None:
        """The name of who is signed in."""
        return (self.identity.name or self.identity.email or self.identity.user_id) if self.identity else None


class Pages:
    """The pages of one service: its templates and the shared ones, in every language."""

    def __init__(self, settings: ChassisSettings, *, package: str, prefixes: Sequence[str]) -> None:
        """`package` holds `templates`, `static` and `translations`; `prefixes` are where its pages are, home first."""
        packages = (_SHARED, package)
        self.settings, self.prefixes = settings, tuple(prefixes)
        self.base = urlsplit(settings.public_url).path.rstrip("/")
        self.static = StaticFiles(packages)
        self.languages = Languages(packages)
        self._headers = page_headers(settings.frame_ancestor)
        loader = ChoiceLoader([PackageLoader(package), PackageLoader(_SHARED)])
        self._environments = {code: _environment(loader, self.languages, code) for code in LANGUAGES}

    @property
    def policy_whose_forms_lead_away(self) -> Mapping[str, str]:
        """The headers of a page whose form another site's page follows: browsers apply `form-action` to redirects."""
        return page_headers(self.settings.frame_ancestor, forms_lead_away=True)

    @property
    def home(self) -> str:
        """The path of the service's first page, as browsers see it."""
        return self.base + self.prefixes[0]

    def address(self, path: str) -> str:
        """Return a path of this service as browsers see it."""
        return self.base + path

    def serves(self, path: str) -> bool:
        """Tell whether a path belongs to the pages."""
        return any(path == prefix or path.startswith(f"{prefix}/") for prefix in self.prefixes)

    def answer(
        self,
        request: Request,
        template: str,
        *,
        identity: Identity | None = None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **context: Any,  # noqa: ANN401 - whatever the template shows
    ) -> HTMLResponse:
        """Return a rendered template with the headers of every page."""
        html = self.render(self.frame(request, identity), template, **context)
        return HTMLResponse(html, status, {**self._headers, **(headers or {})})

    def render(self, frame: Frame, template: str, **context: Any) -> str:  # noqa: ANN401 - as above
        """Return a rendered template."""
        return self._environments[frame.language.code].get_template(template).render(frame=frame, **context)

    def frame(self, request: Request, identity: Identity | None) -> Frame:
        """Return what the layout shows of a request."""
        session = session_of(request)
        return Frame(
            language=self.languages.of(request),
            theme=theme_of(request),
            identity=identity,
            csrf=csrf_token(session) if session else "",
            navigation=self._navigation(identity),
            sign_in_url=self.settings.sign_in_url,
            static=f"{self.home}/static/{self.static.digest}",
            home=self.home,
            now_at=request.url.path,
            languages=LANGUAGES,
        )

    def _navigation(self, identity: Identity | None) -> Sequence[NavigationLink]:
        """Return the pages that can be reached; those of a service whose address is unknown are left out."""
        places: list[tuple[PageName, str, str | None]] = [
            ("activities", "/activities", self.settings.store_pages),
            ("calendar_sync", "/calendar-sync", self.settings.connector_pages),
        ]
        if identity and (identity.is_admin or identity.is_operator):
            places.append(("operator", "/operator", self.settings.connector_pages))
        known = ((name, path, self.base if path in self.prefixes else elsewhere) for name, path, elsewhere in places)
        return [NavigationLink(name, f"{where}{path}") for name, path, where in known if where is not None]


def _environment(loader: ChoiceLoader, languages: Languages, code: str) -> Environment:
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(languages.translations(code), newstyle=True)  # type: ignore[attr-defined]  # the extension adds it
    return environment


async def pages_of(request: Request) -> Pages:
    """Return the pages of the app; a FastAPI dependency."""
    return cast("Pages", request.app.state.pages)


InjectedPages = Annotated[Pages, Depends(pages_of)]
