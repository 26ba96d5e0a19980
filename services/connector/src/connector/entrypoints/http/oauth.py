"""`/v1/oauth`: the way to the provider's consent page, and where the provider sends the user's browser back to."""

from typing import Annotated
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from chassis.errors import Transient
from chassis.pages.rendering import InjectedPages
from chassis.web.problems import Problem, problem_responses, unavailable
from connector.adapters.collections import OAuthState
from connector.adapters.oauth import BEGIN_PATH, CALLBACK_PATH, known_error
from connector.application.connections.sign_in_states import SignInFailed
from connector.entrypoints.http.services import InjectedServices, Services
from connector.entrypoints.http.sign_in_cookie import bind, is_bound, unbind
from connector.entrypoints.http.sign_in_page import asking_page

PAGE = "/calendar-sync"

router = APIRouter(tags=["sign-in"])

Text = Annotated[str | None, Query(max_length=4096)]
_REFUSALS = problem_responses(400, 403)
_STATUS = {"invalid_state": 400, "forbidden": 403}


@router.get(
    BEGIN_PATH, response_class=HTMLResponse, responses=_REFUSALS | {302: {"description": "On to the provider's page"}}
)
async def begin(request: Request, services: InjectedServices, pages: InjectedPages, state: Text = None) -> Response:
    """Show who asks for what, then lead to the provider; who is known to have begun, and a program, go on at once."""
    try:
        begun = await services.states.pending(state)
        if await is_bound(request, begun, services.states) or not _is_browser(request):
            return await _on(request, services, begun, 302)
        return asking_page(request, pages, begun, await services.sign_in.connection(begun))
    except SignInFailed as failure:
        return _failed(request, failure)


@router.post(BEGIN_PATH, status_code=303, response_class=RedirectResponse, responses=_REFUSALS)
async def agree(request: Request, services: InjectedServices, state: Text = None) -> Response:
    """Take the answer of our own page (another site's form is refused) and lead to the provider."""
    try:
        begun = await services.states.pending(state)
        await is_bound(request, begun, services.states)
        if not _is_ours(request, services):
            raise SignInFailed("forbidden", "this form is not the one of our page")
        return await _on(request, services, begun, 303)
    except SignInFailed as failure:
        return _failed(request, failure)


@router.get(CALLBACK_PATH, status_code=303, response_class=RedirectResponse, responses=problem_responses(400, 403, 422))
async def callback(
    request: Request, services: InjectedServices, state: Text = None, code: Text = None, error: Text = None
) -> Response:
    """Finish a sign-in and go on to the preferences page; refused unless it is who began that comes back."""
    sign_in = services.sign_in
    try:
        return await _finish(request, services, await services.states.pending(state), code, error)
    except SignInFailed as failure:
        if failure.connection_id:
            await sign_in.note_failure(failure.connection_id, failure.code, failure.detail)
        return _failed(request, failure)
    except Transient as failure:
        raise unavailable("the provider does not answer; please sign in again") from failure


async def _on(request: Request, services: Services, begun: OAuthState, status: int) -> Response:
    """Lead to the provider, and bind the sign-in to the browser that goes there."""
    connection = await services.sign_in.connection(begun)
    url = services.sign_in.provider_url(begun, connection, dict(request.query_params))
    response = RedirectResponse(url, status, headers={"Cache-Control": "no-store", "Referrer-Policy": "same-origin"})
    bind(response, begun, services)
    return response


async def _finish(
    request: Request, services: Services, begun: OAuthState, code: str | None, error: str | None
) -> Response:
    if not await is_bound(request, begun, services.states):
        raise SignInFailed("forbidden", "not begun here: open authorization_url here, or send the user's token")
    await services.states.use(begun)
    if code is None:
        raise SignInFailed(known_error(error), "the provider did not grant access", begun.connection_id)
    response = _to_page(connection=(await services.sign_in.finish(begun, code)).id)
    unbind(response, begun, services)
    return response


def _is_browser(request: Request) -> bool:
    """Tell whether a person may be looking: browsers say so by `Accept`, and newer ones by Fetch Metadata too."""
    return "text/html" in request.headers.get("accept", "") or "sec-fetch-mode" in request.headers


def _is_ours(request: Request, services: Services) -> bool:
    """Tell whether a form was sent from our own page: browsers name the origin of every form that they post."""
    ours = urlsplit(services.public_url)
    same_site = request.headers.get("sec-fetch-site", "same-origin") == "same-origin"
    return same_site and request.headers.get("origin") == f"{ours.scheme}://{ours.netloc}"


def _to_page(**query: str) -> RedirectResponse:
    return RedirectResponse(f"{PAGE}?{urlencode(query)}", status_code=303)


def _failed(request: Request, failure: SignInFailed) -> Response:
    """Lead a browser to the page; give a program the problem itself."""
    if "text/html" in request.headers.get("accept", ""):
        about = {"connection": failure.connection_id} if failure.connection_id else {}
        return _to_page(**about, problem=failure.code)
    status = _STATUS.get(failure.code, 422)
    raise Problem(status, failure.code, failure.detail, connection_id=failure.connection_id)
