"""Connecting an account from the page, signing in anew, stopping."""

from typing import Any

from fastapi import Response
from pydantic import ValidationError

from chassis.errors import Rejected
from chassis.ids import new_id
from chassis.web.auth import Identity
from chassis.web.forms import Form, first
from chassis.web.problems import Problem
from connector.domain.connection.settings_change import SettingRefused
from connector.domain.model.connection import Connection
from connector.entrypoints.http.logins import first_candidate, secret
from connector.entrypoints.http.pages.showing import PreferencesPage
from connector.entrypoints.http.requests import ConnectRequest, ReauthorizeRequest
from connector.entrypoints.http.sign_in_cookie import bind
from contracts.connections import Provider

_TYPED = ("email", "username", "server_url")


class ConnectingRefused(Exception):  # noqa: N818 - a refusal
    """An account was not connected; `code` says why, `field` beside which field that is said."""

    def __init__(self, code: str, field: str) -> None:
        super().__init__(code)
        self.code, self.field = code, field


def typed(form: Form) -> dict[str, str]:
    """Return what was typed, to be shown again; never the password."""
    return {name: first(form, name).strip() for name in _TYPED}


async def connect(page: PreferencesPage, identity: Identity, provider: Provider, form: Form) -> Response:
    """Connect an account and lead on: to the way to the provider, or to the page. ConnectingRefused."""
    body = _request(ConnectRequest, form, provider=provider)
    services = page.services
    by_password = services.connections.access.takes_passwords(provider) if provider in _offered(page) else False
    if by_password and body.password is None:
        raise ConnectingRefused("password_missing", "password")
    try:
        fresh = await services.connections.prepared(identity, new_id(), provider, body.email, {})
        if not by_password:
            return await to_sign_in(page, await services.connections.store(fresh), identity)
        await services.connections.check_free(fresh)
        verified = await services.passwords.verified(fresh, first_candidate(body))
        await services.passwords.keep(await services.connections.store(fresh), verified)
    except Rejected as refusal:
        raise _refused(refusal) from None
    except Problem as problem:
        if problem.code != "connection_exists":
            raise
    return page.home("status")


async def sign_in_anew(page: PreferencesPage, identity: Identity, connection: Connection, form: Form) -> Response:
    """Sign in anew and lead on. ConnectingRefused."""
    services = page.services
    if not services.connections.access.takes_passwords(connection.provider):
        return await to_sign_in(page, connection, identity)
    body = _request(ReauthorizeRequest, form)
    if body.password is None:
        raise ConnectingRefused("password_missing", "password")
    try:
        candidate = await services.passwords.candidate(connection, secret(body), body.username, body.server_url)
        await services.passwords.keep(connection, await services.passwords.verified(connection, candidate))
    except Rejected as refusal:
        raise _refused(refusal) from None
    return page.home("status")


async def to_sign_in(page: PreferencesPage, connection: Connection, identity: Identity) -> Response:
    """Begin a sign-in and lead to our page with the link to the provider: a form must not lead to another site."""
    begun = await page.services.states.begin(connection, identity)
    response = page.home()
    response.headers["Location"] = f"{page.pages.home}/sign-in?state={begun.id}"
    bind(response, begun, page.services)
    return response


def _offered(page: PreferencesPage) -> Any:  # noqa: ANN401 - a mapping by provider
    return page.services.connections.access.kits


def _request(kind: Any, form: Form, **known: str) -> Any:  # noqa: ANN401 - a model that pydantic checks
    names = ("email", "password", "username", "server_url")
    given = {name: first(form, name) for name in names if first(form, name).strip() and name in kind.model_fields}
    try:
        return kind.model_validate(given | known)
    except ValidationError as error:
        field = str(error.errors(include_input=False, include_url=False)[0]["loc"][0])
        raise ConnectingRefused(f"invalid_{field}", field) from None


def _refused(refusal: Rejected) -> ConnectingRefused:
    field = refusal.field if isinstance(refusal, SettingRefused) else "email"
    return ConnectingRefused(refusal.code, field)
