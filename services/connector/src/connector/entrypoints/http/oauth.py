"""`/v1/oauth/callback`: where the provider sends the user's browser back to; and the page it then shows."""

from html import escape
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from chassis.errors import Transient
from chassis.web.auth import optional_identity
from chassis.web.problems import Problem, forbidden, problem_responses, unavailable
from connector.adapters.oauth import CALLBACK_PATH
from connector.application.connections.sign_in import SignIn, SignInFailed
from connector.entrypoints.http.services import InjectedServices

PAGE = "/calendar-sync"

router = APIRouter(tags=["sign-in"])

Text = Annotated[str | None, Query(max_length=4096)]


@router.get(CALLBACK_PATH, status_code=303, response_class=RedirectResponse, responses=problem_responses(400, 403, 422))
async def callback(
    request: Request, services: InjectedServices, state: Text = None, code: Text = None, error: Text = None
) -> Response:
    """Finish a sign-in and go on to the preferences page."""
    sign_in = services.sign_in
    try:
        return _to_page(connection=await _finish(sign_in, request, state, code, error))
    except SignInFailed as failure:
        if failure.connection_id and failure.code != "invalid_state":
            await sign_in.note_failure(failure.connection_id, failure.code, failure.detail)
        return _failed(request, failure)
    except Transient as failure:
        raise unavailable("the provider does not answer; please sign in again") from failure


@router.get(PAGE, response_class=HTMLResponse, include_in_schema=False)
async def page(connection: Text = None, problem: Text = None) -> HTMLResponse:
    """Show how a sign-in ended."""
    words = f"The sign-in did not succeed: {problem}." if problem else "The calendar account is connected."
    about = f"<p>Connection: {escape(connection)}</p>" if connection else ""
    outcome = f"<p>{escape(words)}</p>{about}" if connection or problem else ""
    body = f"<h1>Calendar sync</h1>{outcome}"
    return HTMLResponse(f"<!doctype html><html lang=en><title>Calendar sync</title>{body}</html>")


async def _finish(sign_in: SignIn, request: Request, state: str | None, code: str | None, error: str | None) -> str:
    if state is None:
        raise SignInFailed("invalid_state", "the address holds no state")
    known = await sign_in.use_state(state)
    caller = await optional_identity(request)
    if caller and (caller.company_id, caller.user_id) != (known.company_id, known.user_id):
        raise forbidden("this sign-in was begun by somebody else")
    if code is None:
        reason = error or "no_code"
        raise SignInFailed(reason, "the provider did not grant access", known.connection_id)
    return (await sign_in.finish(known, code)).id


def _to_page(**query: str) -> RedirectResponse:
    return RedirectResponse(f"{PAGE}?{urlencode(query)}", status_code=303)


def _failed(request: Request, failure: SignInFailed) -> Response:
    """Lead a browser to the page; give a program the problem itself."""
    if "text/html" in request.headers.get("accept", ""):
        about = {"connection": failure.connection_id} if failure.connection_id else {}
        return _to_page(**about, problem=failure.code)
    status = 400 if failure.code == "invalid_state" else 422
    raise Problem(status, failure.code, failure.detail, connection_id=failure.connection_id)
