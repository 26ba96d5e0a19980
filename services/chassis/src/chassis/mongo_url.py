"""What may be given to reach the database: what the driver understands in full, and no TLS without verification."""

import ssl
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl

from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri, split_options

_UNVERIFIED: Final = frozenset({"tlsinsecure", "tlsallowinvalidcertificates", "tlsallowinvalidhostnames"})


def check_mongo_url(url: str) -> None:
    """Raise ValueError, without a password in it, where an address is none or gives up the verification of TLS.

    The driver itself only warns of an option that it does not know, so a misspelled `tls` would mean none.
    """
    if not url.startswith(("mongodb://", "mongodb+srv://")):
        raise ValueError("must begin with mongodb:// or mongodb+srv://")
    options = url.partition("?")[2]
    pairs = parse_qsl(options.replace(";", "&"), keep_blank_values=True)
    if off := [name for name, value in pairs if name.lower() in _UNVERIFIED and value.lower() != "false"]:
        raise ValueError(f"TLS without verification is not offered: {', '.join(off)}")
    try:
        if options:
            split_options(options)
    except (PyMongoError, ValueError, TypeError) as error:
        raise ValueError(f"has a wrong option: {error}") from error
    if url.startswith("mongodb+srv://"):
        return  # to understand more of it, the driver would ask the name servers
    try:
        parse_uri(url)
    except (PyMongoError, ValueError) as error:
        # Its message may name parts of a password that is not percent-encoded.
        raise ValueError("is no address of MongoDB: are user and password percent-encoded?") from error


def user_of(url: str) -> str | None:
    """Return the user that an address names, as it is written there."""
    authority = url.partition("://")[2].partition("/")[0].partition("?")[0]
    user, _, host = authority.rpartition("@")
    return user.partition(":")[0] or None if host else None


def check_pem_file(path: Path, *, with_key: bool) -> None:
    """Raise ValueError where a file cannot be read or holds no certificates; `with_key`, one and its key."""
    context = ssl.create_default_context()
    try:
        if with_key:
            context.load_cert_chain(path)
        else:
            context.load_verify_locations(path)
    except OSError as error:  # ssl.SSLError too
        raise ValueError(
            f"must be a readable PEM file: {'a certificate and its key' if with_key else 'certificates'}"
        ) from error
