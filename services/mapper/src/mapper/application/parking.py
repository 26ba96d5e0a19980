"""Parks messages that came before the settings they were made under, and handles them when those are seen."""

from dataclasses import dataclass

from chassis.errors import Rejected
from contracts.calendar_events import CalendarConfirmed, CalendarEvent, CalendarReplayEnded
from contracts.topics import CALENDAR_EVENTS, reader
from mapper.adapters.collections import Collections, Parked
from mapper.application.calendar_events import CalendarEventHandler, UnseenSettings


@dataclass(frozen=True)
class Parking:
    """Hands calendar messages to their handler, now or later. Their order is kept by each link's `seq`, not here."""

    collections: Collections
    handler: CalendarEventHandler
    page: int = 200

    async def take(self, message: CalendarEvent) -> None:
        """Handle a message, or park it; the end of a replay does not overtake what is parked before it."""
        ends = isinstance(message, CalendarReplayEnded | CalendarConfirmed)
        if ends and await self._has_parked(message.connection_id):
            await self.collections.parked.insert(_parked(message))
            return
        try:
            await self.handler.handle(message)
        except UnseenSettings:
            await self.collections.parked.insert(_parked(message))

    async def take_up(self) -> bool:
        """Handle the parked messages whose settings have been seen meanwhile; return whether any was parked."""
        found = False
        async for page in self.collections.parked.pages({}, size=self.page):
            for parked in page:
                found = True
                await self._take_up(parked)
        return found

    async def _has_parked(self, connection_id: str) -> bool:
        return bool(await self.collections.parked.find({"connection_id": connection_id}, limit=1))

    async def _take_up(self, parked: Parked) -> None:
        connection = await self.collections.connections.get(parked.connection_id)
        if connection is not None and connection.settings_version >= parked.settings_version:
            await self._resume(parked)

    async def _resume(self, parked: Parked) -> None:
        try:
            await self.handler.handle(reader(parked.topic)(parked.value.encode()))
        except UnseenSettings as error:
            raise Rejected("settings_unseen", f"{parked.id} was taken up too early") from error
        await self.collections.parked.delete(parked.id, parked.version)


def _parked(message: CalendarEvent) -> Parked:
    return Parked(
        id=message.id,
        connection_id=message.connection_id,
        settings_version=message.settings_version,
        topic=CALENDAR_EVENTS,
        value=message.model_dump_json(),
    )
