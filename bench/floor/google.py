"""The floor's words for Google Calendar."""

from collections.abc import AsyncIterator, Sequence

import httpx

from bench.floor.common import Json
from bench.floor.rows import Page, Row


class GoogleCalendar:
    """One account's primary calendar: a list of changes, and a call for each write."""

    def __init__(self, http: httpx.AsyncClient, token: str) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {token}"}

    async def watch(self, address: str, name: str) -> None:
        """Open a channel."""
        channel = {"id": name.replace("@", "-at-").replace(".", "-"), "type": "web_hook", "token": name}
        await self._call("POST", "/events/watch", json=channel | {"address": f"{address}?{name}"})

    async def changes(self, cursor: str) -> AsyncIterator[Page]:
        """Yield the pages of the list."""
        query = {"singleEvents": "false", "maxResults": "2500"} | ({"syncToken": cursor} if cursor else {})
        while True:
            page = await self._call("GET", "/events", params=query)
            yield Page([_row(item) for item in page["items"]], page.get("nextSyncToken", ""))
            if "nextSyncToken" in page:
                return
            query["pageToken"] = page["nextPageToken"]

    async def create(self, fields: Json) -> Row:
        """Insert an event."""
        return _row(await self._call("POST", "/events", json=fields, params={"sendUpdates": "none"}))

    async def update(self, event_id: str, fields: Json) -> Row:
        """Patch an event."""
        return _row(await self._call("PATCH", f"/events/{event_id}", json=fields, params={"sendUpdates": "none"}))

    async def _call(self, method: str, path: str, **request: object) -> Json:
        address = f"/calendar/v3/calendars/primary{path}"
        answer = await self._http.request(method, address, headers=self._headers, **request)  # type: ignore[arg-type]
        answer.raise_for_status()
        body: Json = answer.json()
        return body


def rung(body: Json) -> Sequence[str]:
    """Return the name of the channel that rings; its first message tells of no change."""
    headers = body["headers"]
    return [headers["x-goog-channel-token"]] if headers["x-goog-resource-state"] != "sync" else []


def _row(item: Json) -> Row:
    return Row(item["id"], item["etag"], item.get("summary", ""))
