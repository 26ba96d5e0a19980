"""`/v1/connections`: connect, look, change, resync, confirm, sign in anew, stop."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from httpx import URL

from chassis.errors import Rejected
from chassis.web.auth import CurrentIdentity, Identity
from chassis.web.idempotency import IdempotencyKey
from chassis.web.pagination import DEFAULT_LIMIT, CursorQuery, LimitQuery, Page, by_id
from chassis.web.problems import problem_responses
from connector.adapters.oauth import BEGIN_PATH
from connector.domain.connection.settings_change import SettingRefused, SettingsChange
from connector.domain.model.connection import Connection
from connector.entrypoints.http.logins import check_login, first_candidate, secret
from connector.entrypoints.http.requests import ConfirmRequest, ConnectRequest, NoFields, ReauthorizeRequest
from connector.entrypoints.http.responses import answer, json_answer, refusal, view_for
from connector.entrypoints.http.services import IfMatch, InjectedServices, Services
from connector.entrypoints.http.sign_in_cookie import bind
from connector.entrypoints.http.views import CalendarList, CalendarView, ConnectionView, StatusView
from contracts.connections import Remove

router = APIRouter(prefix="/v1/connections", tags=["connections"])

_CURSOR = by_id("connections")


@router.post("", status_code=201, response_model=ConnectionView, responses=problem_responses(401, 409, 422))
async def connect(
    body: ConnectRequest,
    identity: CurrentIdentity,
    services: InjectedServices,
    request: Request,
    _key: IdempotencyKey = None,
) -> Response:
    """Connect a calendar account (A4): the user signs in at `authorization_url`, or has given a password for exchange.

    A password is tried before anything is stored.
    """
    without_secret = body.model_dump_json().encode() if body.password else None
    create = partial(_open, services, identity, body)
    return await services.idempotency.run(request, identity, create, known_by=without_secret)


async def _open(services: Services, identity: Identity, body: ConnectRequest, connection_id: str) -> Response:
    connections = services.connections
    try:
        fresh = await connections.prepared(identity, connection_id, body.provider, body.email, body.given_settings())
        if not check_login(body, by_password=connections.access.takes_passwords(fresh.provider)):
            return await _signing_in(services, await connections.store(fresh), identity, 201)
        await connections.check_free(fresh)
        verified = await services.passwords.verified(fresh, first_candidate(body))
    except Rejected as error:
        raise refusal(error) from error
    connection = await services.passwords.keep(await connections.store(fresh), verified)
    return await answer(services, connection, 201)


@router.get("", responses=problem_responses(401, 422))
async def list_connections(
    identity: CurrentIdentity, services: InjectedServices, limit: LimitQuery = DEFAULT_LIMIT, cursor: CursorQuery = None
) -> Page[ConnectionView | StatusView]:
    """List one's own connections; an administrator sees how all of the company's stand."""
    found = await services.connections.listed(identity, limit + 1, _CURSOR.decode(cursor))
    shown, more = _CURSOR.page(found, limit, lambda connection: (connection.id,))
    items = [await view_for(services, identity, connection) for connection in shown]
    return Page(items=items, next_cursor=more)


@router.get("/{connection_id}", response_model=ConnectionView | StatusView, responses=problem_responses(401, 404))
async def get_connection(connection_id: str, identity: CurrentIdentity, services: InjectedServices) -> Response:
    """Return one connection."""
    connection = await services.connections.visible(identity, connection_id)
    return json_answer(await view_for(services, identity, connection), connection)


@router.get("/{connection_id}/calendars", responses=problem_responses(401, 404, 409))
async def list_calendars(connection_id: str, identity: CurrentIdentity, services: InjectedServices) -> CalendarList:
    """List the account's calendars, and why some cannot be selected (A5)."""
    connection = await services.connections.own(identity, connection_id)
    found = await services.connections.calendars(connection)
    return CalendarList(items=tuple(CalendarView.model_validate(one, from_attributes=True) for one in found))


@router.patch("/{connection_id}", response_model=ConnectionView, responses=problem_responses(401, 404, 409, 412, 422))
async def change_connection(
    connection_id: str,
    body: SettingsChange,
    identity: CurrentIdentity,
    services: InjectedServices,
    if_match: IfMatch = None,
) -> Response:
    """Change settings; each applies from now on (C4)."""
    connection = await services.connections.own(identity, connection_id)
    try:
        return await answer(services, await services.connections.change_settings(connection, body.given(), if_match))
    except SettingRefused as error:
        raise refusal(error) from error


@router.post(
    "/{connection_id}/resync",
    status_code=202,
    response_model=ConnectionView,
    responses=problem_responses(401, 404, 409, 422),
)
async def resync(
    connection_id: str, identity: CurrentIdentity, services: InjectedServices, _body: NoFields | None = None
) -> Response:
    """Read both sides anew and merge (K4)."""
    connection = await services.connections.own(identity, connection_id)
    return await answer(services, await services.connections.resync(connection), 202)


@router.post(
    "/{connection_id}/confirm",
    status_code=202,
    response_model=ConnectionView,
    responses=problem_responses(401, 404, 409, 422),
)
async def confirm(
    connection_id: str, body: ConfirmRequest, identity: CurrentIdentity, services: InjectedServices
) -> Response:
    """Answer a brake (H4)."""
    connection = await services.connections.own(identity, connection_id)
    return await answer(services, await services.connections.confirm(connection, body.brake_id, body.action), 202)


@router.post(
    "/{connection_id}/reauthorize", response_model=ConnectionView, responses=problem_responses(401, 404, 409, 422)
)
async def reauthorize(
    connection_id: str, identity: CurrentIdentity, services: InjectedServices, body: ReauthorizeRequest | None = None
) -> Response:
    """Return a new `authorization_url`, for a grant that is gone or a sign-in that was not finished.

    For exchange a password is given instead. It is tried first, and parked work goes on at once where it is taken.
    """
    connection = await services.connections.own_live(identity, connection_id)
    given = body or ReauthorizeRequest()
    try:
        if not check_login(given, by_password=services.connections.access.takes_passwords(connection.provider)):
            return await _signing_in(services, connection, identity, 200)
        candidate = await services.passwords.candidate(connection, secret(given), given.username, given.server_url)
        verified = await services.passwords.verified(connection, candidate)
    except Rejected as error:
        raise refusal(error) from error
    return await answer(services, await services.passwords.keep(connection, verified))


async def _signing_in(services: Services, connection: Connection, identity: Identity, status: int) -> Response:
    """Begin a sign-in and return the connection with the address where it goes on."""
    begun = await services.states.begin(connection, identity)
    query = URL(services.sign_in.provider_url(begun, connection)).query.decode()
    response = await answer(services, connection, status, f"{services.public_url}{BEGIN_PATH}?{query}")
    bind(response, begun, services)
    return response


@router.delete(
    "/{connection_id}", status_code=202, response_model=ConnectionView, responses=problem_responses(401, 404, 422)
)
async def stop(
    connection_id: str,
    identity: CurrentIdentity,
    services: InjectedServices,
    remove: Annotated[Remove, Query()] = "none",
) -> Response:
    """Stop a connection; `stopping` until what is to be removed is removed (K1)."""
    connection = await services.connections.own(identity, connection_id)
    return await answer(services, await services.connections.stop(connection, remove), 202)
