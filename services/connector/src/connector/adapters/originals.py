"""Which events are originals of CRM origin, and which but copies that carry the same marker (G2, K3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final, Self

from chassis.persistence.document import Document
from chassis.persistence.documents import Documents
from connector.domain.event.originals import claims, without_claims
from connector.domain.provider.items import Item
from connector.domain.provider.port import CalendarProvider
from contracts.calendar_objects import EventSnapshot, Marker
from contracts.times import AllDay

_GENERATIONS = 5
KEPT: Final = timedelta(days=370)
"""After its end an event is told from its copies for this long, should somebody bring it back into the future."""
_LAST: Final = datetime.max.replace(tzinfo=UTC) - KEPT


class WrittenEvent(Document):
    """An event of CRM origin that we wrote; the id is made of its account's key and its own id.

    It outlives its connection, since reconnecting finds the event again (K2), and goes at `expires_at`; a series stays.
    """

    expires_at: datetime | None = None

    def until(self, expires_at: datetime | None) -> Self:
        """Return the event as it is kept after it was written again."""
        return self.model_copy(update={"expires_at": expires_at})


@dataclass(frozen=True)
class Originals:
    """Tells the originals of one account from copies.

    An id that is derived from the marker proves an original by itself; others were noted when they were written.
    """

    written: Documents[WrittenEvent]
    provider: CalendarProvider
    account_key: str

    async def without_copies(self, items: Sequence[Item], calendar_id: str) -> list[Item]:
        """Return the items; what is private and but a copy comes as an event of calendar origin."""
        claimed = claims(items)
        return without_claims(items, await self._originals(claimed, calendar_id)) if claimed else list(items)

    async def note(self, event: EventSnapshot, marker: Marker) -> None:
        """Note an event of CRM origin that was written, unless its id says so by itself."""
        event_id = event.occurrence.series_id if event.occurrence else event.event_id
        if not self._derived(event_id, marker, event.calendar_id):
            known = WrittenEvent(id=self._id(event_id), expires_at=kept_until(event))
            await self.written.update(known.id, lambda current: (current or known).until(known.expires_at))

    async def _originals(self, claimed: Mapping[str, Marker], calendar_id: str) -> set[str]:
        own = {event_id: marker for event_id, marker in claimed.items() if marker.account_key == self.account_key}
        noted = await self.written.get_many([self._id(event_id) for event_id in own])
        return {one for one, marker in own.items() if self._id(one) in noted or self._derived(one, marker, calendar_id)}

    def _derived(self, event_id: str, marker: Marker, calendar_id: str) -> bool:
        keys = (self.provider.key_of(self.account_key, marker.activity_id, calendar_id, n) for n in range(_GENERATIONS))
        return event_id in keys

    def _id(self, event_id: str) -> str:
        return f"{self.account_key}:{event_id}"


def kept_until(event: EventSnapshot) -> datetime | None:
    """Return when the note of a written event may go; None for a series, which has no end that we know."""
    if event.occurrence:
        return None
    when = event.fields.time
    end = datetime.combine(when.end, time(), UTC) if isinstance(when, AllDay) else when.end
    return end + KEPT if end < _LAST else None
