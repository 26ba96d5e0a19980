"""Graph's error answers as ours: by status, code and what the call was about (providers/graph.md 2.1, 2.2, 2.5)."""

import httpx
import pytest

from chassis.errors import TandemError
from connector.adapters.providers.graph.errors import Target, translate
from connector.domain.provider import errors


def answer(status: int, code: str, message: str = "Words.", headers: dict[str, str] | None = None) -> httpx.Response:
    return httpx.Response(status, json={"error": {"code": code, "message": message}}, headers=headers)


@pytest.mark.parametrize(
    ("status", "code", "target", "expected"),
    [
        (400, "ErrorInvalidRequest", "new", errors.Rejected),
        (400, "ErrorInvalidIdMalformed", "item", errors.Missing),
        (400, "ErrorInvalidIdMalformed", "calendar", errors.CalendarUnavailable),
        (400, "ErrorOccurrenceCrossingBoundary", "item", errors.Rejected),
        (400, "BadRequest", "changes", errors.ResyncNeeded),
        (400, "BadRequest", "calendar", errors.Rejected),
        (400, "ExtensionError", "channel", errors.WatchRefused),
        (400, "ValidationError", "channel", errors.WatchRefused),
        (401, "InvalidAuthenticationToken", "calendar", errors.NeedsReauth),
        (403, "ErrorAccessDenied", "item", errors.Forbidden),
        (403, "ErrorAccessDenied", "new", errors.Forbidden),
        (403, "ErrorAccessDenied", "calendar", errors.CalendarUnavailable),
        (403, "ErrorExceededSubscriptionCount", "channel", errors.WatchRefused),
        (404, "ErrorItemNotFound", "item", errors.Missing),
        (404, "ErrorItemNotFound", "channel", errors.Missing),
        (404, "ErrorItemNotFound", "calendar", errors.CalendarUnavailable),
        (404, "ErrorItemNotFound", "new", errors.CalendarUnavailable),
        (409, "InvalidRequest", "channel", errors.AlreadyExists),
        (409, "ErrorIrresolvableConflict", "item", errors.PreconditionFailed),
        (409, "Conflict", "item", errors.Transient),
        (410, "SyncStateNotFound", "changes", errors.ResyncNeeded),
        (410, "Gone", "calendar", errors.ResyncNeeded),
        (410, "Gone", "item", errors.Missing),
        (501, "NotImplemented", "calendar", errors.Rejected),
        (404, "SyncStateInvalid", "changes", errors.ResyncNeeded),
        (400, "resyncRequired", "changes", errors.ResyncNeeded),
        (412, "ErrorIrresolvableConflict", "item", errors.PreconditionFailed),
        (418, "Teapot", "item", errors.Rejected),
        (423, "Locked", "item", errors.Transient),
        (429, "ApplicationThrottled", "item", errors.Throttled),
        (503, "MailboxConcurrency", "item", errors.Throttled),
        (503, "ServiceUnavailable", "calendar", errors.Transient),
        (504, "GatewayTimeout", "item", errors.Transient),
        (302, "Moved", "calendar", errors.Transient),
    ],
)
def test_by_status_code_and_target(status: int, code: str, target: Target, expected: type[TandemError]) -> None:
    assert type(translate(answer(status, code), target)) is expected


def test_their_call_of_ours_that_was_cut_off_is_tried_again() -> None:
    lost = answer(400, "InvalidRequest", "The underlying connection was closed: unexpected error on a receive.")
    assert isinstance(translate(lost, "channel"), errors.Transient)


@pytest.mark.parametrize("status", [429, 503])
def test_the_time_to_wait_is_kept(status: int) -> None:
    error = translate(answer(status, "X", headers={"Retry-After": "17"}), "item")
    assert isinstance(error, errors.Transient)
    assert error.retry_after == 17


def test_the_time_to_wait_may_be_told_as_a_date() -> None:
    until = {"Retry-After": "Mon, 02 Nov 2026 08:01:30 GMT", "Date": "Mon, 02 Nov 2026 08:00:00 GMT"}
    error = translate(answer(429, "X", headers=until), "item")
    assert isinstance(error, errors.Throttled)
    assert error.retry_after == 90


def test_what_is_not_graphs_own_answer_has_a_code_too() -> None:
    error = translate(httpx.Response(502, text="<html>"), "item")
    assert (type(error), error.code) == (errors.Transient, "http_502")
