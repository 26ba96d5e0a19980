"""`python -m bench.floor connector|mapper|activity-store`: one of the floor's three processes, served over HTTP."""

import json
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn

from bench.floor.common import Json, Kit
from bench.floor.connector import connector
from bench.floor.mapper import mapper
from bench.floor.store import store

Route = Callable[[Json], Awaitable[None]]
_PARTS = {"connector": connector, "mapper": mapper, "activity-store": store}


class App:
    """A bare ASGI app: a POST's path names the work, and 204 says that it is done."""

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
        if route := self._routes.get(scope["path"]):
            await route((json.loads(body) if body else {}) | {"headers": headers})
        status = 204 if route else 200
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def _lifespan(self, receive: Callable[[], Awaitable[Json]], send: Any) -> None:  # noqa: ANN401
        await receive()
        kit = Kit(self._part)
        await kit.start()
        self._routes = await _PARTS[self._part](kit)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


async def _body(receive: Callable[[], Awaitable[Json]]) -> bytes:
    body, more = b"", True
    while more:
        part = await receive()
        body, more = body + part.get("body", b""), part.get("more_body", False)
    return body


if __name__ == "__main__":
    uvicorn.run(
        App(sys.argv[1]),
        host="127.0.0.1",
        port=int(os.environ["FLOOR_PORT"]),
        log_level="warning",
        timeout_graceful_shutdown=1,
    )
