"""Erasing a person or a company: links with their decisions, what was parked or skipped, what waits for confirmation.

The connector begins (`contracts.erasures`), and has stopped the connections by then. What it says of them is
kept as a stopped connection without content, so that messages which are still on their way make nothing anew.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from chassis.clock import Clock
from chassis.ids import new_id
from chassis.messaging.publisher import outgoing
from chassis.persistence.relay import MessagePublisher
from contracts.erasures import ErasedConnection, ErasureMessage, ErasureStepDone, erased_documents
from contracts.topics import ERASURES
from mapper.adapters.collections import Collections
from mapper.domain.model.connections.connection import Connection

_PAGE = 100


@dataclass(frozen=True)
class Erasing:
    """Erases what the mapper keeps of a person, or of all of a company; every call may be repeated."""

    collections: Collections
    publisher: MessagePublisher
    clock: Clock

    async def take(self, message: ErasureMessage) -> None:
        """Erase when the connector has; once more when the store has, for what was under way meanwhile."""
        if not isinstance(message, ErasureStepDone) or message.service == "mapper":
            return
        known = await self._known(message)
        if message.service == "connector":
            for one in known:
                await self._stop(message, one)
        erased = await self._erase([one.id for one in known])
        if message.service == "connector":
            await self._tell(message, erased | {"connections": len(known)})

    async def _known(self, message: ErasureStepDone) -> list[ErasedConnection]:
        """Return the connections, also those that the connector has lost."""
        told = {one.id: one for one in message.connections}
        where = {"company_id": message.company_id} | ({"user_id": message.user_id} if message.user_id else {})
        async for page in self.collections.connections.pages(where, size=_PAGE):
            for one in page:
                own = {"version": one.source_version, "settings_version": one.settings_version}
                told.setdefault(one.id, ErasedConnection(id=one.id, user_id=one.user_id, **own))
        return list(told.values())

    async def _stop(self, message: ErasureStepDone, one: ErasedConnection) -> None:
        stopped = Connection.erased(
            one.id,
            message.company_id,
            one.user_id,
            source_version=one.version,
            settings_version=one.settings_version,
        )
        await self.collections.connections.update(
            one.id, lambda current: stopped.replacing(current) if current else stopped
        )

    async def _erase(self, connection_ids: Iterable[str]) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for connection_id in connection_ids:
            own = {"connection_id": connection_id}
            counts["links"] += await self.collections.links.erase(own)
            counts["parked"] += await self.collections.parked.erase(own)
            counts["left_out"] += await self.collections.skipped_events.erase(own)
            counts["brakes"] += await self.collections.brakes.erase({"_id": connection_id})
        return dict(counts)

    async def _tell(self, message: ErasureStepDone, erased: dict[str, int]) -> None:
        own = {"id": new_id(), "occurred_at": self.clock.now(), "causation_id": message.id, "cause": "sync"}
        done = message.model_dump() | own | {"service": "mapper", "erased": erased_documents(erased)}
        answer = outgoing(ERASURES, message.erasure_id, ErasureStepDone.model_validate(done))
        await self.publisher.publish([answer])
