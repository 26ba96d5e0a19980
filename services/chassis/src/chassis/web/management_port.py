"""What operators ask (probes, metrics, AsyncAPI) can be kept to a port of its own, which no gateway leads to."""

from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.web.problem_handlers import problem_response
from chassis.web.problems import not_found

_OPERATIONS = frozenset({"/livez", "/readyz", "/metrics", "/asyncapi"})


class ManagementPort:
    """Answers what operators ask on a port of its own alone, and nothing else there: 404 for either on the other."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        self._port = port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Compare the port at which the request came in with what is asked for."""
        if scope["type"] == "http" and (scope["path"] in _OPERATIONS) != (scope["server"][1] == self._port):
            return await problem_response(not_found("page"))(scope, receive, send)
        return await self._app(scope, receive, send)
