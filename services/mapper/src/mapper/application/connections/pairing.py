"""Pairing on connect (K2): after a new replay, confirm what it did not show, then pair what is left over."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from mapper.adapters.collections import Collections
from mapper.application.causation import Causation
from mapper.application.link_transition import LinkTransition
from mapper.application.message_factory import confirm_message
from mapper.domain.model.connections.connection import Connection
from mapper.domain.model.link import Link
from mapper.domain.model.schedules import event_time
from mapper.domain.model.window import has_ended
from mapper.domain.rules.linking.link_resolution import with_matched_event
from mapper.domain.rules.linking.matching import Match, UnpairedLinks

_PAGE = 200
_MOST_ASKED: Final = 5000
"""As many ids fit into one message, whose deletions are one pass (H4)."""

_DAY = timedelta(days=1)

# Chosen by the database: of the links of a large calendar, few are either at the end of a replay.
_NOT_SHOWN: Final = {"event.seq": 0, "event.gone": None}
_ONE_SIDED: Final = {"$or": [{"activity.activity": None}, {"event.event": None}, {"event.gone": {"$ne": None}}]}
"""What is never paired has both sides: `Leftovers` asks for those that a marker names."""


@dataclass(frozen=True)
class PairingOnConnect:
    """What happens between the end of a new connection's replay and its first decisions."""

    collections: Collections
    resend_after: timedelta

    async def confirm_absent(self, connection: Connection, causation: Causation) -> bool:
        """Ask by their ids for the events that links have and the replay did not show; False where there are none.

        Only the answer decides (H2): what lies outside the window is there.
        """
        absent = [
            link.event_id
            async for link in self._links(connection, _NOT_SHOWN)
            if link.event_id and _is_absent(link, connection, causation.now)
        ]
        if not absent:
            return False
        confirm = confirm_message(connection, absent[:_MOST_ASKED], causation)

        def change(current: Connection | None) -> Connection | None:
            return current.with_messages(confirm) if current else None

        await self.collections.connections.update(connection.id, change)
        return True

    async def pair(self, connection: Connection, causation: Causation) -> None:
        """Bring together what belongs together by marker, iCalUID or exact match (K2, K3)."""
        transition = LinkTransition(connection, causation, self.resend_after)
        unpaired = UnpairedLinks(connection)
        async for link in self._links(connection, _ONE_SIDED):
            unpaired.add(link)
        for named in (await self.collections.links.get_many(sorted(unpaired.named))).values():
            if named.connection_id == connection.id:
                unpaired.add(named)
        for match in unpaired.matches():
            await self._join(transition, match)

    async def _join(self, transition: LinkTransition, match: Match) -> None:
        """Hand an event over to its link. A crash between the two writes is mended by the replay that is repeated."""
        single = await self.collections.links.get(match.event_link)
        if single is None or not await self.collections.links.delete(single.id, single.version):
            return

        def change(current: Link | None) -> Link:
            return transition(current, with_matched_event(current, single, transition.connection))

        await self.collections.links.update(match.link, change)

    async def _links(self, connection: Connection, where: Mapping[str, Any]) -> AsyncIterator[Link]:
        chosen = {"connection_id": connection.id, **where}
        async for page in self.collections.links.pages(chosen, size=_PAGE):
            for link in page:
                yield link


def _is_absent(link: Link, connection: Connection, now: datetime) -> bool:
    """Tell whether the event of a link that was not shown should have been: in this calendar, and not known as over."""
    if link.calendar_id != connection.settings.calendar_id:
        return False
    activity = link.activity.live
    when = link.event.event.fields.time if link.event.event else event_time(activity.schedule) if activity else None
    return when is None or not has_ended(when, now - _DAY, connection.settings.timezone)
