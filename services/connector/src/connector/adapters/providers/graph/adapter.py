"""The Microsoft Graph adapter: every call of `CalendarProvider` for Outlook.com and Microsoft 365 calendars."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from kiota_abstractions.request_information import RequestInformation

from chassis.clock import Clock
from connector.adapters.providers.exchange_store import keys
from connector.adapters.providers.exchange_store.answers import newer
from connector.adapters.providers.exchange_store.contents import holdable
from connector.adapters.providers.exchange_store.marks import is_same_link
from connector.adapters.providers.exchange_store.versions import EventVersion
from connector.adapters.providers.graph.calendars import read_calendar
from connector.adapters.providers.graph.changes import Changes
from connector.adapters.providers.graph.cursors import Cursor
from connector.adapters.providers.graph.events.canonical import instant_of, read_single
from connector.adapters.providers.graph.events.marker import read_marker, read_written_zone, write_properties
from connector.adapters.providers.graph.events.versions import version_of
from connector.adapters.providers.graph.events.writing import create_body, patch_body
from connector.adapters.providers.graph.reading import Json, Mailbox, read_item, rows
from connector.adapters.providers.graph.requests import Requests
from connector.adapters.providers.graph.subscriptions import renew, subscribe, unsubscribe
from connector.adapters.providers.graph.transport import Transport
from connector.adapters.providers.instances import instance_id
from connector.adapters.providers.wire import broken_answer
from connector.domain.provider.errors import AlreadyExists, Forbidden, Missing, Rejected, Transient
from connector.domain.provider.items import Item, Page, snapshot_of
from connector.domain.provider.port import Access, Account, CalendarInfo, NewEvent, Traits, Watch, WatchRequest
from connector.domain.provider.zones import iana_zone
from connector.domain.writing.write_attempts import holds
from contracts.calendar_objects import EventChanges, Marker
from contracts.times import Timed

_CALENDARS_PER_PAGE = 100
_CLOCKS_APART = timedelta(seconds=5)


class GraphCalendar:
    """Implements `connector.domain.provider.port.CalendarProvider`; it keeps no state of any account."""

    def __init__(self, requests: Requests, transport: Transport, clock: Clock, page_size: int) -> None:
        self._requests = requests
        self._transport = transport
        self._clock = clock
        self._page_size = page_size

    @property
    def traits(self) -> Traits:
        """What becomes of occurrences shows with their master alone, and a shared calendar's id is another for each."""
        return Traits(series_by_master=True, identity_is_exact=False)

    async def account(self, access: Access) -> Account:
        """Return who signed in; the name to sign in with may be another than the mail address."""
        me = await self._mailbox(access).send(self._requests.me(), "calendar")
        names = [str(me[name]) for name in ("mail", "userPrincipalName") if me.get(name)]
        if not names or not me.get("id"):
            raise broken_answer("the account has no address")
        return Account(str(me["id"]), names[0], tuple(names[1:]))

    async def calendars(self, access: Access) -> tuple[CalendarInfo, ...]:
        """Return the account's calendars, the primary one first."""
        asked, zone = self._requests.calendars(_CALENDARS_PER_PAGE), await self._zone(access)
        pages = self._mailbox(access).pages(asked, "calendar", _CALENDARS_PER_PAGE)
        found = [read_calendar(raw, zone) async for answer in pages for raw in rows(answer)]
        return tuple(sorted(found, key=lambda one: (not one.primary, one.name.casefold())))

    async def changes(
        self, access: Access, calendar_id: str, cursor: str | None, since: datetime, until: datetime
    ) -> AsyncIterator[Page]:
        """Yield what changed after `cursor`; without one, everything that ends after `since`, series up to `until`."""
        changes = Changes(self._mailbox(access, calendar_id), self._page_size)
        pages = changes.since(Cursor.parsed(cursor, until)) if cursor else changes.full(since, until)
        async for page in pages:
            yield page

    async def read(self, access: Access, calendar_id: str, event_id: str) -> Item:
        """Return one item as it is now; Exchange keeps no tombstones, so a deleted event is one that is not there."""
        return await self._mailbox(access, calendar_id).read(event_id)

    async def create(self, access: Access, calendar_id: str, new: NewEvent, *, invite: bool) -> Item:  # noqa: ARG002
        """Create the event; the item is the write's own answer, with what only another read shows.

        Raises AlreadyExists where an earlier try is there: found by its mark, or answered for the same transaction.
        """
        mailbox = self._mailbox(access, calendar_id)
        if new.unsure and (there := await self._marked(mailbox, new.marker)):
            raise AlreadyExists("marked_event_exists", event_id=there)
        made = await mailbox.send(self._requests.create(calendar_id, create_body(new)), "new")
        if not made.get("id"):
            raise broken_answer("the new event has no id")
        read = await self._made(mailbox, made, new)
        zone = read_written_zone(read) if read else None
        answered = _written(made, calendar_id, new.marker, zone or _zone_after(new.content))
        if read is None:
            return answered
        if not _is_of(read, new, answered):
            raise AlreadyExists("transaction_exists", event_id=str(made["id"]))
        return newer(answered, read_item(read, calendar_id))

    async def _made(self, mailbox: Mailbox, made: Json, new: NewEvent) -> Json | None:
        """Return a new event as it is read, for only so its mark shows; None where it is not there for readers.

        It is not there yet, or the user has deleted it since: a later read tells which (H1). Of an event that was
        deleted long ago Exchange may still know the transaction; that shows by the time when it was created.
        """
        try:
            return await mailbox.raw(str(made["id"]))
        except Missing as error:
            if _created_since(made, new.tried_at):
                return None
            if new.unsure:
                raise AlreadyExists("transaction_of_a_deleted_event", event_id=str(made["id"])) from error
            raise Transient("not_readable_yet", "the event was made, and is not there for readers") from error

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
        mailbox = self._mailbox(access, calendar_id)
        own_id = await mailbox.own_id(event_id)
        version = await self._version(mailbox, own_id, etag)
        _check_right(version, invite=invite)
        there = None if changes.description is None else await mailbox.raw(own_id)
        body = patch_body(changes, marker, there)
        request = self._requests.update(calendar_id, own_id, body, version.etag if etag else None)
        answer = await self._about_item(mailbox, request)
        whole = isinstance(answer, dict) and answer.get("id") and answer.get("start")
        if not whole or answer.get("type", "singleInstance") != "singleInstance":
            return await mailbox.read(event_id)
        return _written(answer, calendar_id, marker, _zone_after(changes) or version.zone)

    async def delete(self, access: Access, calendar_id: str, event_id: str, *, etag: str | None, invite: bool) -> None:
        """Delete the event; Missing where it is deleted already."""
        mailbox = self._mailbox(access, calendar_id)
        own_id = await mailbox.own_id(event_id)
        version = await self._version(mailbox, own_id, etag)
        _check_right(version, invite=invite)
        await self._about_item(mailbox, self._requests.delete(calendar_id, own_id, version.etag if etag else None))

    async def watch(self, access: Access, calendar_id: str, request: WatchRequest) -> Watch:
        """Open a subscription; our address is called while this call lasts. Raises WatchRefused."""
        return await subscribe(self._mailbox(access, calendar_id), request, self._clock)

    async def prolong(self, access: Access, watch: Watch) -> Watch | None:
        """Renew a subscription. Raises Missing where it is gone."""
        return await renew(self._mailbox(access), watch, self._clock)

    async def unwatch(self, access: Access, watch: Watch) -> None:
        """Close a subscription; one that is gone already is no error."""
        await unsubscribe(self._mailbox(access), watch.resource_id)

    def key_of(self, account_key: str, activity_id: str, calendar_id: str, generation: int) -> str:
        """Return the `transactionId` of an event born from an activity."""
        return keys.key_of(account_key, activity_id, calendar_id, generation)

    def occurrence_id(self, series_id: str, original_start: str) -> str:
        """Return our id of an occurrence; Exchange's own tells nothing."""
        return instance_id(series_id, original_start)

    async def _zone(self, access: Access) -> str:
        """Return the mailbox's time zone; UTC where we are not shown it, or nobody knows it."""
        try:
            settings = await self._mailbox(access).send(self._requests.settings(), "item")
        except Rejected:
            return "UTC"
        return iana_zone(str(settings.get("timeZone") or "UTC")) or "UTC"

    def _mailbox(self, access: Access, calendar_id: str = "") -> Mailbox:
        return Mailbox(self._requests, self._transport, access, calendar_id, self._clock.now())

    async def _about_item(self, mailbox: Mailbox, request: RequestInformation) -> Any:  # noqa: ANN401 - JSON
        """Send; a 404 may as well mean that the calendar is lost."""
        try:
            return await mailbox.transport.send(mailbox.access, request, "item")
        except Missing:
            await mailbox.check_calendar()
            raise

    async def _version(self, mailbox: Mailbox, own_id: str, etag: str | None) -> EventVersion:
        if etag:
            return EventVersion.parsed(etag)
        raw = await mailbox.raw(own_id)
        return version_of(raw, read_written_zone(raw))

    async def _marked(self, mailbox: Mailbox, marker: Marker) -> str | None:
        """Return the id of the event that bears a mark, whatever version of it."""
        asked = self._requests.marked(mailbox.calendar_id, marker.activity_id)
        async for answer in mailbox.pages(asked, "calendar", self._page_size):
            for raw in rows(answer):
                if is_same_link(read_marker(raw), marker):
                    return str(raw["id"])
        return None


