"""Why a login was not taken, for the user who typed it: the code, the field it is about, and words (A4). Pure."""

from collections.abc import Mapping

from chassis.errors import NeedsUser, TandemError
from connector.domain.connection.settings_change import SettingRefused
from connector.domain.provider.errors import NeedsReauth

_BY_CODE: Mapping[str, tuple[str, str]] = {
    "account_mismatch": ("account_mismatch", "email"),
    "certificate_invalid": ("certificate_invalid", "server_url"),
    "exchange_online": ("server_not_allowed", "server_url"),
    "forbidden": ("server_unreachable", "server_url"),
    "server_not_allowed": ("server_not_allowed", "server_url"),
    "unsupported_sign_in": ("unsupported_sign_in", "server_url"),
    "validation_error": ("validation_error", "server_url"),
}
"""The code and the field that the user is told, by the code of what verifying raised."""


def login_refusal(error: TandemError) -> SettingRefused:
    """Return the refusal for what verifying a login raised."""
    if isinstance(error, NeedsReauth):
        return SettingRefused("invalid_credentials", "password", error.detail)
    if error.code in _BY_CODE:
        return SettingRefused(*_BY_CODE[error.code], error.detail)
    if isinstance(error, NeedsUser):
        return SettingRefused("no_calendar", "email", error.detail)
    return SettingRefused("server_unreachable", "server_url", error.detail)
