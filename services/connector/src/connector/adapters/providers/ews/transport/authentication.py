"""How a login is proved to a server: Basic (RFC 7617) or NTLM (MS-NTHT), as requests' authentication."""

from requests.auth import AuthBase, HTTPBasicAuth

from connector.domain.provider.login import Login


def authentication(login: Login) -> AuthBase:
    """Return what signs a session's requests; NTLM signs its connection, by a handshake.

    Basic is sent as UTF-8: requests' own choice is Latin-1, in which many passwords cannot be written. An address goes
    to NTLM as a name without a domain.
    """
    if login.auth == "basic":
        return HTTPBasicAuth(login.username.encode(), login.password.encode())
    from connector.adapters.providers.ews.transport.ntlm import NtlmAuth  # noqa: PLC0415 - only where it is needed

    return NtlmAuth(f"\\{login.username}" if "@" in login.username else login.username, login.password)