def _check_right(version: EventVersion, *, invite: bool) -> None:
    """Raise Forbidden for what Exchange would let happen, and should not (E5, I1, I2)."""
    if version.standing == "foreign":
        raise Forbidden("not_organizer", "it would change the guest's own copy alone (E5)")
    if version.standing == "guests" and not invite:
        raise Forbidden("would_mail_guests", "Exchange mails the guests of a meeting with every change (I1)")


def _written(answer: Json, calendar_id: str, marker: Marker, zone: str | None) -> Item:
    """Return the answer to a write, with the properties that answers do not repeat."""
    return read_single({**answer, **write_properties(marker, zone)}, calendar_id)


def _is_of(read: Json, new: NewEvent, answered: Item) -> bool:
    """Whether an event is the one just made; where a server shows no marks, its content tells."""
    if (mark := read_marker(read)) is not None:
        return mark == new.marker
    event = snapshot_of(answered)
    return event is not None and holds(event.fields, holdable(new.content))


def _created_since(made: Json, tried_at: datetime | None) -> bool:
    """Tell whether an event was made by a try that began then; Exchange's clock is not ours."""
    created = instant_of(made, "createdDateTime")
    return created is not None and tried_at is not None and created > tried_at - _CLOCKS_APART


def _zone_after(changes: EventChanges) -> str | None:
    time = holdable(changes).time
    return time.timezone if isinstance(time, Timed) else None
