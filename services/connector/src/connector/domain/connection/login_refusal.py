"""Why a login was not taken, for the user who typed it: the code, the field it is about, and words (A4). Pure."""

from chassis.errors import NeedsUser, Rejected, TandemError, Transient
from connector.domain.connection.settings_change import SettingRefused
from connector.domain.provider.errors import NeedsReauth

_NOT_ALLOWED = {"server_not_allowed", "exchange_online"}


def login_refusal(error: TandemError) -> SettingRefused:
    """Return the refusal for what verifying a login raised."""
    if isinstance(error, NeedsReauth):
        return SettingRefused("invalid_credentials", "password", error.detail)
    if error.code in _NOT_ALLOWED:
        return SettingRefused("server_not_allowed", "server_url", error.detail)
    if error.code == "certificate_invalid":
        return SettingRefused("certificate_invalid", "server_url", error.detail)
    if isinstance(error, Transient) or error.code == "forbidden":
        return SettingRefused("server_unreachable", "server_url", error.detail)
    if isinstance(error, NeedsUser):
        return SettingRefused("no_calendar", "email", error.detail)
    code = error.code if error.code == "validation_error" and isinstance(error, Rejected) else "server_unreachable"
    return SettingRefused(code, "server_url", error.detail)
