"""The Google Calendar adapter: every call of `CalendarProvider` as requests of the SDK."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from googleapiclient.http import HttpRequest

from chassis.errors import Transient
from connector.adapters.providers.google.calendars import read_calendar
from connector.adapters.providers.google.canonical import read_item
from connector.adapters.providers.google.errors import Target
from connector.adapters.providers.google.ids import derived_id, instance_id
from connector.adapters.providers.google.times import lacks_zone
from connector.adapters.providers.google.transport import Transport
from connector.adapters.providers.google.writing import insert_body, patch_body
from connector.adapters.providers.wire import broken_answer
from connector.domain.provider.errors import Missing
from connector.domain.provider.items import Item, Page
from connector.domain.provider.port import Access, Account, CalendarInfo, NewEvent, Traits, Watch, WatchRequest
from contracts.calendar_objects import EventChanges, Marker

if TYPE_CHECKING:
    from googleapiclient._apis.calendar.v3 import CalendarResource

Json = dict[str, Any]
_WORK_AT_ONCE, _WORK_FOR_A_ROW = 100_000, 1_000
"""Characters of descriptions that are read before others get their turn, and what the rest of a row counts for."""


class GoogleCalendar:
    """Implements `connector.domain.provider.port.CalendarProvider`; it keeps no state of any account."""

    def __init__(self, service: "CalendarResource", transport: Transport, page_size: int) -> None:
        # Each of these builds a class anew, documentation and all: a sixth of the connector's CPU where every call did.
        self._events = service.events()
        self._calendars = service.calendars()
        self._calendar_list = service.calendarList()
        self._channels = service.channels()
        self._transport = transport
        self._page_size = page_size

    @property
    def traits(self) -> Traits:
        """Every row tells for itself."""
        return Traits()

    async def account(self, access: Access) -> Account:
        """Return who signed in: the id of an account's primary calendar is its address."""
        primary = await self._send(access, self._calendar_list.get(calendarId="primary"), "calendar")
        return Account(id=_required(primary, "id"), email=primary["id"])

    async def calendars(self, access: Access) -> tuple[CalendarInfo, ...]:
        """Return the account's calendars, the primary one first."""
        found: list[Json] = []
        page_token: str | None = None
        while True:
            request = self._calendar_list.list(maxResults=250, **_given(pageToken=page_token))
            answer = await self._send(access, request, "calendar")
            found += _rows(answer)
            page_token = answer.get("nextPageToken")
            if not page_token:
                return _listed(found)

    async def changes(
        self,
        access: Access,
        calendar_id: str,
        cursor: str | None,
        since: datetime,
        until: datetime,  # noqa: ARG002 - see below
    ) -> AsyncIterator[Page]:
        """Yield what changed after `cursor` (a sync token); without one, everything that ends after `since`.

        No upper bound, and masters unexpanded: what Google reports later for events outside a window is not
        documented. Every page repeats the parameters of the first, as Google demands.
        """
        start = {"syncToken": cursor} if cursor else {"timeMin": since.astimezone(UTC).isoformat()}
        page_token: str | None = None
        while True:
            request = self._events.list(
                calendarId=calendar_id,
                singleEvents=False,
                maxResults=self._page_size,
                **_given(**start, pageToken=page_token),
            )
            answer = await self._send(access, request, "calendar")
            page_token = answer.get("nextPageToken")
            yield await _page(answer, calendar_id, last=not page_token)
            if not page_token:
                return

    async def read(self, access: Access, calendar_id: str, event_id: str) -> Item:
        """Return one item as it is now; Google keeps tombstones, so a deleted event is found as EventRemoved."""
        request = self._events.get(calendarId=calendar_id, eventId=event_id)
        return await self._item(access, calendar_id, await self._about_item(access, calendar_id, request))

    async def create(self, access: Access, calendar_id: str, new: NewEvent, *, invite: bool) -> Item:
        """Create the event under its own id; the item is the answer. Raises AlreadyExists, also for a tombstone."""
        request = self._events.insert(calendarId=calendar_id, body=insert_body(new), sendUpdates=_mail(invite=invite))
        return await self._item(access, calendar_id, await self._send(access, request, "new"))

    async def update(
        self,
        access: Access,
        calendar_id: str,
        event_id: str,
        changes: EventChanges,
        marker: Marker,
        *,
        etag: str | None,
        invite: bool,
    ) -> Item:
        """Patch the given fields and the marker. Raises PreconditionFailed, Missing, Forbidden."""
        there = "" if changes.description is None else await self._description(access, calendar_id, event_id)
        request = self._events.patch(
            calendarId=calendar_id,
            eventId=event_id,
            body=patch_body(changes, marker, there),
            sendUpdates=_mail(invite=invite),
        )
        answer = await self._about_item(access, calendar_id, _if_match(request, etag))
        return await self._item(access, calendar_id, answer)

    async def delete(self, access: Access, calendar_id: str, event_id: str, *, etag: str | None, invite: bool) -> None:
        """Delete the event; Missing where it is deleted already."""
        request = self._events.delete(calendarId=calendar_id, eventId=event_id, sendUpdates=_mail(invite=invite))
        await self._about_item(access, calendar_id, _if_match(request, etag))

    async def watch(self, access: Access, calendar_id: str, request: WatchRequest) -> Watch:
        """Open a channel for Google's default life of 7 days. Raises WatchRefused; AlreadyExists for a used id."""
        body: Any = {"id": request.id, "type": "web_hook", "address": request.address, "token": request.token}
        answer = await self._send(access, self._events.watch(calendarId=calendar_id, body=body), "channel")
        return _watch(request.id, answer)

    async def prolong(self, access: Access, watch: Watch) -> Watch | None:  # noqa: ARG002 - the answer is always the same
        """Return None: Google's channels cannot be renewed, so a new one with a new id takes the old one's place."""
        return None

    async def unwatch(self, access: Access, watch: Watch) -> None:
        """Close a channel; one that is gone already is no error."""
        request = self._channels.stop(body={"id": watch.id, "resourceId": watch.resource_id})
        try:
            await self._transport.send(access, request, "item")
        except Missing:
            return

    def key_of(self, account_key: str, activity_id: str, calendar_id: str, generation: int) -> str:
        """Return the derived id of an event born from an activity."""
        return derived_id(account_key, activity_id, calendar_id, generation)

    def occurrence_id(self, series_id: str, original_start: str) -> str:
        """Return Google's id of an occurrence."""
        return instance_id(series_id, original_start)

    async def _description(self, access: Access, calendar_id: str, event_id: str) -> str:
        """Return an event's description as it is, in HTML: what is typed in the CRM goes into its markup (F9)."""
        request = self._events.get(calendarId=calendar_id, eventId=event_id)
        raw = await self._about_item(access, calendar_id, request)
        return str(raw.get("description") or "") if isinstance(raw, dict) else ""

    async def _send(self, access: Access, request: HttpRequest, target: Target) -> Json:
        answer = await self._transport.send(access, request, target)
        if not isinstance(answer, dict):
            raise broken_answer("the answer is not an object")
        return answer

    async def _about_item(self, access: Access, calendar_id: str, request: HttpRequest) -> Any:  # noqa: ANN401 - JSON
        """Send; a 404 may as well mean that the calendar is lost, which says nothing about its items (H2)."""
        try:
            return await self._transport.send(access, request, "item")
        except Missing:
            await self._send(access, self._calendars.get(calendarId=calendar_id), "calendar")
            raise

    async def _item(self, access: Access, calendar_id: str, raw: Any) -> Item:  # noqa: ANN401 - JSON
        if not isinstance(raw, dict) or "id" not in raw:
            raise broken_answer("the answer is not an event")
        zone = "UTC"
        if lacks_zone(raw):
            calendar = await self._send(access, self._calendars.get(calendarId=calendar_id), "calendar")
            zone = calendar.get("timeZone") or zone
        return read_item(raw, calendar_id, zone)


