"""The traps that strike an EWS request as a whole."""

from starlette.responses import Response

from simulators.exchange.domain.call import Call
from simulators.exchange.domain.errors import EwsError, FaultError, server_busy
from simulators.exchange.domain.responses import refused
from simulators.exchange.domain.xml import Element
from simulators.frame.domain.errors import retry_after


def no_soap(call: Call) -> Response | None:
    """Return what something in front of the server answers: 429, 502, 503, 504 without SOAP."""
    limited = call.trap("fault.429")
    if limited is not None:
        return Response("Too Many Requests", 429, retry_after(limited["retry_after"]))
    failed = call.trap("fault.5xx")
    if failed is not None:
        return Response("The service is unavailable.", failed["status"], retry_after(failed["retry_after"]))
    return None


def refuse(call: Call) -> None:
    """Raise what a trap has in store for the whole request."""
    busy = call.trap("fault.busy")
    if busy is not None:
        told = server_busy(busy["milliseconds"])
        raise FaultError(told.code, told.message, told.values)
    for trap in ("fault.transient", "fault.mailbox"):
        struck = call.trap(trap)
        if struck is not None:
            raise FaultError(struck["code"], "The server has refused the request (a trap).")


def refused_parts(call: Call) -> Element | None:
    """Return an answer of HTTP 200 in which every part is refused, if a trap wants that."""
    busy = call.trap("fault.busy_200")
    if busy is not None:
        return refused(call.request, server_busy(busy["milliseconds"]))
    if call.operation == "CreateItem" and call.trap("fault.quota") is not None:
        return refused(call.request, EwsError("ErrorQuotaExceeded", "The mailbox is over its quota."))
    return None
