"""The EWS adapter: every call of `CalendarProvider` for mailboxes of Exchange Server.

exchangelib blocks, so each piece of work is a function that runs in a thread of `Mailboxes`, and nothing but items of
ours comes back from it.
"""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from chassis.clock import Clock
from connector.adapters.providers.ews import writes
from connector.adapters.providers.ews.changes import ChangedBatch, changed_batch, changed_page, continued
from connector.adapters.providers.ews.errors import Target
from connector.adapters.providers.ews.folder import ITEMS_AT_ONCE, CalendarFolder
from connector.adapters.providers.ews.mailbox.calendars import read_folders
from connector.adapters.providers.ews.mailbox.owner import read_account
from connector.adapters.providers.ews.mailbox.zone import mailbox_zone
from connector.adapters.providers.ews.mailboxes import Mailboxes
from connector.adapters.providers.ews.reading import read
from connector.adapters.providers.ews.subscriptions import subscribe
from connector.adapters.providers.exchange_store import keys
from connector.adapters.providers.instances import instance_id
from connector.adapters.providers.wire import broken_answer
from connector.domain.provider.items import EventRemoved, Item, Page
from connector.domain.provider.port import Access, Account, CalendarInfo, NewEvent, Traits, Watch, WatchRequest
from contracts.calendar_objects import EventChanges, Marker

if TYPE_CHECKING:
    import exchangelib

_T = TypeVar("_T")
_ZONE_KEPT = timedelta(days=1)
_MOST_ZONES = 4096
_MOST_REPEATED = 5


class EwsCalendar:
    """Implements `connector.domain.provider.port.CalendarProvider`; of a mailbox it keeps but its zone, for a day."""

    def __init__(self, mailboxes: Mailboxes, clock: Clock, page_size: int) -> None:
        self._mailboxes = mailboxes
        self._clock = clock
        self._page_size = page_size
        self._zones: dict[str, tuple[datetime, str]] = {}

    @property
    def traits(self) -> Traits:
        """What becomes of occurrences shows with their master alone; a folder's id is another for each account.

        A sync state tells no deletion of what it never told of: of an event that we made, and somebody deleted at once.
        """
        return Traits(series_by_master=True, identity_is_exact=False, hides_what_came_and_went=True)

    async def account(self, access: Access) -> Account:
        """Return whose mailbox it is."""
        return await self._mailboxes.call(access, read_account, target="calendar")

    async def calendars(self, access: Access) -> tuple[CalendarInfo, ...]:
        """Return the calendars of the user's own mailbox, the primary one first."""

        def work(account: "exchangelib.Account") -> tuple[CalendarInfo, ...]:
            folders = read_folders(account)
            zone = mailbox_zone(CalendarFolder(account, folders.primary, self._clock.now()))
            return folders.calendars(account.primary_smtp_address, zone)

        return await self._mailboxes.call(access, work, target="calendar")

    async def changes(
        self,
        access: Access,
        calendar_id: str,
        cursor: str | None,
        since: datetime,
        until: datetime,  # noqa: ARG002 - a sync state reaches as far as the calendar does
    ) -> AsyncIterator[Page]:
        """Yield what changed after `cursor`; without one, everything that ends after `since`."""
        from_start, repeated = None if cursor else since, 0
        while True:
            page = await self._in(
                access, calendar_id, partial(changed_page, state=cursor, since=from_start, size=self._page_size)
            )
            for begin in range(0, len(page.live), ITEMS_AT_ONCE):
                ids = page.live[begin : begin + ITEMS_AT_ONCE]
                work = partial(changed_batch, event_ids=ids, deleted=page.deleted, since=from_start)
                yield Page(await self._whole(access, calendar_id, await self._in(access, calendar_id, work)))
            gone = tuple(EventRemoved(one) for one in sorted(page.deleted.difference(page.live)))
            yield Page(gone, page.state if page.is_last else None)
            if page.is_last:
                return
            repeated = repeated + 1 if page.state == cursor else 0
            if repeated > _MOST_REPEATED:
                raise broken_answer("a page of changes that leads to itself")
            cursor = page.state

    async def _whole(self, access: Access, calendar_id: str, batch: ChangedBatch) -> tuple[Item, ...]:
        """Return the items of a batch when all of it is read."""
        while batch.items is None:
            batch = await self._in(access, calendar_id, partial(continued, batch=batch))
        return batch.items

    async def read(self, access: Access, calendar_id: str, event_id: str) -> Item:
        """Return one item as it is now; Exchange keeps no tombstones, so a deleted event is one that is not there."""
        return await self._in(access, calendar_id, lambda folder: read(folder, event_id))

    async def create(self, access: Access, calendar_id: str, new: NewEvent, *, invite: bool) -> Item:
        """Create the event. Raises AlreadyExists where one bears its mark."""
        zone = self._zone_of(access)
        return await self._in(
            access, calendar_id, lambda folder: writes.create(folder, new, zone, invite=invite), target="new"
        )

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
        """Change the given fields and the marker. Raises PreconditionFailed, Missing, Forbidden."""
        zone = self._zone_of(access)
        return await self._in(
            access,
            calendar_id,
            lambda folder: writes.update(folder, event_id, changes, marker, zone, etag=etag, invite=invite),
        )

    async def delete(self, access: Access, calendar_id: str, event_id: str, *, etag: str | None, invite: bool) -> None:
        """Delete the event; Missing where it is deleted already."""
        await self._in(access, calendar_id, lambda folder: writes.delete(folder, event_id, etag=etag, invite=invite))

    async def watch(self, access: Access, calendar_id: str, request: WatchRequest) -> Watch:
        """Open a push subscription, which lasts as long as it is heard. Raises WatchRefused."""
        return await self._in(access, calendar_id, lambda folder: subscribe(folder, request), target="channel")

    async def prolong(self, access: Access, watch: Watch) -> Watch | None:  # noqa: ARG002 - the port's
        """Return None: signs of life prolong a subscription, and one without is opened anew."""
        return None

    async def unwatch(self, access: Access, watch: Watch) -> None:
        """Do nothing: a push subscription ends by our answer to its next notification, and not by a call."""

    def key_of(self, account_key: str, activity_id: str, calendar_id: str, generation: int) -> str:
        """Return the key of an event born from an activity; Exchange Server is never told it."""
        return keys.key_of(account_key, activity_id, calendar_id, generation)

    def occurrence_id(self, series_id: str, original_start: str) -> str:
        """Return our id of an occurrence; Exchange's own tells nothing."""
        return instance_id(series_id, original_start)

    async def _in(
        self, access: Access, calendar_id: str, work: Callable[[CalendarFolder], _T], *, target: Target = "item"
    ) -> _T:
        """Return what `work` does with a calendar of the account."""
        now = self._clock.now()
        return await self._mailboxes.call(
            access, lambda account: work(CalendarFolder(account, calendar_id, now)), target=target
        )

    def _zone_of(self, access: Access) -> writes.MailboxZone:
        """Return what tells the mailbox's zone; it is asked for in a thread, and only once in a while."""

        def zone(folder: CalendarFolder) -> str:
            known = self._zones.get(access.mailbox)
            if known is None or known[0] + _ZONE_KEPT < folder.now:
                if len(self._zones) >= _MOST_ZONES:
                    self._zones.clear()
                known = self._zones[access.mailbox] = (folder.now, mailbox_zone(folder))
            return known[1]

        return zone
