"""ASGI middleware of every API: request ids, a limit on bodies, and request metrics."""

import re
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.ids import new_id
from chassis.messaging.idle import Idleness
from chassis.observability.correlation import bind_correlation
from chassis.observability.metrics import REQUEST_SECONDS
from chassis.observability.tracing import request_span

REQUEST_ID_HEADER = "X-Request-ID"
MAX_BODY_BYTES = 1024 * 1024
_DISCARDED_BYTES = 16 * 1024 * 1024

_PROBES = frozenset({"/livez", "/readyz", "/metrics"})
_STREAM = "text/event-stream"
_ACCEPTED_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")


class RequestId:
    """Gives every request an id, the caller's own if it is harmless; it is the correlation id of all that follows."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Bind the id and send it back."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        given = Headers(scope=scope).get(REQUEST_ID_HEADER, "")
        request_id = bind_correlation(given if _ACCEPTED_ID.fullmatch(given) else new_id())

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = request_id
            await send(message)

        return await self._app(scope, receive, send_with_id)


class BodyLimit:
    """Refuses bodies above a limit with 413, announced or not."""

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what is received."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        received = 0

        async def counting() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                await _discard(receive, message)
                raise HTTPException(413, f"the body is larger than {self._limit} bytes")
            return message

        return await self._app(scope, counting, send)


async def _discard(receive: Receive, message: Message) -> None:
    """Read on for a while: a client that is still sending would see a reset connection instead of our answer."""
    left = _DISCARDED_BYTES
    while left > 0 and message.get("more_body", False):
        message = await receive()
        left -= len(message.get("body", b""))


class RequestMetrics:
    """Measures requests by route template (never by path: paths hold ids and tokens)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Time the request until its last byte is sent; a stream, which lasts as long as its page, until its first."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started = time.perf_counter()
        status, taken = "500", None

        async def noting(message: Message) -> None:
            nonlocal status, taken
            if message["type"] == "http.response.start":
                status = str(message["status"])
                streamed = Headers(scope=message).get("content-type", "").startswith(_STREAM)
                taken = time.perf_counter() - started if streamed else None
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            seconds = time.perf_counter() - started if taken is None else taken
            REQUEST_SECONDS.labels(scope["method"], _route(scope), status).observe(seconds)


class Tracing:
    """Answers each request as a span, named by its route template; probes are none."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Make the span, and note the status that the request is answered with."""
        if scope["type"] != "http" or scope["path"] in _PROBES:
            return await self._app(scope, receive, send)
        with request_span(scope["method"]) as span:

            async def noting(message: Message) -> None:
                if span is not None and message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                await send(message)

            try:
                await self._app(scope, receive, noting)
            finally:
                if span is not None:
                    route = _route(scope)
                    span.update_name(f"{scope['method']} {route}")
                    span.set_attribute("http.route", route)


def _route(scope: Scope) -> str:
    """Return the template of the request's path: paths hold ids and tokens."""
    return str(getattr(scope.get("route"), "path", "unmatched"))


class Waking:
    """Notes that requests are made, so that the process does what follows without delay; probes are none."""

    def __init__(self, app: ASGIApp, idleness: Idleness) -> None:
        self._app = app
        self._idleness = idleness

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note the request and pass it on."""
        if scope["type"] == "http" and scope["path"] not in _PROBES:
            self._idleness.note()
        await self._app(scope, receive, send)
