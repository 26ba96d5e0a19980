"""Requests to the pages as a browser makes them: with the session in a cookie, and with forms."""

import re
from dataclasses import dataclass
from typing import Any

import httpx

from chassis.web.auth import TOKEN_COOKIE
from chassis.web.csrf import csrf_token
from tests.integration.activity_store.support import Crm


@dataclass
class Browser:
    """A user's browser; signed out where there is no token."""

    client: httpx.AsyncClient
    token: str | None

    @classmethod
    def of(cls, crm: Crm, user: str = "7", **claims: Any) -> "Browser":
        """Return the browser of a user of the test's company, or of another."""
        return cls(crm.client, crm.token(user, **claims))

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """Open an address."""
        return await self.client.get(path, headers=self._headers(headers))

    async def post(self, path: str, *, guard: str | None = "own", **fields: str) -> httpx.Response:
        """Send a form; `guard` None: without the token of its page."""
        session = csrf_token(self.token or "") if guard == "own" else guard
        sent = fields if session is None else {**fields, "csrf_token": session}
        return await self.client.post(path, data=sent, headers=self._headers({}))

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        cookie = {"Cookie": f"{TOKEN_COOKIE}={self.token}"} if self.token else {}
        return {**cookie, **{name.replace("_", "-"): value for name, value in more.items()}}


def ids_on(page: httpx.Response) -> set[str]:
    """Return the activities that a page links to."""
    return set(re.findall(r"/activities/([0-9a-f-]{36})\?", page.text))
