"""Exchange's errors as ours, by code and by what the call was about; and what the user of a sign-in is told."""

import pytest
from exchangelib import errors as theirs

from chassis.errors import NeedsOperator, NeedsUser, Rejected, TandemError, Transient
from connector.adapters.providers.ews.errors import Target, failure, translate
from connector.adapters.providers.ews.transport.addresses import IsExchangeOnline
from connector.domain.connection.login_refusal import login_refusal
from connector.domain.provider.errors import (
    CalendarUnavailable,
    Forbidden,
    Missing,
    NeedsReauth,
    PreconditionFailed,
    ResyncNeeded,
    Throttled,
    WatchRefused,
)


@pytest.mark.parametrize(
    ("code", "target", "kind"),
    [
        ("ErrorServerBusy", "item", Throttled),
        ("ErrorExceededConnectionCount", "changes", Throttled),
        ("ErrorTooManyObjectsOpened", "item", Throttled),
        ("ErrorTimeoutExpired", "changes", Transient),
        ("ErrorInternalServerTransientError", "item", Transient),
        ("ErrorMailboxMoveInProgress", "item", Transient),
        ("ErrorPasswordExpired", "calendar", NeedsReauth),
        ("ErrorPasswordChangeRequired", "item", NeedsReauth),
        ("ErrorAccountDisabled", "item", NeedsReauth),
        ("ErrorNonExistentMailbox", "changes", CalendarUnavailable),
        ("ErrorQuotaExceeded", "new", CalendarUnavailable),
        ("ErrorFolderNotFound", "item", CalendarUnavailable),
        ("ErrorItemNotFound", "calendar", CalendarUnavailable),
        ("ErrorItemNotFound", "item", Missing),
        ("ErrorInvalidIdMalformed", "item", Missing),
        ("ErrorInvalidSyncStateData", "changes", ResyncNeeded),
        ("ErrorIrresolvableConflict", "item", PreconditionFailed),
        ("ErrorStaleObject", "item", PreconditionFailed),
        ("ErrorAccessDenied", "item", Forbidden),
        ("ErrorAccessDenied", "changes", CalendarUnavailable),
        ("ErrorAccessDenied", "channel", WatchRefused),
        ("ErrorExceededSubscriptionCount", "channel", WatchRefused),
        ("ErrorInvalidPushSubscriptionUrl", "channel", WatchRefused),
        ("ErrorSubscriptionNotFound", "channel", Missing),
        ("ErrorSchemaValidation", "item", Rejected),
        ("ErrorOfNextYear", "item", Rejected),
    ],
)
def test_each_code_has_its_kind(code: str, target: Target, kind: type[TandemError]) -> None:
    told = failure(code, "Because.", target=target)
    assert type(told) is kind
    assert told.code.startswith("error_")


def test_a_busy_server_says_how_long_and_only_then() -> None:
    asked = failure("ErrorServerBusy", back_off=12.5)
    assert isinstance(asked, Throttled)
    assert asked.retry_after == 12.5
    assert translate(theirs.ErrorServerBusy("busy"), back_off=None).retry_after is None  # type: ignore[attr-defined]


@pytest.mark.parametrize("code", ["ErrorQuotaExceeded", "ErrorNonExistentMailbox", "ErrorPasswordExpired"])
def test_what_a_user_must_repair_is_told_in_words(code: str) -> None:
    assert "Because" not in failure(code, "Because.").detail
    assert len(failure(code, "Because.").detail) > 20


def test_exchangelibs_own_troubles_are_transient_and_tell_no_content() -> None:
    told = translate(theirs.MalformedResponseError("<t:Subject>secret</t:Subject>"))
    assert isinstance(told, Transient)
    assert "secret" not in str(told)
    assert isinstance(translate(theirs.UnauthorizedError("x")), NeedsReauth)
    assert isinstance(translate(theirs.ErrorItemNotFound("gone")), Missing)


def test_mistakes_of_ours_and_errors_of_ours_pass() -> None:
    mistake, ours = TypeError("x"), Missing("m")
    assert translate(mistake) is mistake
    assert translate(ours) is ours


@pytest.mark.parametrize(
    ("error", "code", "field"),
    [
        (NeedsReauth("login_refused", "no"), "invalid_credentials", "password"),
        (NeedsOperator("server_not_allowed", "private"), "server_not_allowed", "server_url"),
        (IsExchangeOnline("outlook.office365.com"), "server_not_allowed", "server_url"),
        (Transient("certificate_invalid", "self-signed"), "certificate_invalid", "server_url"),
        (Transient("unsupported_sign_in", "Kerberos"), "unsupported_sign_in", "server_url"),
        (Transient("timeout", "late"), "server_unreachable", "server_url"),
        (Throttled("http_503", "busy"), "server_unreachable", "server_url"),
        (CalendarUnavailable("forbidden", "no EWS"), "server_unreachable", "server_url"),
        (CalendarUnavailable("error_non_existent_mailbox", "no mailbox"), "no_calendar", "email"),
        (NeedsUser("x", "y"), "no_calendar", "email"),
        (Rejected("account_mismatch", "not yours"), "account_mismatch", "email"),
        (Rejected("validation_error", "no address"), "validation_error", "server_url"),
        (Rejected("error_schema_validation", "?"), "server_unreachable", "server_url"),
    ],
)
def test_a4_each_refusal_of_a_login_names_its_field(error: TandemError, code: str, field: str) -> None:
    told = login_refusal(error)
    assert (told.code, told.field, told.detail) == (code, field, error.detail)
