"""The pages for people: the consent page, and each account's calendars to see and edit."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Protocol

from jinja2 import Environment, FunctionLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse


class Holder(Protocol):
    """An account, as the pages name it."""

    @property
    def email(self) -> str:
        """The address."""

    @property
    def name(self) -> str:
        """The name."""


@dataclass(frozen=True, slots=True)
class Brand:
    """How a provider calls itself."""

    company: str
    calendar: str
    accounts: str


@dataclass(frozen=True, slots=True)
class Line:
    """An event on the page; `start` is local, as `datetime-local` fields write it."""

    id: str
    title: str
    start: str
    minutes: int
    all_day: bool
    in_series: bool
    guests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """A calendar on the page."""

    id: str
    name: str
    about: tuple[str, ...]
    writable: bool
    lines: Sequence[Line]


def _template(name: str) -> str:
    return (files("simulators.frame.http") / "templates" / name).read_text("utf-8")


class Pages:
    """The pages in a provider's name."""

    def __init__(self, brand: Brand) -> None:
        """`brand` is on all of them."""
        self._brand = brand
        self._templates = Environment(
            loader=FunctionLoader(_template),
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
        )

    def consent(self, asked: dict[str, str], accounts: Sequence[Holder], path: str) -> HTMLResponse:
        """Let the person choose an account: the query travels on as hidden fields, back to `path`."""
        hint = asked.get("login_hint", "").lower()
        return self._render("consent.html", asked=asked, accounts=accounts, hint=hint, action=path)

    def problem(self, problem: str) -> HTMLResponse:
        """The "Access blocked" page."""
        return self._render("problem.html", 400, problem=problem)

    def home(
        self,
        accounts: Sequence[Holder],
        chosen: Holder | None,
        calendars: Sequence[Shown],
        mails: Sequence[dict[str, Any]],
    ) -> HTMLResponse:
        """All accounts, and the calendars of the chosen one."""
        return self._render("home.html", accounts=accounts, chosen=chosen, calendars=calendars, mails=mails)

    def _render(self, name: str, status: int = 200, **content: object) -> HTMLResponse:
        return HTMLResponse(self._templates.get_template(name).render(brand=self._brand, **content), status)
