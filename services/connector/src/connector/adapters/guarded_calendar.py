"""The guarded way to a provider: bound to one connection's access, and its transient errors told from our own.

A database or broker of ours that is away makes a consumer wait; a provider that is away parks one connection.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from chassis.errors import Transient
from connector.adapters.originals import Originals
from connector.adapters.provider_calls import Call, Operation, provider_call
from connector.domain.event.window import Window
from connector.domain.provider.errors import ConnectionLost, Throttled
from connector.domain.provider.items import Item, Page
from connector.domain.provider.port import (
    Access,
    Account,
    CalendarInfo,
    CalendarProvider,
    NewEvent,
    Watch,
    WatchRequest,
)
from contracts.calendar_commands import CalendarPut
from contracts.calendar_objects import EventChanges, EventSnapshot, Marker


class ProviderAway(Transient):
    """The provider does not answer, or not as it should; the connection's work waits."""


class CallLost(ProviderAway):
    """The connection broke under a write, which may have arrived."""


@contextmanager
def provider_errors() -> Iterator[None]:
    """Tell the provider's transient errors from those of our own database and broker."""
    try:
        yield
    except (Throttled, ProviderAway):
        raise
    except ConnectionLost as error:
        raise CallLost(error.code, error.detail) from error
    except Transient as error:
        raise ProviderAway(error.code, error.detail, retry_after=error.retry_after) from error


@dataclass(frozen=True)
class Calendars:
    """What one connection asks of its provider; see `CalendarProvider` for the methods' meaning."""

    provider: CalendarProvider
    access: Access
    invite: bool = False
    originals: Originals | None = None
    name: str = "unnamed"
    """The provider's, by which calls are counted."""

    @contextmanager
    def _asking(self, operation: Operation) -> Iterator[Call]:
        with provider_errors(), provider_call(self.name, operation) as call:
            yield call

    async def account(self) -> Account:
        """Return who signed in."""
        with self._asking("account"):
            return await self.provider.account(self.access)

    async def calendars(self) -> tuple[CalendarInfo, ...]:
        """Return the account's calendars."""
        with self._asking("calendars"):
            return await self.provider.calendars(self.access)

    async def changes(self, calendar_id: str, cursor: str | None, window: Window) -> AsyncIterator[Page]:
        """Yield the pages of what changed."""
        pages = self.provider.changes(self.access, calendar_id, cursor, window.start, window.end)
        while True:
            with self._asking("changes") as call:
                page = await anext(pages, None)
                call.asked = page is not None
            if page is None:
                return
            yield replace(page, items=tuple(await self._told_apart(page.items, calendar_id)))

    async def read(self, calendar_id: str, event_id: str) -> Item:
        """Return one item as it is now."""
        with self._asking("read"):
            item = await self.provider.read(self.access, calendar_id, event_id)
        return (await self._told_apart((item,), calendar_id))[0]

    async def create(self, calendar_id: str, new: NewEvent) -> Item:
        """Create an event."""
        with self._asking("create"):
            return await self.provider.create(self.access, calendar_id, new, invite=self.invite)

    async def update(
        self, calendar_id: str, event_id: str, changes: EventChanges, marker: Marker, *, etag: str | None
    ) -> Item:
        """Change an event."""
        with self._asking("update"):
            return await self.provider.update(
                self.access, calendar_id, event_id, changes, marker, etag=etag, invite=self.invite
            )

    async def delete(self, calendar_id: str, event_id: str, *, etag: str | None) -> None:
        """Delete an event."""
        with self._asking("delete"):
            await self.provider.delete(self.access, calendar_id, event_id, etag=etag, invite=self.invite)

    async def watch(self, calendar_id: str, request: WatchRequest) -> Watch:
        """Open a push channel."""
        with self._asking("watch"):
            return await self.provider.watch(self.access, calendar_id, request)

    async def prolong(self, watch: Watch) -> Watch | None:
        """Return a push channel with a later end, None where a new one is to be opened."""
        with self._asking("prolong"):
            return await self.provider.prolong(self.access, watch)

    async def note_original(self, event: EventSnapshot, put: CalendarPut) -> None:
        """Note an event of CRM origin as the original when it is new, moved or private (it matters of private ones)."""
        told = put.event_id is None or put.changes.time is not None or event.visibility == "private"
        if self.originals and put.marker.origin == "crm" and told:
            await self.originals.note(event, put.marker)

    async def _told_apart(self, items: Sequence[Item], calendar_id: str) -> Sequence[Item]:
        """Return the items, private copies of events of ours as what they are (G2, K3)."""
        return items if self.originals is None else await self.originals.without_copies(items, calendar_id)

    async def unwatch(self, watch: Watch) -> None:
        """Close a push channel."""
        with self._asking("unwatch"):
            await self.provider.unwatch(self.access, watch)
