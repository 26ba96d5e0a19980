"""Carries out what the user answered to a confirmation request, and withdraws requests that became needless (H4)."""

from collections.abc import Sequence
from dataclasses import dataclass

from mapper.application.dirty_set import DirtySet
from mapper.application.mass_delete.asking import ConfirmationRequests
from mapper.application.mass_delete.repository import GuardRepository
from mapper.domain.model.connections.confirmation import ConfirmationOutcome, ConfirmationRequest
from mapper.domain.model.connections.connection import Connection
from mapper.domain.model.limits import over_limit
from mapper.domain.rules.mass_delete_guard import is_still_deleted, net_deletions

_AT_ONCE = 100


@dataclass(frozen=True)
class ConfirmationAnswers:
    """Reviews the open requests of connections that something happened to."""

    repository: GuardRepository
    requests: ConfirmationRequests
    guarded: DirtySet

    async def review(self) -> bool:
        """See to the open requests of the connections that may have been answered, or need none any more.

        Return whether any is to be seen to again.
        """
        await self.guarded.process(self._review_all)
        return bool(self.guarded)

    async def _review_all(self, connection_ids: Sequence[str]) -> None:
        for start in range(0, len(connection_ids), _AT_ONCE):
            asked = {"_id": {"$in": list(connection_ids[start : start + _AT_ONCE])}, "brake_id": {"$ne": None}}
            for connection in await self.repository.collections.connections.find(asked):
                await self._review(connection)

    async def _review(self, connection: Connection) -> None:
        request = await self.repository.collections.brakes.get(connection.id)
        answer = connection.brake_answer
        if request is None or request.done:
            await self.repository.change(connection, lambda current: current.with_confirmation(None))
        elif not connection.running:
            await self.requests.close(connection, request, "withdrawn")
        elif request.action is not None:
            await self._finish(connection, request, request.action)
        elif answer is not None and answer.brake_id == request.brake_id:
            await self._carry_out(connection, request, answer.action)
        else:
            await self._withdraw_needless(connection, request)

    async def _carry_out(
        self, connection: Connection, request: ConfirmationRequest, action: ConfirmationOutcome
    ) -> None:
        if action == "delete":
            await self._delete(connection, request)
        else:
            await self._restore(connection, request)
        await self.requests.answer(request, action)
        self.guarded.add(connection.id)

    async def _delete(self, connection: Connection, request: ConfirmationRequest) -> None:
        await self.repository.held_deletions(connection).release(request.passes)
        judged = connection.withheld is None or connection.withheld.judged
        if request.restore and judged:
            await self.repository.change(connection, if_same_settings=Connection.with_settings_change_released)

    async def _restore(self, connection: Connection, request: ConfirmationRequest) -> None:
        await self.repository.held_deletions(connection).restore(request.passes)
        # The connector has put the settings back; what it could not put back is judged anew.
        await self.repository.change(
            connection, if_same_settings=lambda current: current.with_settings_change_judged(False)
        )

    async def _finish(self, connection: Connection, request: ConfirmationRequest, action: ConfirmationOutcome) -> None:
        """Report an answer as carried out when nothing of it is under way any more."""
        if connection.passing or await self.repository.has_pending(connection):
            self.guarded.add(connection.id)
        else:
            await self.requests.close(connection, request, action)

    async def _withdraw_needless(self, connection: Connection, request: ConfirmationRequest) -> None:
        """Withdraw what is no longer over the limit: items that came back, settings that were changed back."""
        passes = await self._passes_over_limit(connection, request)
        restore = request.restore if await self._settings_withheld(connection) else None
        if (passes, restore) == (request.passes, request.restore):
            return
        await self.repository.held_deletions(connection).release(() if passes else request.passes)
        if passes or restore:
            await self.requests.replace(connection, request, passes, restore)
        else:
            await self.requests.close(connection, request, "withdrawn")

    async def _passes_over_limit(self, connection: Connection, request: ConfirmationRequest) -> tuple[str, ...]:
        held, now = await self.repository.held(connection, request.passes), self.repository.clock.now()
        gone = [link for link in held if is_still_deleted(link, connection, now)]
        deletes = any(not link.activity.deleted for link in gone)
        return request.passes if deletes and over_limit(net_deletions(gone), request.links) else ()

    async def _settings_withheld(self, connection: Connection) -> bool:
        if connection.withheld is None or connection.pass_due:
            return connection.withheld is not None
        if connection.withheld.inviting:  # what waits for its guests is marked as that
            return bool(await self.repository.deleted_by_settings(connection))
        return await self.repository.awaits_confirmation(connection)
