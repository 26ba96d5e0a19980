"""Whose certificates are trusted: the public authorities', and those of the operator's own bundle."""

import os
import ssl

import certifi


def trusting(bundle: str | None) -> ssl.SSLContext:
    """Return the one context of a process: each that loads the authorities takes a megabyte and 20 ms.

    As httpx does, `SSL_CERT_FILE` stands in place of certifi's authorities; `bundle` (PEM) comes on top of them.
    """
    context = ssl.create_default_context(cafile=os.environ.get("SSL_CERT_FILE") or certifi.where())
    if bundle:
        context.load_verify_locations(cafile=bundle)
    return context
