"""The floor's words for Microsoft Graph, with the calls that Graph makes necessary.

Rows of changes are hints there: each event is read by itself. A deleted occurrence shows with its master alone, so
modified masters are asked for beside every round of changes. An event just created is read once more, for its mark.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from bench.floor.common import Json
from bench.floor.rows import Page, Row

_AT_ONCE = 4
_PAGE = 200
_PREFER = f'IdType="ImmutableId", outlook.timezone="UTC", odata.maxpagesize={_PAGE}'
_MARK = "String {00020329-0000-0000-c000-000000000046} Name floor"
_SHOWN = {"$expand": f"singleValueExtendedProperties($filter=id eq '{_MARK}')"}
_BEHIND, _AHEAD = timedelta(days=1), timedelta(days=210)
_LIFE = timedelta(days=2)
_CONTENT = ("subject", "start", "end", "isAllDay", "location", "body", "showAs")
"""Another version is another content: Exchange gives events new etags by itself."""


class GraphCalendar:
    """One account's primary calendar."""

    def __init__(self, http: httpx.AsyncClient, token: str) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {token}", "Prefer": _PREFER}
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def watch(self, address: str, name: str) -> None:
        """Open a subscription; the address is called meanwhile."""
        wanted = {"changeType": "created,updated,deleted", "resource": "/me/events", "clientState": name}
        urls = {"notificationUrl": f"{address}?of={name}", "lifecycleNotificationUrl": f"{address}?of={name}"}
        ends = {"expirationDateTime": f"{_wall(datetime.now(UTC) + _LIFE)}Z"}
        await self._call("POST", "/subscriptions", json=wanted | urls | ends)

    async def changes(self, cursor: str) -> AsyncIterator[Page]:
        """Yield the events that changed; from the beginning, the whole list after a round for its cursor alone."""
        if cursor:
            masters = asyncio.ensure_future(self._masters())
            async for rows, link in self._pages(cursor, {}):
                yield Page(await asyncio.gather(*(self._event(row["id"]) for row in rows)), link)
            await masters
            return
        now = datetime.now(UTC)
        window = {"startDateTime": f"{_wall(now - _BEHIND)}Z", "endDateTime": f"{_wall(now + _AHEAD)}Z"}
        links = [link async for _, link in self._pages("/me/calendar/calendarView/delta", window)]
        await self._masters()
        listed = {"$filter": f"end/dateTime ge '{_wall(now - _BEHIND)}'", "$top": str(_PAGE), **_SHOWN}
        async for rows, _ in self._pages("/me/calendar/events", listed):
            yield Page([_row(row) for row in rows])
        yield Page([], links[-1])

    async def create(self, fields: Json) -> Row:
        """Create an event, and read it."""
        made = await self._call("POST", "/me/calendar/events", json=_body(fields))
        return await self._event(made["id"])

    async def update(self, event_id: str, fields: Json) -> Row:
        """Patch an event."""
        return _row(await self._call("PATCH", f"/me/calendar/events/{event_id}", json=_body(fields)))

    async def _masters(self) -> None:
        async for _ in self._pages("/me/calendar/events", {"$filter": "type eq 'seriesMaster'", "$top": str(_PAGE)}):
            pass

    async def _event(self, event_id: str) -> Row:
        async with self._slots:
            return _row(await self._call("GET", f"/me/calendar/events/{event_id}", params=_SHOWN))

    async def _pages(self, address: str, query: dict[str, str]) -> AsyncIterator[tuple[list[Json], str]]:
        page = await self._call("GET", address, **({"params": query} if query else {}))
        while "@odata.nextLink" in page:
            yield page["value"], ""
            page = await self._call("GET", page["@odata.nextLink"])
        yield page["value"], page.get("@odata.deltaLink", "")

    async def _call(self, method: str, address: str, **request: Any) -> Json:  # noqa: ANN401 - httpx's own options
        url = address if address.startswith("http") else f"/v1.0{address}"
        answer = await self._http.request(method, url, headers=self._headers, **request)
        answer.raise_for_status()
        body: Json = answer.json()
        return body


def rung(body: Json) -> Sequence[str]:
    """Return the names of the subscriptions that ring."""
    return [one["clientState"] for one in body["value"]]


def echo(body: Json) -> str | None:
    """Return the token of the handshake before the first notification."""
    token: str | None = body["query"].get("validationToken")
    return token


_WORDS: dict[str, Any] = {
    "summary": lambda value: {"subject": value},
    "location": lambda value: {"location": {"displayName": value}},
    "description": lambda value: {"body": {"contentType": "html", "content": value}},
    "start": lambda value: {"start": _time(value)},
    "end": lambda value: {"end": _time(value)},
}


def _body(fields: Json) -> Json:
    return {key: part for name, value in fields.items() for key, part in _WORDS[name](value).items()}


def _time(value: Json) -> Json:
    return {"dateTime": _wall(datetime.fromisoformat(value["dateTime"])), "timeZone": "UTC"}


def _wall(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")


def _row(event: Json) -> Row:
    return Row(event["id"], "|".join(str(event[name]) for name in _CONTENT), event["subject"])
