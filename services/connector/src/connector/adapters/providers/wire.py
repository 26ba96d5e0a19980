"""What all providers' calls have in common: a token that is renewed once, how long to wait, words as slugs of ours."""

import re
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime

import httpx

from chassis.errors import Transient
from connector.adapters.providers.keep_alive import LOST, is_read
from connector.domain.provider.errors import ConnectionLost
from connector.domain.provider.port import Access

_LONGEST_CODE, _LONGEST_WORDS, _LONGEST_READ = 64, 200, 4_096
_NO_CODE = re.compile(r"[^a-z0-9_.]+")
_MARKUP = re.compile(r"<[^<>]*>")

Build = Callable[[str], httpx.Request]
"""Makes the request that bears a token."""


async def send_authorised(http: httpx.AsyncClient, access: Access, build: Build, whom: str) -> httpx.Response:
    """Return the answer to a request, with a newer token where the first is refused. Raises Transient without one."""
    answer = await _send(http, build(await access.token()), whom)
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        answer = await _send(http, build(await access.renew()), whom)
    return answer


async def _send(http: httpx.AsyncClient, request: httpx.Request, whom: str) -> httpx.Response:
    try:
        return await http.send(request)
    except httpx.TimeoutException as error:
        raise Transient("timeout", f"{whom} did not answer in time") from error
    except LOST as error:
        known = is_read(request)
        raise (Transient if known else ConnectionLost)("connection_failed", type(error).__name__) from error
    except httpx.RequestError as error:
        raise Transient("connection_failed", type(error).__name__) from error


def broken_answer(detail: str) -> Transient:
    """Return the error for an answer that is not the provider's: HTML of a proxy, half a body."""
    return Transient("broken_answer", detail)


def slug(word: str) -> str:
    """`rateLimitExceeded` and `RATE_LIMIT_EXCEEDED` alike are `rate_limit_exceeded`; no code is longer than 64."""
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", word[:_LONGEST_CODE]).lower()
    return _NO_CODE.sub("_", parts)[:_LONGEST_CODE]


def servers_words(message: str) -> str:
    """Return what a server says of an error as we may show it: one short line, as its own word and no markup.

    Users and operators read it, and the server may be anybody's (Exchange), or send a proxy's page.
    """
    text = _MARKUP.sub(" ", message[:_LONGEST_READ])
    words = " ".join("".join(one if one.isprintable() and one not in "<>" else " " for one in text).split())
    if len(words) > _LONGEST_WORDS:
        words = f"{words[: _LONGEST_WORDS - 1].rstrip()}…"
    return f"the server says: “{words}”" if words else ""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of Retry-After; a date counts from the answer's own Date (RFC 9110 10.2.3)."""
    given, now = headers.get("retry-after", ""), headers.get("date", "")
    if given.isdecimal():
        return float(given)
    try:
        return max(0.0, (parsedate_to_datetime(given) - parsedate_to_datetime(now)).total_seconds())
    except (ValueError, TypeError):  # no date, or only one of the two
        return None
