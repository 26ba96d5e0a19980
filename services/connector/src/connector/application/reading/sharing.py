"""Which events of a shared calendar are a colleague's (A10): looks up who else syncs it, and asks the rule."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from chassis.clock import Clock
from connector.adapters.collections import Stores
from connector.application.connections.repository import Connections
from connector.application.reading.calendar_read import CalendarRead
from connector.domain.change_detection.read_context import ReadContext
from connector.domain.model.connection import Connection
from connector.domain.provider.items import Provenance
from connector.domain.scheduling.schedule import sooner
from connector.domain.sharing.ownership import CalendarSharing
from connector.domain.sharing.sharers import colleagues_of, has_read_since, marked_accounts, newest, sharer_of
from connector.domain.sync_state.documents import calendar_scope

_LOOK_AGAIN = timedelta(minutes=1)
_ASKED_AT_ONCE = 100


class SharedCalendars:
    """Finds out what of a calendar is a colleague's alone."""

    def __init__(self, stores: Stores, clock: Clock) -> None:
        self._stores = stores
        self._connections = Connections(stores.connections)
        self._clock = clock

    async def context(self, read: CalendarRead, provenances: Mapping[str, Provenance]) -> ReadContext:
        """Return the context of a read with those events that are a colleague's.

        Called after the events were fetched: whoever joins later was not there when they were created.
        """
        sharing = await self._sharing(read, provenances) if provenances else None
        if sharing is None:
            return read.context
        colleagues = {one: origin for one, origin in provenances.items() if sharing.is_colleagues(origin)}
        return replace(read.context, colleagues=colleagues)

    async def _sharing(self, read: CalendarRead, provenances: Mapping[str, Provenance]) -> CalendarSharing | None:
        """Return who shares the calendar; None where nobody does."""
        own = read.connection
        same = await self._found(own, "calendar_identity", [own.calendar_identity]) if own.calendar_identity else []
        others = colleagues_of(own, same, self._clock.now())
        colleagues = [one for one in others if await self._shares(read, one, provenances)]
        marked = marked_accounts(own.known_account, provenances.values())
        named = [one for one in await self._found(own, "account_key", marked) if one.user_id != own.user_id]
        if not colleagues and not named:
            return None
        return CalendarSharing(
            own=sharer_of(own, same),
            colleagues=tuple(sharer_of(one, same) for one in colleagues),
            marked=frozenset(one.known_account for one in named),
        )

    async def _found(self, own: Connection, field: str, values: list[str]) -> list[Connection]:
        where: dict[str, Any] = {"company_id": own.company_id, field: {"$in": values}}
        return await self._stores.connections.find(where) if values else []

    async def _shares(self, read: CalendarRead, other: Connection, provenances: Mapping[str, Provenance]) -> bool:
        """Whether a connection of the same identity is of the same calendar: where an event is in both, it is.

        While the other has not read since the event was created, nobody can say: then it is looked at again.
        """
        if read.calendars.provider.traits.identity_is_exact or await self._has_any(other, provenances.values()):
            return True
        if has_read_since(other, newest(provenances)):
            return False
        again = self._clock.now() + _LOOK_AGAIN
        await self._connections.change(read.connection.id, lambda c: sooner(c, "settings", again))
        return True

    async def _has_any(self, other: Connection, provenances: Iterable[Provenance]) -> bool:
        uids = sorted({one.ical_uid for one in provenances if one.ical_uid})
        scope = calendar_scope(other.id, other.calendar_id)
        for start in range(0, len(uids), _ASKED_AT_ONCE):
            chunk = uids[start : start + _ASKED_AT_ONCE]
            if await self._stores.events.find({"scope": scope, "ical_uid": {"$in": chunk}}, limit=1):
                return True
        return False
