"""The connector's reading, with collections in memory, a clock that is set, and a calendar played by the test."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from chassis.clock import ManualClock
from chassis.messaging.publisher import Outgoing, Publisher
from connector.adapters.collections import open_stores
from connector.adapters.guarded_calendar import Calendars
from connector.adapters.providers.google.ids import instance_id
from connector.application.connections.repository import Connections
from connector.application.lease import Leases, WorkLease
from connector.application.message_factory import MessageFactory
from connector.application.reading.pulling import make_puller
from connector.application.traffic import TrafficLog
from connector.domain.connection.reads import PollingPolicy
from connector.domain.provider.errors import Missing, ResyncNeeded
from connector.domain.provider.items import EventRead, EventRemoved, Item, OccurrenceRead, Page, SeriesRead
from connector.domain.provider.port import Traits
from contracts import topics
from contracts.calendar_events import EventChanged, EventGone
from contracts.connections import ConnectionSettings
from contracts.decisions import SyncDecided
from contracts.envelope import Message
from tests.support.mapper_world import Database
from tests.unit.connector.support import NOW, connection

SECONDS = timedelta(seconds=1)
POLICY = PollingPolicy(
    poll=60 * SECONDS, poll_longest=600 * SECONDS, poll_without_push=30 * SECONDS, debounce=SECONDS, second_look=SECONDS
)


def id_of(item: Item) -> str:
    """Return the event id that an item is of."""
    return item.event.event_id if isinstance(item, EventRead | SeriesRead | OccurrenceRead) else item.event_id


class FakeCalendar:
    """A provider with a log of changes: a read shows each item that changed since, as it is now, page by page."""

    def __init__(self) -> None:
        self.traits = Traits()
        self.items: dict[str, Item] = {}
        self.log: list[str] = []
        self.page_size = 100
        self.order = 1
        self.reads = self.asked = 0
        self.expired = False
        self.while_reading: list[list[Item]] = []
        """What people do while a read is under way: one entry a read."""

    def write(self, *items: Item) -> None:
        """Let items be like this from now on."""
        for item in items:
            self.items[id_of(item)] = item
            self.log.append(id_of(item))

    def remove(self, event_id: str) -> None:
        """Delete an event or a series."""
        self.write(EventRemoved(event_id, datetime(2026, 3, 2, 8, tzinfo=UTC)))

    async def changes(
        self, _access: object, _calendar_id: str, cursor: str | None, _since: datetime, _until: datetime
    ) -> AsyncIterator[Page]:
        """Yield what changed, oldest first, or latest first where `order` is -1."""
        if cursor and self.expired:
            self.expired = False
            raise ResyncNeeded("full_sync_required", "the token is no longer valid")
        self.reads += 1
        end = len(self.log)
        changed = list(dict.fromkeys(self.log[int(cursor) :])) if cursor else self._live()
        found = [self.items[one] for one in changed][:: self.order]
        for items in self.while_reading[:1]:
            self.write(*items)
        del self.while_reading[:1]
        pages = [found[start : start + self.page_size] for start in range(0, len(found), self.page_size)] or [[]]
        for number, page in enumerate(pages, 1):
            yield Page(tuple(page), str(end) if number == len(pages) else None)

    async def read(self, _access: object, _calendar_id: str, event_id: str) -> Item:
        """Return one item as it is now."""
        self.asked += 1
        if event_id not in self.items:
            raise Missing("not_found", event_id)
        return self.items[event_id]

    def occurrence_id(self, series_id: str, original_start: str) -> str:
        """Return the id of an occurrence, as Google's."""
        return instance_id(series_id, original_start)

    def _live(self) -> list[str]:
        return [key for key, item in self.items.items() if not isinstance(item, EventRemoved)]


class Reader:
    """One connection that reads the calendar; `published` is what the mapper hears of it."""

    def __init__(self, **settings: Any) -> None:
        self.clock, self.calendar, self.published = ManualClock(NOW), FakeCalendar(), list[Message]()
        self.decided: list[SyncDecided] = []
        self.database = Database(self._hear)
        self.stores = open_stores(self.database, lambda _: ())  # type: ignore[arg-type]  # the same, in memory
        given = ConnectionSettings(calendar_id="cal", timezone="Europe/Berlin", **settings)
        self._start = connection(settings=given.model_dump())
        connections, messages = Connections(self.stores.connections), MessageFactory(self.clock)
        self._leases = Leases(connections, self.clock)
        publisher = cast("Publisher", self.database)
        self._puller = make_puller(
            self.stores,
            publisher,
            messages,
            leases=self._leases,
            clock=self.clock,
            policy=POLICY,
            traffic=TrafficLog(self.stores.traffic, self.clock),
        )
        self._calendars = Calendars(self.calendar, None)  # type: ignore[arg-type]  # it asks for no token

    async def _begin(self) -> WorkLease:
        connection = await self.stores.connections.get(self._start.id)
        assert connection
        return await self._leases.acquire(connection)

    async def replay(self) -> None:
        """Read all of the calendar."""
        await self.stores.connections.insert(self._start)
        await self._puller.replay(await self._begin(), self._calendars, "r1")

    async def pull(self, reason: Any = "push") -> list[Message]:
        """Read what changed; return what was published."""
        before = len(self.published)
        await self._puller.pull(await self._begin(), self._calendars, reason)
        return self.published[before:]

    async def settings(self, **changes: Any) -> None:
        """Change the connection's settings."""

        def change(current: Any) -> Any:
            choices = current.settings.model_copy(update=changes)
            return current.model_copy(update={"settings": choices})

        await self.stores.connections.update("c1", change)

    def held(self) -> dict[str, str]:
        """Return, as a mapper would have it, each activity (named after its first event) and the event it holds."""
        activities: dict[str, str] = {}
        for one in self.published:
            match one:
                case EventChanged(event=event, replaces=replaces):
                    holder = {held: name for name, held in activities.items()}
                    name = holder.get(event.event_id) or holder.get(replaces or "") or event.event_id
                    activities[name] = event.event_id
                case EventGone(event_id=event_id):
                    activities = {name: held for name, held in activities.items() if held != event_id}
                case _:
                    pass
        return activities

    async def known(self) -> set[str]:
        """Return the ids of all events that are remembered."""
        return {one.event_id for one in await self.stores.events.find({"scope": "c1:cal"})}

    def _hear(self, message: Outgoing) -> None:
        read = topics.reader(message.topic)(message.value.encode())
        if isinstance(read, SyncDecided):
            self.decided.append(read)
        elif message.topic == topics.CALENDAR_EVENTS:
            self.published.append(read)
