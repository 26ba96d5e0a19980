"""Exchange's errors as ours, decided in one place by their code and by what the call was about.

Codes are EWS's response codes (`ErrorItemNotFound`), in a SOAP fault or for one item of an answer that is else fine;
exchangelib has an exception for each. What HTTP itself tells is sorted before it sees that (`transport.statuses`).
"""

from collections.abc import Mapping
from typing import Literal

from chassis.errors import TandemError
from connector.adapters.providers.wire import servers_words, slug
from connector.domain.provider.errors import (
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
"""What a call was about: a calendar as a whole, what changed in it, a new event, one item, a push subscription."""

BUSY = frozenset({"ErrorServerBusy", "ErrorExceededConnectionCount", "ErrorTooManyObjectsOpened"})
"""The mailbox or its server asks for fewer calls (EWS throttling in Exchange)."""

_PASSES = frozenset(
    {
        "ErrorADOperation",
        "ErrorADUnavailable",
        "ErrorBatchProcessingStopped",
        "ErrorConnectionFailed",
        "ErrorConnectionFailedTransientError",
        "ErrorDataSourceOperation",
        "ErrorInsufficientResources",
        "ErrorInternalServerError",
        "ErrorInternalServerTransientError",
        "ErrorMailboxFailover",
        "ErrorMailboxLogonFailed",
        "ErrorMailboxMoveInProgress",
        "ErrorMailboxStoreUnavailable",
        "ErrorMessageTrackingTransientError",
        "ErrorNoApplicableProxyCASServersAvailable",
        "ErrorNoRespondingCASInDestinationSite",
        "ErrorNotEnoughMemory",
        "ErrorProxiedSubscriptionCallFailure",
        "ErrorProxyCallFailed",
        "ErrorProxyRequestProcessingFailed",
        "ErrorProxyServiceDiscoveryFailed",
        "ErrorProxyTokenExpired",
        "ErrorRequestAborted",
        "ErrorTimeoutExpired",
    }
)
_NEEDS_USER: Mapping[str, str] = {
    "ErrorAccountDisabled": "the account is disabled: ask your administrator",
    "ErrorPasswordChangeRequired": "the password must be changed before it can be used: enter the new one",
    "ErrorPasswordExpired": "the password has expired: enter the new one",
    "UnauthorizedError": "the server refused the user name or the password: enter them again",
}
_UNAVAILABLE: Mapping[str, str] = {
    "ErrorCrossSiteRequest": "the mailbox was moved to another server: connect again",
    "ErrorFolderCorrupt": "the calendar's folder is damaged: ask your administrator",
    "ErrorInvalidLicense": "the account has no licence for its mailbox: ask your administrator",
    "ErrorMailboxConfiguration": "the mailbox is not set up: ask your administrator",
    "ErrorMissingEmailAddress": "the account has no mailbox: ask your administrator",
    "ErrorNonExistentMailbox": "the mailbox does not exist any more",
    "ErrorQuotaExceeded": "the mailbox is full: make room in it, and the sync goes on by itself",
}
_WHATEVER_THE_TARGET: Mapping[str, type[TandemError]] = {
    "ErrorChangeKeyRequired": PreconditionFailed,
    "ErrorChangeKeyRequiredForWriteOperations": PreconditionFailed,
    "ErrorFolderNotFound": CalendarUnavailable,
    "ErrorInvalidChangeKey": PreconditionFailed,
    "ErrorInvalidFolderId": CalendarUnavailable,
    "ErrorInvalidSyncStateData": ResyncNeeded,
    "ErrorIrresolvableConflict": PreconditionFailed,
    "ErrorNoCalendar": CalendarUnavailable,
    "ErrorParentFolderNotFound": CalendarUnavailable,
    "ErrorSavedItemFolderNotFound": CalendarUnavailable,
    "ErrorStaleObject": PreconditionFailed,
    "ErrorSyncFolderNotFound": CalendarUnavailable,
}
_GONE = frozenset(
    {
        "DoesNotExist",
        "ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange",
        "ErrorCalendarOccurrenceIsDeletedFromRecurrence",
        "ErrorInvalidId",
        "ErrorInvalidIdEmpty",
        "ErrorInvalidIdMalformed",
        "ErrorInvalidIdMalformedEwsLegacyIdFormat",
        "ErrorInvalidIdXml",
        "ErrorItemNotFound",
    }
)
_DENIED = frozenset(
    {
        "ErrorAccessDenied",
        "ErrorCalendarIsNotOrganizer",
        "ErrorCannotDeleteObject",
        "ErrorCreateItemAccessDenied",
        "ErrorPermissionNotAllowedByPolicy",
        "ErrorUserNotAllowedByPolicy",
    }
)
_CHANNEL_GONE = frozenset(
    {"ErrorExpiredSubscription", "ErrorInvalidSubscription", "ErrorInvalidWatermark", "ErrorSubscriptionNotFound"}
)
_DENIED_BY_TARGET: Mapping[Target, type[TandemError]] = {
    "calendar": CalendarUnavailable,
    "changes": CalendarUnavailable,
    "channel": WatchRefused,
}


def failure(code: str, message: str = "", *, target: Target = "item", back_off: float | None = None) -> TandemError:
    """Return our error for one of EWS's response codes; `back_off` are the seconds the server asked us to wait.

    Exchange's own message goes into the detail, as its own; where a user has to act, words of ours do.
    """
    word, said = slug(code), servers_words(message)
    if code in BUSY:
        return Throttled(word, said, retry_after=back_off)
    if code in _PASSES:
        return Transient(word, said, retry_after=back_off)
    if code in _NEEDS_USER:
        return NeedsReauth(word, _NEEDS_USER[code])
    if code in _UNAVAILABLE:
        return CalendarUnavailable(word, _UNAVAILABLE[code])
    return _kind(code, target)(word, said)


def _kind(code: str, target: Target) -> type[TandemError]:
    """Return what a refusal means; one that is not known is never to be tried again as it was asked."""
    if code in _WHATEVER_THE_TARGET:
        return _WHATEVER_THE_TARGET[code]
    if code in _DENIED:
        return _DENIED_BY_TARGET.get(target, Forbidden)
    if target == "channel":
        return Missing if code in _CHANNEL_GONE else WatchRefused
    if code in _GONE:
        return CalendarUnavailable if target == "calendar" else Missing
    return Rejected


def translate(error: Exception, *, target: Target = "item", back_off: float | None = None) -> Exception:
    """Return our error for an exception of exchangelib's, one that was raised or stands for one item of an answer.

    Errors of ours pass, and so do mistakes in our own code (`TypeError`, …), which are no one's refusal.
    """
    if not _is_exchangelibs(error):
        return error
    code = type(error).__name__
    if code.startswith("Error") or code in _NEEDS_USER or code in _GONE:
        return failure(code, str(error), target=target, back_off=back_off)
    return Transient("broken_answer", f"the server's answer could not be read ({code})")  # its text may hold content


def _is_exchangelibs(error: Exception) -> bool:
    """Tell without importing exchangelib, which is loaded only where Exchange is used."""
    return any(one.__module__ == "exchangelib.errors" for one in type(error).__mro__)
