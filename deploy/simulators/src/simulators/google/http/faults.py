"""Google's words for the traps that strike a request as a whole."""

from simulators.frame.domain.errors import retry_after
from simulators.frame.http.faults import Faults
from simulators.google.domain.call import Call
from simulators.google.domain.errors import GoogleError, condition_not_met, not_found, unauthorized


def _limit(status: int, reason: str, message: str, seconds: int | None = None) -> GoogleError:
    return GoogleError(status, reason, message, domain="usageLimits", headers=retry_after(seconds))


def _refuse_write(call: Call) -> None:
    if call.if_match is not None and call.trap("fault.412") is not None:
        raise condition_not_met()
    writes = call.operation.rpartition(".")[2] in {"insert", "patch", "update", "delete", "move"}
    if writes and call.trap("fault.409_conflict") is not None:
        raise GoogleError(409, "conflict", "Conflict")


FAULTS = Faults(
    refusals={
        "fault.401": unauthorized,
        "fault.403_rate": lambda: _limit(403, "rateLimitExceeded", "Rate Limit Exceeded"),
        "fault.403_quota": lambda: _limit(403, "quotaExceeded", "Calendar usage limits exceeded."),
        "fault.403_forbidden": lambda: GoogleError(403, "forbidden", "Forbidden"),
        "fault.404": not_found,
    },
    throttled=lambda given: _limit(429, "rateLimitExceeded", "Rate Limit Exceeded", given["retry_after"]),
    failed=lambda given: GoogleError(given["status"], "backendError", "Backend Error"),
    unauthorized=unauthorized,
    refuse_write=_refuse_write,
    more_pages=frozenset({"pageToken"}),
)
