"""Single items, read anew by their ids: what a row of changes says is but a hint."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from kiota_abstractions.request_information import RequestInformation

from connector.adapters.providers.graph.errors import NO_IDS, Target
from connector.adapters.providers.graph.events.canonical import read_single
from connector.adapters.providers.graph.recurring.inferred_exceptions import deviations
from connector.adapters.providers.graph.recurring.series import is_master, occurrence_of, read_series
from connector.adapters.providers.graph.requests import Requests
from connector.adapters.providers.graph.transport import Transport
from connector.adapters.providers.instances import instance_place
from connector.adapters.providers.wire import broken_answer
from connector.domain.provider.errors import Missing, Rejected, Transient
from connector.domain.provider.items import (
    EventRemoved,
    Item,
    OccurrenceCancelled,
    OccurrenceRead,
    SeriesRead,
    deviation_id,
)
from connector.domain.provider.port import Access

Json = dict[str, Any]
_TWO_DAYS = timedelta(days=2)
"""More than any zone is away from UTC, and little more than one page of occurrences."""
_FAR = timedelta(days=740)
"""Beyond the furthest horizon (D5)."""
_INSTANCES = 200
_WHOLE = {"exceptionOccurrences", "cancelledOccurrences"}


@dataclass
class Mailbox:
    """One account's calendar and the way to it, for one piece of work."""

    requests: Requests
    transport: Transport
    access: Access
    calendar_id: str
    now: datetime
    calendar_is_there: bool = False

    async def send(self, request: Any, target: Target) -> Json:  # noqa: ANN401 - a request of the SDK's
        """Return an answer that must be an object."""
        answer = await self.transport.send(self.access, request, target)
        if not isinstance(answer, dict):
            raise broken_answer("the answer is not an object")
        return answer

    async def read(self, event_id: str) -> Item:
        """Return one item as it is now; Missing for an id that is none, EventRemoved for one that is gone."""
        place = instance_place(event_id)
        if place is None:
            return await self._read(event_id)
        return (await self._occurrence(event_id, *place))[0]

    async def read_all(self, event_ids: Iterable[str]) -> list[Item]:
        """Return the items of these events, of an occurrence its whole series; what is no id is left out."""
        found = await asyncio.gather(*(self._read_or_none(event_id) for event_id in event_ids))
        return [item for item in found if item]

    async def own_id(self, event_id: str) -> str:
        """Return Exchange's id of an event, also of an occurrence. Raises Missing."""
        place = instance_place(event_id)
        return event_id if place is None else (await self._occurrence(event_id, *place))[1]

    async def raw(self, event_id: str) -> Json:
        """Return an event as Graph shows it. Raises Missing; CalendarUnavailable where all of its calendar is gone."""
        try:
            return await self.send(self.requests.event(self.calendar_id, event_id), "item")
        except Missing:
            await self.check_calendar()
            raise

    async def check_calendar(self) -> None:
        """Raise CalendarUnavailable where the calendar itself is gone: that says nothing about its items (H2)."""
        if not self.calendar_is_there:
            await self.send(self.requests.calendar(self.calendar_id), "calendar")
            self.calendar_is_there = True

    async def _read_or_none(self, event_id: str) -> Item | None:
        try:
            item = await self._read(event_id)
        except Missing:
            return None
        return item

    async def _read(self, event_id: str) -> Item:
        """Return an event; a 404 in a calendar that is there proves that the event is not (providers/graph.md 2.2)."""
        try:
            raw = await self.raw(event_id)
        except Missing as error:
            if error.code in NO_IDS:
                raise
            return EventRemoved(event_id)
        if series_id := raw.get("seriesMasterId"):
            return await self._read(series_id)
        return read_item(await self._told_whole(raw), self.calendar_id)

    async def _told_whole(self, raw: Json) -> Json:
        """Return an event, a master with what became of its occurrences: where it does not tell, they do."""
        if not is_master(raw) or raw.keys() >= _WHOLE:
            return raw
        series = read_series(raw, self.calendar_id)
        if not isinstance(series, SeriesRead):
            return raw
        since, until = self.now - _TWO_DAYS, self.now + _FAR
        try:
            found = await self._instances(series.event.event_id, since, until)
        except Rejected:  # it has no such list either
            return raw
        return {**raw, **deviations(series, found, since, until)}

    async def _occurrence(self, event_id: str, series_id: str, start: str) -> tuple[Item, str]:
        """Return an occurrence with Exchange's own id of it. Raises Missing where the series has no such."""
        series = await self._read(series_id)
        if not isinstance(series, SeriesRead):
            return EventRemoved(event_id, getattr(series, "at", None)), ""
        changed = {deviation_id(one): one for one in series.exceptions or ()}.get(event_id)
        if isinstance(changed, OccurrenceCancelled):
            return changed, ""
        around = _day_of(changed, start)
        for raw in await self._instances(series_id, around - _TWO_DAYS, around + _TWO_DAYS):
            found = occurrence_of(raw, series)
            if isinstance(found, OccurrenceRead) and found.event.event_id == event_id:
                return found, str(raw["id"])
        raise Missing("no_such_occurrence", "the series has no such occurrence")

    async def _instances(self, series_id: str, since: datetime, until: datetime) -> list[Json]:
        asked = self.requests.instances(self.calendar_id, series_id, since, until)
        return [row async for answer in self.pages(asked, "item", _INSTANCES) for row in rows(answer)]

    async def pages(self, request: RequestInformation, target: Target, page_size: int) -> AsyncIterator[Json]:
        """Yield the answers to a request and to what their nextLinks lead to."""
        next_one: RequestInformation | None = request
        while next_one:
            answer = await self.send(next_one, target)
            yield answer
            link = answer.get("@odata.nextLink")
            if not link:
                return
            next_one = self.requests.follow(str(link), page_size)
        raise Transient("foreign_link", "the next page is elsewhere than the last")


def read_item(raw: Json, calendar_id: str) -> Item:
    """Return a single event, or a master with all of its exceptions."""
    if is_master(raw):
        return read_series(raw, calendar_id)
    return read_single(raw, calendar_id)


def rows(answer: Json) -> list[Json]:
    """Return the rows of an answer."""
    found = answer.get("value", [])
    if not isinstance(found, list):
        raise broken_answer("its value is no list")
    return [row if isinstance(row, dict) else {} for row in found]


def _day_of(changed: OccurrenceRead | None, start: str) -> datetime:
    """Return about when an occurrence is; a plain day at its midnight in UTC."""
    moment = changed.event.fields.time.start if changed else datetime.fromisoformat(start)
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
