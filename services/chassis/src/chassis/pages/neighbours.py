"""What a page shows of another service it asks by that service's API, with the reader's own token, and not for long."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import Request

from chassis.web.auth import session_of

_SECONDS = 1.0


@dataclass(frozen=True)
class Neighbour:
    """Another service; `url` is None where this installation does not say where it is."""

    url: str | None
    http: httpx.AsyncClient

    async def get(self, request: Request, path: str, **query: str | int) -> Mapping[str, Any] | None:
        """Return what it answers on behalf of who is signed in; None where it cannot be asked or does not answer."""
        return await self._ask(request, "GET", path, params=query)

    async def patch(self, request: Request, path: str, changes: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Change something there on behalf of who is signed in; None where that was refused or not answered."""
        return await self._ask(request, "PATCH", path, json=dict(changes))

    async def _ask(self, request: Request, method: str, path: str, **sent: Any) -> Mapping[str, Any] | None:  # noqa: ANN401
        if self.url is None:
            return None
        token = session_of(request)
        shown = f"Bearer {token}" if token else request.headers.get("authorization", "")
        headers = {"Authorization": shown, "Accept": "application/json"}
        try:
            found = await self.http.request(method, f"{self.url}{path}", headers=headers, timeout=_SECONDS, **sent)
            return dict(found.raise_for_status().json())
        except (httpx.HTTPError, ValueError, TypeError):
            return None
