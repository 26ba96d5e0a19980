"""Google's errors as ours, decided once by status *and* reason (not every 403 is a rate limit)."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Literal

from googleapiclient.errors import HttpError

from chassis.errors import TandemError
from connector.adapters.providers.wire import retry_after, servers_words, slug
from connector.domain.provider.errors import (
    AlreadyExists,
    CalendarUnavailable,
    Forbidden,
    Missing,
    NeedsReauth,
    PreconditionFailed,
    Rejected,
    ResyncNeeded,
    Throttled,
    Transient,
    WatchRefused,
)

Target = Literal["calendar", "new", "item", "channel"]
"""What a call was about: reading a calendar, creating in it, one item, a push channel."""

_RATE_LIMITS = {
    "rate_limit_exceeded",
    "user_rate_limit_exceeded",
    "quota_exceeded",
    "daily_limit_exceeded",
    "concurrent_limit_exceeded",
    "limit_exceeded",
}
_OUTDATED = {"full_sync_required", "updated_min_too_long_ago"}


def translate(error: HttpError, target: Target) -> TandemError:
    """Return our error for an answer of 300 or more."""
    answer = _Answer(error)
    wait = retry_after(error.resp)
    if answer.status == 429 or (answer.status == 403 and answer.reason in _RATE_LIMITS):
        return Throttled(answer.reason, servers_words(answer.message), retry_after=wait)
    if answer.status >= 500 or answer.status < 400 or answer.status == 408:
        return Transient(answer.reason, servers_words(answer.message), retry_after=wait)
    return _kind(answer, target)(answer.reason, servers_words(answer.message))


class _Answer:
    """Status, reason (as a slug), message and location of an error body, old style or new."""

    def __init__(self, error: HttpError) -> None:
        self.status = int(error.resp.status)
        body = _body(error.content)
        entries = [one for name in ("errors", "details") for one in _entries(body, name) if one.get("reason")]
        first = entries[0] if entries else {}
        self.reason = slug(str(first.get("reason") or f"http_{self.status}"))
        self.message = str(body.get("message") or "")
        self.location = str(first.get("location") or "")


def _kind(answer: _Answer, target: Target) -> type[TandemError]:
    if answer.reason.startswith("push."):
        return WatchRefused
    decide = _BY_STATUS.get(answer.status)
    return decide(answer, target) if decide else Rejected


def _bad_request(answer: _Answer, target: Target) -> type[TandemError]:
    if answer.reason == "channel_id_not_unique":
        return AlreadyExists
    if target == "channel":
        return WatchRefused
    # A page token dies with its sync round: the round begins again.
    return {"syncToken": ResyncNeeded, "pageToken": Transient}.get(answer.location, Rejected)


def _forbidden(answer: _Answer, target: Target) -> type[TandemError]:
    if answer.reason in {"insufficient_permissions", "access_token_scope_insufficient"}:
        return NeedsReauth
    if answer.reason == "access_not_configured":
        return Transient  # the operator's mistake, and no reason to give up anybody's edit
    return {"calendar": CalendarUnavailable, "channel": WatchRefused}.get(target, Forbidden)


def _not_found(_: _Answer, target: Target) -> type[TandemError]:
    return Missing if target == "item" else CalendarUnavailable


def _conflict(answer: _Answer, _: Target) -> type[TandemError]:
    return AlreadyExists if answer.reason in {"duplicate", "already_exists"} else Transient


def _gone(answer: _Answer, target: Target) -> type[TandemError]:
    return ResyncNeeded if answer.reason in _OUTDATED or target == "calendar" else Missing


_BY_STATUS: Mapping[int, Callable[[_Answer, Target], type[TandemError]]] = {
    400: _bad_request,
    401: lambda *_: NeedsReauth,
    403: _forbidden,
    404: _not_found,
    409: _conflict,
    410: _gone,
    412: lambda *_: PreconditionFailed,
}


def _body(content: bytes) -> dict[str, Any]:
    try:
        body = json.loads(content)
    except ValueError:
        return {}
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}


def _entries(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    entries = body.get(name)
    return [one for one in entries if isinstance(one, dict)] if isinstance(entries, list) else []
