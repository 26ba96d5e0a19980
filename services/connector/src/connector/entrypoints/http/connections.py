"""`/v1/connections`: connect, look, change, resync, confirm, sign in anew, stop."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse

from chassis.clock import Clock
from chassis.errors import NeedsUser, Rejected
from chassis.web.auth import CurrentIdentity, Identity
from chassis.web.idempotency import Idempotency, IdempotencyKey
from chassis.web.pagination import DEFAULT_LIMIT, CursorQuery, LimitQuery, Page, decode_cursor, encode_cursor
from chassis.web.preconditions import etag
from chassis.web.problems import FieldError, Problem, conflict, problem_responses, unprocessable
from connector.application.connections.service import Desk, check_provider
from connector.application.connections.sign_in import SignIn
from connector.application.provider_access import Accounts
from connector.domain.connection.reads import Pace
from connector.domain.connection.settings_change import SettingRefused, SettingsChange
from connector.domain.model.connection import Connection
from connector.domain.provider.port import CalendarInfo
from connector.entrypoints.http.requests import ConfirmRequest, ConnectRequest
from connector.entrypoints.http.views import (
    CalendarList,
    CalendarView,
    ConnectionView,
    StatusView,
    connection_view,
    status_view,
)
from contracts.connections import Remove

IfMatch = Annotated[str | None, Header(alias="If-Match")]


@dataclass(frozen=True)
class ConnectionsApi:
    """The routes' collaborators, and how connections are shown."""

    desk: Desk
    sign_in: SignIn
    accounts: Accounts
    once: Idempotency
    clock: Clock
    pace: Pace

    async def shown(self, connection: Connection, authorization_url: str | None = None) -> ConnectionView:
        """Return the connection as its user sees it."""
        types = await self.desk.types.of(connection.company_id)
        return connection_view(connection, types, self.clock.now(), self.pace, authorization_url)

    async def shown_to(self, identity: Identity, connection: Connection) -> ConnectionView | StatusView:
        """Return all of one's own connection, and how another one stands."""
        if connection.user_id == identity.user_id:
            return await self.shown(connection)
        return status_view(connection, self.clock.now(), self.pace)

    async def answered(
        self, connection: Connection, status: int = 200, authorization_url: str | None = None
    ) -> JSONResponse:
        """Return the connection as an answer with its entity tag."""
        view = await self.shown(connection, authorization_url)
        headers = {"ETag": etag(connection.settings_version)}
        if status == 201:
            headers["Location"] = f"/v1/connections/{connection.id}"
        return JSONResponse(view.model_dump(mode="json"), status, headers)

    async def calendars(self, connection: Connection) -> tuple[CalendarInfo, ...]:
        """Return the account's calendars; 409 before the sign-in."""
        if connection.account_key is None or connection.phase in {"stopping", "stopped"}:
            raise conflict("conflict", "the account is not signed in")
        try:
            return await self.accounts.calendars(connection).calendars()
        except (NeedsUser, Rejected) as error:
            raise conflict(error.code, error.detail or "the account cannot be read") from error


def refused(error: Rejected) -> Problem:
    """Return a refusal of the rules as a problem, with the field it is about."""
    field = error.field if isinstance(error, SettingRefused) else None
    errors = [FieldError(field=field, message=error.detail)] if field else []
    return unprocessable(error.code, error.detail, errors=errors)


async def _check_calendar(api: ConnectionsApi, connection: Connection, given: dict[str, object]) -> None:
    """Refuse a calendar that cannot be synced (A5); before the sign-in it is checked when the account is known."""
    wanted = given.get("calendar_id")
    if wanted is None or wanted == connection.settings.calendar_id or connection.account_key is None:
        return
    found = next((one for one in await api.calendars(connection) if one.id == wanted), None)
    if found is None or not found.selectable:
        reason = found.reason if found and found.reason else "the account has no such calendar"
        raise refused(SettingRefused("validation_error", "calendar_id", reason))


