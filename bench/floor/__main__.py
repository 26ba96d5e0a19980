"""`python -m bench.floor connector|mapper|activity-store`: one of the floor's three processes, served over HTTP."""

import json
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

import uvicorn

from bench.floor.common import Json, Kit
from bench.floor.connector import connector
from bench.floor.mapper import mapper
from bench.floor.store import store
from chassis.zone_data import use_pinned_zones

Route = Callable[[Json], Awaitable[str | None]]
_PARTS = {"connector": connector, "mapper": mapper, "activity-store": store}


class App:
    """A bare ASGI app: a POST's path names the work; 204 says that it is done, 200 what is answered."""

    def __init__(self, part: str) -> None:
        self._part = part
        self._routes: dict[str, Route] = {}

    async def __call__(self, scope: Json, receive: Callable[[], Awaitable[Json]], send: Any) -> None:  # noqa: ANN401
        """Answer one request, or start."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        body = await _body(receive)
        about = {"headers": headers, "query": dict(parse_qsl(scope["query_string"].decode()))}
        route = self._routes.get(scope["path"])
        told = await route(_fields(body, headers) | about) if route else ""
        status, kind = 204 if told is None else 200, b"text/xml" if (told or "").startswith("<") else b"text/plain"
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", kind)]})
        await send({"type": "http.response.body", "body": (told or "").encode()})

    async def _lifespan(self, receive: Callable[[], Awaitable[Json]], send: Any) -> None:  # noqa: ANN401
        await receive()
        kit = Kit(self._part)
        await kit.start()
        self._routes = await _PARTS[self._part](kit)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


def _fields(body: bytes, headers: Json) -> Json:
    """Return a JSON body, or as `text` what a provider sends that speaks XML."""
    if "xml" in headers.get("content-type", ""):
        return {"text": body.decode()}
    fields: Json = json.loads(body) if body else {}
    return fields


async def _body(receive: Callable[[], Awaitable[Json]]) -> bytes:
    body, more = b"", True
    while more:
        part = await receive()
        body, more = body + part.get("body", b""), part.get("more_body", False)
    return body


if __name__ == "__main__":
    use_pinned_zones()
    uvicorn.run(
        App(sys.argv[1]),
        host="127.0.0.1",
        port=int(os.environ["FLOOR_PORT"]),
        log_level="warning",
        timeout_graceful_shutdown=1,
    )
