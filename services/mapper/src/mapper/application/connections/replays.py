"""Takes in the ends of replays: when both sides have been read, links are paired and creation may begin (K2, K4)."""

from dataclasses import dataclass

from mapper.adapters.collections import Collections
from mapper.application.causation import Causation
from mapper.application.connections.pairing import PairingOnConnect
from mapper.domain.model.connections.connection import Connection
from mapper.domain.model.connections.connection_changes import with_replay_progress


@dataclass(frozen=True)
class ReplayCompletion:
    """Follows a connection's replay to its end; every step may be repeated after a crash."""

    collections: Collections
    pairing: PairingOnConnect

    async def calendar_ended(self, connection: Connection, replay_id: str, causation: Causation) -> None:
        """Note that the calendar has been read; with both sides read, go on to pairing."""
        await self._both_read(await self._note(connection, replay_id, calendar_done=True), causation)

    async def activities_ended(self, connection: Connection, replay_id: str, causation: Causation) -> None:
        """Note that the CRM has been read; with both sides read, go on to pairing."""
        await self._both_read(await self._note(connection, replay_id, activities_done=True), causation)

    async def confirmed(self, connection: Connection, replay_id: str, causation: Causation) -> None:
        """Go on to pairing: the events that the replay did not show have been confirmed, or told as gone (H2)."""
        replay = connection.replay
        if replay.id == replay_id and replay.both_sides_read and not replay.done:
            await self._complete(connection, causation)

    async def _both_read(self, connection: Connection | None, causation: Causation) -> None:
        if connection is None or not connection.replay.both_sides_read or connection.replay.done:
            return
        if not await self.pairing.confirm_absent(connection, causation):
            await self._complete(connection, causation)

    async def _complete(self, connection: Connection, causation: Causation) -> None:
        """Pair what is left over, then let creation begin."""
        if not connection.adopted:
            await self.pairing.pair(connection, causation)
        await self._note(connection, connection.replay.id, to_confirm=False)

    async def _note(self, connection: Connection, replay_id: str, **done: bool) -> Connection | None:
        def change(current: Connection | None) -> Connection | None:
            return with_replay_progress(current, replay_id, **done) if current else None

        return await self.collections.connections.update(connection.id, change)
