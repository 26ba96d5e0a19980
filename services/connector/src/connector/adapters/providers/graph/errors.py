"""Graph's errors as ours, decided once by status *and* code."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import httpx

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

Target = Literal["calendar", "changes", "new", "item", "channel"]
"""What a call was about: a calendar as a whole, what changed in it, a new event, one item, a subscription."""

_OUTDATED = {"sync_state_not_found", "sync_state_invalid", "resync_required", "error_invalid_sync_state_data"}
_THROTTLED = {"application_throttled", "too_many_requests", "mailbox_concurrency", "error_server_busy"}
NO_IDS = {"error_invalid_id_malformed", "error_invalid_id"}
"""Codes of what never was an id: nothing can be said of such an event, not even that it is gone."""
_UNKNOWN_IDS = {*NO_IDS, "error_item_not_found"}
_NOT_IMPLEMENTED = 501


def translate(answer: httpx.Response, target: Target) -> TandemError:
    """Return our error for an answer of 300 or more."""
    error, wait = _Refusal(answer), retry_after(answer.headers)
    if error.status == 429 or error.code in _THROTTLED:
        return Throttled(error.code, servers_words(error.message), retry_after=wait)
    if (error.status >= 500 and error.status != _NOT_IMPLEMENTED) or error.status < 400 or error.status in {408, 423}:
        return Transient(error.code, servers_words(error.message), retry_after=wait)
    return _kind(error, target)(error.code, servers_words(error.message))


class _Refusal:
    """Status, code (as a slug) and message of an error answer."""

    def __init__(self, answer: httpx.Response) -> None:
        self.status = answer.status_code
        body = _body(answer)
        self.code = slug(str(body.get("code") or f"http_{self.status}"))
        self.message = str(body.get("message") or "")


def _kind(error: _Refusal, target: Target) -> type[TandemError]:
    if error.code in _OUTDATED:
        return ResyncNeeded
    decide = _BY_STATUS.get(error.status)
    return decide(error, target) if decide else Rejected


def _bad_request(error: _Refusal, target: Target) -> type[TandemError]:
    if target == "item" and error.code in _UNKNOWN_IDS:
        return Missing
    if target == "channel":
        lost = "connection was closed" in error.message  # their call of ours, while they verified the address
        return Transient if lost else WatchRefused
    if target == "changes":
        return ResyncNeeded
    return CalendarUnavailable if target == "calendar" and error.code in _UNKNOWN_IDS else Rejected


def _forbidden(_: _Refusal, target: Target) -> type[TandemError]:
    return {"calendar": CalendarUnavailable, "changes": CalendarUnavailable, "channel": WatchRefused}.get(
        target, Forbidden
    )


def _not_found(_: _Refusal, target: Target) -> type[TandemError]:
    return Missing if target in {"item", "channel"} else CalendarUnavailable


def _conflict(error: _Refusal, target: Target) -> type[TandemError]:
    if error.code == "error_irresolvable_conflict":
        return PreconditionFailed
    return AlreadyExists if target == "channel" else Transient


_BY_STATUS: Mapping[int, Callable[[_Refusal, Target], type[TandemError]]] = {
    400: _bad_request,
    401: lambda *_: NeedsReauth,
    403: _forbidden,
    404: _not_found,
    409: _conflict,
    410: lambda _, target: Missing if target in {"item", "channel"} else ResyncNeeded,
    412: lambda *_: PreconditionFailed,
}


def _body(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}