def _listed(rows: list[Json]) -> tuple[CalendarInfo, ...]:
    account = next((raw.get("id") for raw in rows if raw.get("primary")), None)
    found = [read_calendar(raw, account) for raw in rows]
    return tuple(sorted(found, key=lambda one: (not one.primary, one.name.casefold())))


async def _page(answer: Json, calendar_id: str, *, last: bool) -> Page:
    zone = answer.get("timeZone") or "UTC"
    items: list[Item] = []
    work = 0
    for raw in _rows(answer):
        items.append(read_item(raw, calendar_id, zone))
        work += _WORK_FOR_A_ROW + len(str(raw.get("description") or ""))
        if work >= _WORK_AT_ONCE:
            work = 0
            await asyncio.sleep(0)  # 2500 rows take 0.3 s, which other connections should not wait for
    return Page(tuple(items), _required(answer, "nextSyncToken") if last else None)


def _rows(answer: Json) -> list[Json]:
    rows = answer.get("items", [])
    if not isinstance(rows, list):
        raise broken_answer("its items are no list")
    return [row if isinstance(row, dict) else {} for row in rows]


def _required(answer: Json, name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise Transient("broken_answer", f"the answer has no {name}")
    return value


def _watch(channel_id: str, answer: Json) -> Watch:
    """Return the channel with the expiration that Google really gave: milliseconds as a string."""
    expiration = str(answer.get("expiration", ""))
    if not expiration.isdecimal():
        raise broken_answer("the channel has no expiration")
    expires_at = datetime.fromtimestamp(int(expiration) / 1000, UTC)
    return Watch(channel_id, _required(answer, "resourceId"), expires_at)


def _mail(*, invite: bool) -> Literal["all", "none"]:
    """Return `sendUpdates`: no mail to guests unless the user turned `invite_guests` on (I1)."""
    return "all" if invite else "none"


def _if_match(request: HttpRequest, etag: str | None) -> HttpRequest:
    if etag:
        request.headers = {**(request.headers or {}), "If-Match": etag}
    return request


def _given(**parameters: str | None) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if value is not None}
