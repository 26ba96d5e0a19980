"""The traps that strike a request as a whole: refusals and failures."""

from collections.abc import Callable

from simulators.google.domain.call import Call
from simulators.google.domain.errors import GoogleError, condition_not_met, not_found, unauthorized


def _limit(status: int, reason: str, message: str) -> GoogleError:
    return GoogleError(status, reason, message, domain="usageLimits")


_REFUSALS: dict[str, Callable[[], GoogleError]] = {
    "fault.401": unauthorized,
    "fault.403_rate": lambda: _limit(403, "rateLimitExceeded", "Rate Limit Exceeded"),
    "fault.403_quota": lambda: _limit(403, "quotaExceeded", "Calendar usage limits exceeded."),
    "fault.403_forbidden": lambda: GoogleError(403, "forbidden", "Forbidden"),
    "fault.404": not_found,
}


def refuse(call: Call) -> None:
    """Raise what a trap has in store for this request before anything is done."""
    for trap, error in _REFUSALS.items():
        if call.trap(trap) is not None:
            raise error()
    limited = call.trap("fault.429")
    if limited is not None:
        refusal = _limit(429, "rateLimitExceeded", "Rate Limit Exceeded")
        if limited["retry_after"] is not None:
            refusal.headers["Retry-After"] = str(limited["retry_after"])
        raise refusal
    failed = call.trap("fault.5xx")
    if failed is not None:
        raise GoogleError(failed["status"], "backendError", "Backend Error")
    _refuse_write(call)
    _expire_token(call)


def _refuse_write(call: Call) -> None:
    if call.if_match is not None and call.trap("fault.412") is not None:
        raise condition_not_met()
    writes = call.operation.rpartition(".")[2] in {"insert", "patch", "update", "delete", "move"}
    if writes and call.trap("fault.409_conflict") is not None:
        raise GoogleError(409, "conflict", "Conflict")


def _expire_token(call: Call) -> None:
    if "pageToken" in call.query and call.trap("token.expired_mid_page") is not None:
        call.world.oauth.expire_access(call.account.email)
        raise unauthorized()
