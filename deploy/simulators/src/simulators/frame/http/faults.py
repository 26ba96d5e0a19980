"""The traps that strike a request as a whole, whatever it asks for: refusals, failures, and no answer at all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from simulators.frame.domain.call import BaseCall
from simulators.frame.domain.errors import ProviderError
from simulators.frame.domain.traps import Parameters
from simulators.frame.http.unanswered import Sleep, Unanswered, html_page

AnyCall = BaseCall[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """A provider's words for its refusals.

    `refusals`: by the trap's name. `throttled` and `failed` make the answers to `fault.429` and `fault.5xx` of the
    trap's parameters. `refuse_write` raises what only writes are refused by; `more_pages`: the parameters of a query
    for a later page.
    """

    refusals: Mapping[str, Callable[[], ProviderError]]
    throttled: Callable[[Parameters], ProviderError]
    failed: Callable[[Parameters], ProviderError]
    unauthorized: Callable[[], ProviderError]
    refuse_write: Callable[[Any], None]
    more_pages: frozenset[str]


def refuse(call: AnyCall, query: Mapping[str, Any], faults: Faults) -> None:
    """Raise what a trap has in store for this request before anything is done."""
    for trap, error in faults.refusals.items():
        if call.trap(trap) is not None:
            raise error()
    limited = call.trap("fault.429")
    if limited is not None:
        raise faults.throttled(limited)
    failed = call.trap("fault.5xx")
    if failed is not None:
        raise faults.failed(failed)
    faults.refuse_write(call)
    if faults.more_pages & query.keys() and call.trap("token.expired_mid_page") is not None:
        call.world.oauth.expire_access(call.account.email)
        raise faults.unauthorized()


def silence_before(call: AnyCall, sleep: Sleep) -> Response | None:
    """Return the broken connection of a trap that strikes before anything is done."""
    return _silence(call, "fault.timeout_before", sleep)


def lost_answer(call: AnyCall, sleep: Sleep) -> Response | None:
    """Return what a trap puts in the place of the answer to what was done."""
    silent = _silence(call, "fault.timeout_after_applied", sleep)
    if silent is not None:
        return silent
    return html_page() if call.trap("fault.html_200") is not None else None


def _silence(call: AnyCall, trap: str, sleep: Sleep) -> Unanswered | None:
    silent = call.trap(trap)
    return None if silent is None else Unanswered(silent["seconds"], sleep)
