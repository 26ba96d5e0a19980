"""Saves one setting from its form; another window's change of the same setting is not overwritten."""

from collections.abc import Collection

from fastapi import Request

from chassis.web.auth import Identity
from chassis.web.forms import Form, first
from chassis.web.preconditions import etag
from chassis.web.problems import Problem
from connector.domain.connection.settings_change import SettingRefused, SettingsChange
from connector.domain.model.connection import Connection
from connector.entrypoints.http.pages.fields import FieldRefused, SettingName, change_of, written
from connector.entrypoints.http.pages.showing import PreferencesPage
from connector.entrypoints.http.pages.view import Removal
from connector.entrypoints.http.responses import own_view

_TRIES = 5


async def save(
    page: PreferencesPage, request: Request, identity: Identity, name: SettingName, form: Form
) -> Removal | None:
    """Save a setting; return what it would take away where the user has not said yes to that yet.

    FieldRefused where it cannot be saved. What a form has seen of the setting must still be so; the other settings
    may have changed meanwhile.
    """
    connection = await page.live(identity)
    for _ in range(_TRIES):
        active = await page.services.connections.types.of(connection.company_id)
        change = change_of(name, form, active)
        await _check_seen(page, connection, name, form)
        if first(form, "confirmed") != "yes" and (
            removal := await page.removals.by_change(request, connection, name, change, active)
        ):
            return removal
        if await _stored(page, connection, name, change):
            return None
        connection = await page.live(identity)
    raise FieldRefused("changed_elsewhere")


async def _check_seen(page: PreferencesPage, connection: Connection, name: SettingName, form: Form) -> None:
    seen = first(form, "seen", "?")
    if seen != written(await own_view(page.services, connection), name):
        raise FieldRefused("changed_elsewhere")


async def _stored(page: PreferencesPage, connection: Connection, name: SettingName, change: SettingsChange) -> bool:
    """Store a change; False where the settings have changed since they were looked at."""
    version = etag(connection.settings_version)
    try:
        await page.services.connections.change_settings(connection, change.given(), version)
    except SettingRefused as refusal:
        raise FieldRefused(refusal.code if refusal.code == "two_way_only" else f"invalid_{name}") from None
    except Problem as problem:
        if problem.code == "stale_version":
            return False
        if problem.status == 409:
            raise FieldRefused("not_now") from None
        raise
    return True


def chosen_in(form: Form, name: SettingName) -> Collection[str]:
    """Return the values that a form holds for a setting."""
    return frozenset(form.get(name, ()))