def connection_routes(api: ConnectionsApi) -> APIRouter:  # noqa: C901, PLR0915 - one route after the other, none with logic
    """Return the routes."""
    router = APIRouter(prefix="/v1/connections", tags=["connections"])

    @router.post("", status_code=201, response_model=ConnectionView, responses=problem_responses(401, 409, 422))
    async def connect(
        body: ConnectRequest,
        identity: CurrentIdentity,
        request: Request,
        key: IdempotencyKey = None,  # noqa: ARG001 - read by `once`; declared for OpenAPI
    ) -> Response:
        """Connect a calendar account; the user signs in at `authorization_url` (A4)."""

        async def create(connection_id: str) -> Response:
            try:
                provider = check_provider(body.provider, api.accounts.kits)
                given = body.settings()
                connection = await api.desk.open(identity, connection_id, provider, body.email, given)
            except Rejected as error:
                raise refused(error) from error
            return await api.answered(connection, 201, await api.sign_in.begin(connection))

        return await api.once.run(request, identity, create)

    @router.get("", responses=problem_responses(401, 422))
    async def list_connections(
        identity: CurrentIdentity, limit: LimitQuery = DEFAULT_LIMIT, cursor: CursorQuery = None
    ) -> Page[ConnectionView | StatusView]:
        """List one's own connections; an administrator sees how all of the company's stand."""
        where = {"company_id": identity.company_id}
        if not identity.is_admin:
            where["user_id"] = identity.user_id
        documents = api.desk.connections.documents
        found = await documents.find(where, limit=limit + 1, after=decode_cursor(cursor))
        more = encode_cursor(documents.position(found[limit - 1])) if len(found) > limit else None
        items = [await api.shown_to(identity, connection) for connection in found[:limit]]
        return Page(items=items, next_cursor=more)

    @router.get("/{connection_id}", response_model=ConnectionView | StatusView, responses=problem_responses(401, 404))
    async def get_connection(connection_id: str, identity: CurrentIdentity) -> Response:
        """Return one connection."""
        connection = await api.desk.visible(identity, connection_id)
        view = await api.shown_to(identity, connection)
        headers = {"ETag": etag(connection.settings_version)}
        return JSONResponse(view.model_dump(mode="json"), headers=headers)

    @router.get("/{connection_id}/calendars", responses=problem_responses(401, 404, 409))
    async def list_calendars(connection_id: str, identity: CurrentIdentity) -> CalendarList:
        """List the account's calendars, and why some cannot be selected (A5)."""
        connection = await api.desk.own(identity, connection_id)
        fields = set(CalendarView.model_fields)
        found = await api.calendars(connection)
        return CalendarList(items=tuple(CalendarView(**{name: getattr(one, name) for name in fields}) for one in found))

    @router.patch(
        "/{connection_id}", response_model=ConnectionView, responses=problem_responses(401, 404, 409, 412, 422)
    )
    async def change_connection(
        connection_id: str, body: SettingsChange, identity: CurrentIdentity, if_match: IfMatch = None
    ) -> Response:
        """Change settings; each applies from now on (C4)."""
        connection = await api.desk.own(identity, connection_id)
        given = body.given()
        await _check_calendar(api, connection, given)
        try:
            return await api.answered(await api.desk.change_settings(connection, given, if_match))
        except SettingRefused as error:
            raise refused(error) from error

    @router.post(
        "/{connection_id}/resync",
        status_code=202,
        response_model=ConnectionView,
        responses=problem_responses(401, 404, 409),
    )
    async def resync(connection_id: str, identity: CurrentIdentity) -> Response:
        """Read both sides anew and merge (K4)."""
        connection = await api.desk.own(identity, connection_id)
        return await api.answered(await api.desk.resync(connection), 202)

    @router.post(
        "/{connection_id}/confirm",
        status_code=202,
        response_model=ConnectionView,
        responses=problem_responses(401, 404, 409, 422),
    )
    async def confirm(connection_id: str, body: ConfirmRequest, identity: CurrentIdentity) -> Response:
        """Answer a brake (H4)."""
        connection = await api.desk.own(identity, connection_id)
        return await api.answered(await api.desk.confirm(connection, body.brake_id, body.action), 202)

    @router.post(
        "/{connection_id}/reauthorize", response_model=ConnectionView, responses=problem_responses(401, 404, 409)
    )
    async def reauthorize(connection_id: str, identity: CurrentIdentity) -> Response:
        """Return a new `authorization_url`, for a grant that is gone or a sign-in that was not finished."""
        connection = await api.desk.own(identity, connection_id)
        if connection.phase in {"stopping", "stopped"}:
            raise conflict("conflict", f"the connection is {connection.phase}")
        return await api.answered(connection, 200, await api.sign_in.begin(connection))

    @router.delete(
        "/{connection_id}", status_code=202, response_model=ConnectionView, responses=problem_responses(401, 404, 422)
    )
    async def stop(
        connection_id: str, identity: CurrentIdentity, remove: Annotated[Remove, Query()] = "none"
    ) -> Response:
        """Stop a connection; `stopping` until what is to be removed is removed (K1)."""
        connection = await api.desk.own(identity, connection_id)
        return await api.answered(await api.desk.stop(connection, remove), 202)

    return router
