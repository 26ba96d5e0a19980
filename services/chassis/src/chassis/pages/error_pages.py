"""What a browser sees of a refusal or a defect: a page that says what to do, in place of problem+json."""

from collections.abc import Mapping

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pymongo.errors import PyMongoError
from starlette.exceptions import HTTPException

from chassis.errors import Transient
from chassis.pages.rendering import Pages
from chassis.web.problem_handlers import handle, log, to_problem
from chassis.web.problems import Problem

_FRAGMENT = {"HX-Retarget": "#problem", "HX-Reswap": "innerHTML"}
"""HTMX swaps in refusals too: they go into the place that every page has for them, never over what was refused."""


def is_fragment(request: Request) -> bool:
    """Tell whether HTMX asks for a part of a page."""
    return "hx-request" in request.headers


def install_error_pages(app: FastAPI, pages: Pages) -> None:
    """Answer errors of the pages as pages, those of the API as problem+json."""

    async def answer(request: Request, error: Exception) -> Response:
        if not pages.serves(request.url.path):
            return await handle(request, error)
        problem = to_problem(error)
        if problem.status >= 500:
            log.warning("page_failed", status=problem.status, error=repr(error))
        return problem_page(pages, request, problem)

    for kind in (Problem, RequestValidationError, HTTPException, Transient, PyMongoError, Exception):
        app.add_exception_handler(kind, answer)


def problem_page(pages: Pages, request: Request, problem: Problem) -> Response:
    """Return a problem as a page, or as a part of one."""
    fragment = is_fragment(request)
    template = "problem_fragment.html" if fragment else "problem_page.html"
    headers = {**problem.headers, **(_fragment_headers(problem) if fragment else {})}
    return pages.answer(request, template, status=problem.status, headers=headers, problem=problem)


def _fragment_headers(problem: Problem) -> Mapping[str, str]:
    """Return where the part goes. Who is signed out gets the whole page anew, which says so and asks no more."""
    return {"HX-Refresh": "true"} if problem.status == 401 else _FRAGMENT
