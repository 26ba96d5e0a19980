"""The traps that strike a request as a whole: refusals and failures."""

from collections.abc import Callable

from simulators.microsoft.domain.call import Call
from simulators.microsoft.domain.errors import (
    GraphError,
    access_denied,
    irresolvable_conflict,
    item_not_found,
    throttled,
    unauthorized,
)
from simulators.microsoft.domain.operations import WRITES

_REFUSALS: dict[str, Callable[[], GraphError]] = {
    "fault.401": unauthorized,
    "fault.403": access_denied,
    "fault.404": item_not_found,
}


def refuse(call: Call) -> None:
    """Raise what a trap has in store for this request before anything is done."""
    for trap, error in _REFUSALS.items():
        if call.trap(trap) is not None:
            raise error()
    limited = call.trap("fault.429")
    if limited is not None:
        refusal = throttled(limited["retry_after"] or 0, "Application is over its limit.")
        if limited["retry_after"] is None:
            del refusal.headers["Retry-After"]
        raise refusal
    failed = call.trap("fault.5xx")
    if failed is not None:
        headers = {} if failed["retry_after"] is None else {"Retry-After": str(failed["retry_after"])}
        raise GraphError(failed["status"], "UnknownError", "The service is unavailable.", headers)
    _refuse_write(call)
    _expire_token(call)


def _refuse_write(call: Call) -> None:
    if call.operation not in WRITES:
        return
    if call.if_match is not None and call.trap("fault.412") is not None:
        raise irresolvable_conflict()
    blind = call.if_match is None and call.operation == "events.update"
    if blind and call.trap("fault.412_without_if_match") is not None:
        raise irresolvable_conflict()


def _expire_token(call: Call) -> None:
    if {"$skiptoken", "$skip"} & call.query.keys() and call.trap("token.expired_mid_page") is not None:
        call.world.oauth.expire_access(call.account.email)
        raise unauthorized()
