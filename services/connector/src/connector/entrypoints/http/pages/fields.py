"""The settings as fields of forms: how each is written, and read back."""

from collections.abc import Collection
from typing import Any, Literal, get_args

from pydantic import ValidationError

from chassis.web.forms import Form, first
from connector.domain.connection.settings_change import SettingsChange
from connector.entrypoints.http.views import ConnectionView

SettingName = Literal[
    "calendar_id",
    "direction",
    "inbound_type",
    "outbound_types",
    "include_context",
    "private_events",
    "inbound_visibility",
    "on_event_deleted",
    "backfill",
    "invite_guests",
    "horizon_days",
    "timezone",
]
SETTINGS: tuple[SettingName, ...] = get_args(SettingName)
_SWITCHES = frozenset({"include_context", "invite_guests"})


class FieldRefused(Exception):  # noqa: N818 - a refusal, as the rules say it
    """A field cannot be saved; `code` says why, for the page to word it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def written(view: ConnectionView, name: SettingName) -> str:
    """Return the present value as text: what a form says that it has seen."""
    value = getattr(view, name)
    if name == "outbound_types":
        return ",".join(sorted(value))
    if name in _SWITCHES:
        return "true" if value else "false"
    return "" if value is None else str(value)


def change_of(name: SettingName, form: Form, active: Collection[str]) -> SettingsChange:
    """Return the change that a form asks for; FieldRefused where it is none."""
    try:
        return SettingsChange.model_validate({name: _value(name, form, active)})
    except (ValidationError, ValueError):
        raise FieldRefused(f"invalid_{name}") from None


def _value(name: SettingName, form: Form, active: Collection[str]) -> Any:  # noqa: ANN401 - a setting of any type
    if name in _SWITCHES:
        return first(form, name) == "true"
    if name == "outbound_types":
        chosen = list(form.get(name, ()))
        return None if set(chosen) >= set(active) else chosen
    if name == "horizon_days":
        return int(first(form, name).strip())
    return first(form, name)


def setting_named(name: str) -> SettingName | None:
    """Return the setting of this name, None where there is none."""
    return next((one for one in SETTINGS if one == name), None)
