"""Which addresses a sign-in tries: what the user gave, or where autodiscover looks for an e-mail address."""

import re
from urllib.parse import urlsplit, urlunsplit

from chassis.errors import Rejected

_EWS = "/EWS/Exchange.asmx"
_HAS_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def ews_url(given: str) -> str:
    """Return the EWS address for what a user typed: all of it, or only a host (and port).

    Raises Rejected for what is no address, bears a user name, or is neither http nor https.
    """
    text = given.strip()
    try:
        parts = urlsplit(text if _HAS_SCHEME.match(text) else f"https://{text}")
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise _no_address() from error
    scheme = parts.scheme.lower()
    if not host or scheme not in {"http", "https"} or "@" in parts.netloc or parts.query or parts.fragment:
        raise _no_address()
    path = _EWS if parts.path.rstrip("/").casefold() in {"", "/ews"} else parts.path
    return urlunsplit((scheme, parts.netloc.lower(), path, "", ""))


def _no_address() -> Rejected:
    return Rejected(
        "validation_error", "server_url must be the address of the server, such as https://mail.example.com"
    )


def domain_of(email: str) -> str:
    """Return the domain of an e-mail address, as DNS wants it. Raises Rejected where it has none."""
    try:
        return email.rpartition("@")[2].strip().rstrip(".").encode("idna").decode().lower()
    except UnicodeError as error:
        raise Rejected("validation_error", "the e-mail address has no valid domain") from error


def autodiscover_hosts(domain: str) -> tuple[str, ...]:
    """Return where Exchange is asked for its addresses, in this order (MS-OXDISCO 3.1.5.4).

    Not by plain http, which that document has as a third, and never above the domain itself: whoever owned
    `autodiscover.com` was given the passwords of strangers.
    """
    return (domain, f"autodiscover.{domain}")
