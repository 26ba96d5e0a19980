"""What changed in a calendar (providers/graph.md 2.2): the rows of a delta round are hints, each item is read anew.

A full read goes through a whole round only for its deltaLink and the ids of the series in its window; the events
themselves come from a list, a page of them with their marks in one call.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from kiota_abstractions.request_information import RequestInformation

from connector.adapters.providers.exchange_store.ended import MARGIN, has_ended
from connector.adapters.providers.graph.cursors import Cursor
from connector.adapters.providers.graph.errors import Target
from connector.adapters.providers.graph.events.canonical import changed_at
from connector.adapters.providers.graph.reading import Json, Mailbox, read_item, rows
from connector.domain.provider.errors import Rejected, ResyncNeeded, Transient
from connector.domain.provider.items import Item, Page

log = structlog.get_logger()

_AHEAD = timedelta(days=30)
"""How much further a round's window reaches than it must: so often a new one is begun at least."""
_MASTERS_AT_ONCE = 20
_EVENTS_AT_ONCE = 100


@dataclass
class Changes:
    """One read of a calendar's changes."""

    mailbox: Mailbox
    page_size: int
    masters: set[str] = field(default_factory=set)
    modified: str = ""
    seen: tuple[str, ...] = ()

    async def full(self, since: datetime, until: datetime) -> AsyncIterator[Page]:
        """Yield everything between two moments; the round comes first: nothing falls between it and the list."""
        until += _AHEAD
        link, requests, calendar_id = "", self.mailbox.requests, self.mailbox.calendar_id
        first = requests.delta(calendar_id, since, until, self.page_size)
        async for answer in self._round(first, "calendar"):
            self.masters |= {str(row["seriesMasterId"]) for row in rows(answer) if row.get("seriesMasterId")}
            link = _link(answer)
            yield Page(())
        await self._modified_since("", ())
        listed = requests.events(calendar_id, since - MARGIN, self.page_size)
        async for answer in self.mailbox.pages(listed, "calendar", self.page_size):
            yield Page(tuple(await self._singles(rows(answer), since)))
        async for page in self._noted_masters():
            yield page
        yield self._last(link, until)

    async def since(self, cursor: Cursor) -> AsyncIterator[Page]:
        """Yield what changed after a cursor. Raises ResyncNeeded, also between pages."""
        first = self.mailbox.requests.follow(cursor.link, self.page_size)
        if first is None:
            raise ResyncNeeded("foreign_link", "the cursor leads elsewhere than where the account is read")
        self.modified, self.seen, link = cursor.modified, cursor.seen, ""
        # Beside the round, not before it: each has a cursor of its own, and a call takes a part of a second.
        modified = asyncio.ensure_future(self._modified_since(cursor.modified, cursor.seen))
        try:
            async for answer in self._round(first, "changes"):
                link = _link(answer)
                yield Page(tuple(await self.mailbox.read_all(sorted({*self._touched(rows(answer))}))))
            self.masters |= await modified
        finally:
            modified.cancel()
            await asyncio.gather(modified, return_exceptions=True)  # its error, where the round has failed, too
        async for page in self._noted_masters():
            yield page
        yield self._last(link, cursor.until)

    async def _round(self, request: RequestInformation, target: Target) -> AsyncIterator[Json]:
        link = ""
        async for answer in self.mailbox.pages(request, target, self.page_size):
            link = _link(answer)
            yield answer
        if not link:
            raise Transient("no_cursor", "the last page did not say where the next read goes on")

    async def _modified_since(self, moment: str, seen: Collection[str]) -> set[str]:
        """Return the masters modified since, and note up to when; a deleted occurrence leaves no other trace."""
        asked = self.mailbox.requests.modified(self.mailbox.calendar_id, moment, self.page_size)
        try:
            listed = [
                row async for answer in self.mailbox.pages(asked, "calendar", self.page_size) for row in rows(answer)
            ]
        except Rejected as error:  # the daily read of everything tells the same, only later
            log.warning("series_not_asked_for", reason=str(error))
            return set()
        found = [row for row in listed if _is_modified_master(row, moment)]
        self.modified = max([moment, *(str(row.get("lastModifiedDateTime") or "") for row in found)])
        latest = (row for row in found if row.get("lastModifiedDateTime") == self.modified)
        self.seen = tuple(sorted(str(row.get("changeKey")) for row in latest))
        return {str(row["id"]) for row in found if row.get("changeKey") not in seen}

    def _touched(self, found: Iterable[Json]) -> Iterator[str]:
        """Yield the ids that rows point to; masters are noted, and read once when all rows were seen."""
        for row in found:
            master = _master_of(row)
            if master and "@removed" not in row:
                self.masters.add(master)
            elif row.get("id"):
                yield str(row["id"])

    async def _singles(self, found: Sequence[Json], since: datetime) -> list[Item]:
        """Return the single events of a listed page that do not end before `since`."""
        items: list[Item] = []
        for row in found:
            if master := _master_of(row):
                self.masters.add(master)
                continue
            item = read_item(row, self.mailbox.calendar_id)
            if not has_ended(item, since):
                items.append(item)
            if len(items) % _EVENTS_AT_ONCE == 0:
                await asyncio.sleep(0)  # a page takes its time, which other connections should not wait for
        return items

    def _last(self, link: str, until: datetime) -> Page:
        return Page((), str(Cursor(link=link, until=until, modified=self.modified, seen=self.seen)))

    async def _noted_masters(self) -> AsyncIterator[Page]:
        masters = sorted(self.masters)
        for start in range(0, len(masters), _MASTERS_AT_ONCE):
            yield Page(tuple(await self.mailbox.read_all(masters[start : start + _MASTERS_AT_ONCE])))


def _link(answer: Json) -> str:
    return str(answer.get("@odata.deltaLink") or "")


def _master_of(row: Json) -> str | None:
    """Return the series that a row belongs to, or is."""
    found = row.get("seriesMasterId") or (row.get("id") if row.get("type") == "seriesMaster" else None)
    return str(found) if found else None


def _is_modified_master(row: Json, since: str) -> bool:
    """Whether a row is what was asked for: a server that overlooks filters lists everything."""
    changed, asked = changed_at(row), changed_at({"lastModifiedDateTime": since})
    is_master = row.get("type") == "seriesMaster"
    return is_master and (changed is None or asked is None or changed >= asked)
