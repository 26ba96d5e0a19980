"""Google's error answers as ours: by status, reason and what the call was about (providers/google.md 1.5)."""

import json
from typing import Any

import httplib2
import pytest
from googleapiclient.errors import HttpError

from chassis.errors import TandemError
from connector.adapters.providers.google.errors import Target, translate
from connector.domain.provider import errors


def answer(status: int, reason: str, headers: dict[str, str] | None = None, **entry: str) -> HttpError:
    error = {"code": status, "message": "Words.", "errors": [{"domain": "global", "reason": reason} | entry]}
    return raw(status, json.dumps({"error": error}).encode(), headers)


def raw(status: int, body: bytes, headers: dict[str, str] | None = None) -> HttpError:
    return HttpError(httplib2.Response({"status": str(status), **(headers or {})}), body, uri="https://google.test")


@pytest.mark.parametrize(
    ("status", "reason", "target", "expected"),
    [
        (400, "timeRangeEmpty", "item", errors.Rejected),
        (400, "invalid", "new", errors.Rejected),
        (400, "channelIdNotUnique", "channel", errors.AlreadyExists),
        (400, "pushNotSupportedForRequestedResource", "channel", errors.WatchRefused),
        (400, "push.webhookUrlNotHttps", "channel", errors.WatchRefused),
        (401, "push.webhookUrlUnauthorized", "channel", errors.WatchRefused),
        (401, "authError", "calendar", errors.NeedsReauth),
        (403, "rateLimitExceeded", "item", errors.Throttled),
        (403, "userRateLimitExceeded", "calendar", errors.Throttled),
        (403, "quotaExceeded", "new", errors.Throttled),
        (403, "RATE_LIMIT_EXCEEDED", "item", errors.Throttled),
        (403, "forbidden", "item", errors.Forbidden),
        (403, "forbiddenForNonOrganizer", "item", errors.Forbidden),
        (403, "requiredAccessLevel", "new", errors.Forbidden),
        (403, "forbidden", "calendar", errors.CalendarUnavailable),
        (403, "forbidden", "channel", errors.WatchRefused),
        (403, "insufficientPermissions", "calendar", errors.NeedsReauth),
        (403, "accessNotConfigured", "item", errors.Transient),
        (404, "notFound", "item", errors.Missing),
        (404, "notFound", "new", errors.CalendarUnavailable),
        (404, "notFound", "calendar", errors.CalendarUnavailable),
        (404, "notFound", "channel", errors.CalendarUnavailable),
        (408, "timeout", "item", errors.Transient),
        (409, "duplicate", "new", errors.AlreadyExists),
        (409, "conflict", "item", errors.Transient),
        (410, "deleted", "item", errors.Missing),
        (410, "fullSyncRequired", "calendar", errors.ResyncNeeded),
        (410, "updatedMinTooLongAgo", "calendar", errors.ResyncNeeded),
        (412, "conditionNotMet", "item", errors.PreconditionFailed),
        (418, "teapot", "item", errors.Rejected),
        (429, "rateLimitExceeded", "calendar", errors.Throttled),
        (500, "backendError", "item", errors.Transient),
        (503, "backendError", "new", errors.Transient),
        (302, "moved", "calendar", errors.Transient),
    ],
)
def test_every_answer_has_one_meaning(status: int, reason: str, target: Target, expected: type[Exception]) -> None:
    assert type(translate(answer(status, reason), target)) is expected


@pytest.mark.parametrize(
    ("location", "expected"),
    [("syncToken", errors.ResyncNeeded), ("pageToken", errors.Transient), ("timeMin", errors.Rejected)],
)
def test_a_refused_token_is_told_from_a_refused_parameter(location: str, expected: type[Exception]) -> None:
    error = answer(400, "invalid", locationType="parameter", location=location)
    assert type(translate(error, "calendar")) is expected


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "12"}, 12.0),
        ({"retry-after": "Mon, 02 Nov 2026 08:01:00 GMT", "date": "Mon, 02 Nov 2026 08:00:00 GMT"}, 60.0),
        ({"retry-after": "Mon, 02 Nov 2026 07:00:00 GMT", "date": "Mon, 02 Nov 2026 08:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Mon, 02 Nov 2026 08:01:00 GMT"}, None),
        ({}, None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured_where_it_is_given(status: int, headers: dict[str, str], seconds: float | None) -> None:
    error = translate(answer(status, "rateLimitExceeded", headers), "item")
    assert isinstance(error, errors.Transient)
    assert error.retry_after == seconds


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'"no"', b"\xff", b'{"error": "text"}', b'{"error": {"errors": 1}}']
)
@pytest.mark.parametrize(
    ("status", "expected"), [(500, errors.Transient), (403, errors.Forbidden), (400, errors.Rejected)]
)
def test_an_error_without_googles_body_goes_by_its_status(
    body: bytes, status: int, expected: type[TandemError]
) -> None:
    error = translate(raw(status, body), "item")
    assert isinstance(error, expected)
    assert error.code == f"http_{status}"


def test_newer_backends_tell_the_reason_in_details() -> None:
    error = {
        "code": 403,
        "message": "Words.",
        "status": "PERMISSION_DENIED",
        "details": [{"reason": "RATE_LIMIT_EXCEEDED"}],
    }
    assert isinstance(translate(raw(403, json.dumps({"error": error}).encode()), "item"), errors.Throttled)


def test_codes_are_slugs_and_details_googles_words() -> None:
    error: Any = translate(answer(403, "forbiddenForNonOrganizer"), "item")
    assert (error.code, error.detail) == ("forbidden_for_non_organizer", "the server says: “Words.”")
