"""How connections are answered over HTTP: which view the caller gets, and the headers beside it."""

from fastapi.responses import JSONResponse

from chassis.errors import Rejected
from chassis.web.auth import Identity
from chassis.web.preconditions import etag
from chassis.web.problems import FieldError, Problem, unprocessable
from connector.domain.connection.settings_change import SettingRefused
from connector.domain.model.connection import Connection
from connector.entrypoints.http.services import Services
from connector.entrypoints.http.views import ConnectionView, StatusView, connection_view, status_view


async def own_view(services: Services, connection: Connection, authorization_url: str | None = None) -> ConnectionView:
    """Return the connection as its user sees it."""
    types = await services.connections.types.of(connection.company_id)
    return connection_view(connection, types, services.clock.now(), services.policy, authorization_url)


async def view_for(services: Services, identity: Identity, connection: Connection) -> ConnectionView | StatusView:
    """Return all of the caller's own connection, and only the status of somebody else's."""
    if connection.user_id == identity.user_id:
        return await own_view(services, connection)
    return status_view(connection, services.clock.now(), services.policy)


async def answer(
    services: Services, connection: Connection, status: int = 200, authorization_url: str | None = None
) -> JSONResponse:
    """Return the caller's own connection with its entity tag, and with its address where it is new."""
    view = await own_view(services, connection, authorization_url)
    location = {"Location": f"/v1/connections/{connection.id}"} if status == 201 else {}
    return json_answer(view, connection, status, location)


def json_answer(
    view: ConnectionView | StatusView, connection: Connection, status: int = 200, headers: dict[str, str] | None = None
) -> JSONResponse:
    """Return a view with its entity tag, which is the version of the settings."""
    tag = {"ETag": etag(connection.settings_version)}
    return JSONResponse(view.model_dump(mode="json"), status, tag | (headers or {}))


def refusal(error: Rejected) -> Problem:
    """Return a refusal of the rules as a problem, with the field it is about."""
    field = error.field if isinstance(error, SettingRefused) else None
    errors = [FieldError(field=field, message=error.detail)] if field else []
    return unprocessable(error.code, error.detail, errors=errors)
