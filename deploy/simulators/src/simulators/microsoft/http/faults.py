"""Graph's words for the traps that strike a request as a whole."""

from simulators.frame.domain.errors import retry_after
from simulators.frame.http.faults import Faults
from simulators.frame.store.errors import access_denied, irresolvable_conflict, item_not_found
from simulators.microsoft.domain.call import Call
from simulators.microsoft.domain.errors import GraphError, throttled, unauthorized
from simulators.microsoft.domain.operations import WRITES


def _refuse_write(call: Call) -> None:
    if call.operation not in WRITES:
        return
    if call.if_match is not None and call.trap("fault.412") is not None:
        raise irresolvable_conflict()
    blind = call.if_match is None and call.operation == "events.update"
    if blind and call.trap("fault.412_without_if_match") is not None:
        raise irresolvable_conflict()


FAULTS = Faults(
    refusals={"fault.401": unauthorized, "fault.403": access_denied, "fault.404": item_not_found},
    throttled=lambda given: throttled(given["retry_after"], "Application is over its limit."),
    failed=lambda given: GraphError(
        given["status"], "UnknownError", "The service is unavailable.", retry_after(given["retry_after"])
    ),
    unauthorized=unauthorized,
    refuse_write=_refuse_write,
    more_pages=frozenset({"$skiptoken", "$skip"}),
)
