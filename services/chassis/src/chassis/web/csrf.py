"""Requests that another site makes a browser send (CSRF): refused wherever the session cookie says who is calling.

A token proves that the request comes from a page of ours: it is made from the session cookie, which no other site can
read. Beside it browsers say themselves where a request comes from (Fetch Metadata, `Origin`). Requests with a bearer
token are exempt: no browser sends that by itself.
"""

import hmac
from hashlib import sha256
from urllib.parse import urlsplit

from fastapi import Request

from chassis.web.forms import first, read_form
from chassis.web.problems import Problem

CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf_token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def csrf_token(session: str) -> str:
    """Return the token of a session, known only to who holds its cookie."""
    return hmac.new(session.encode(), b"tandem csrf token v1", sha256).hexdigest()


def is_same_origin(request: Request) -> bool:
    """Tell whether a browser says that a page of this very origin sent the request; true where it says nothing."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


async def check_csrf(request: Request, session: str) -> None:
    """Raise 403 unless a request that changes something comes from a page of this session."""
    if request.method in _SAFE:
        return
    given = request.headers.get(CSRF_HEADER) or first(await read_form(request), CSRF_FIELD)
    if not is_same_origin(request) or not hmac.compare_digest(given.encode(), csrf_token(session).encode()):
        raise Problem(403, "cross_site_request", "the request does not come from a page of this session; reload it")
