"""The fields of a login: only a provider that takes passwords is given them, and then the password is needed."""

from connector.domain.connection.settings_change import SettingRefused
from connector.domain.provider.login import Candidate
from connector.entrypoints.http.requests import LOGIN_FIELDS, ConnectRequest, ReauthorizeRequest


def check_login(body: ConnectRequest | ReauthorizeRequest, *, by_password: bool) -> bool:
    """Tell whether the user signs in by password. SettingRefused where a field is missing, or does not belong."""
    given = [name for name in LOGIN_FIELDS if getattr(body, name) is not None]
    if by_password and body.password is None:
        raise SettingRefused("validation_error", "password", "exchange is signed in to with a password")
    if given and not by_password:
        raise SettingRefused("validation_error", given[0], f"{given[0]} goes with exchange only")
    return by_password


def secret(body: ConnectRequest | ReauthorizeRequest) -> str:
    """Return the password that was given."""
    return body.password.get_secret_value() if body.password else ""


def first_candidate(body: ConnectRequest) -> Candidate:
    """Return the login that a new connection is to be signed in with."""
    return Candidate(body.email, body.username or body.email, secret(body), body.server_url)
