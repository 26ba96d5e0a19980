"""Asks a connection's user to confirm what would be deleted: one open request at a time (H4)."""

from collections.abc import Callable
from dataclasses import dataclass

from chassis.ids import new_id
from contracts.brakes import Restore
from mapper.application.mass_delete.repository import GuardRepository
from mapper.domain.model.connections.confirmation import ConfirmationOutcome, ConfirmationRequest
from mapper.domain.model.connections.connection import Connection
from mapper.domain.rules.mass_delete_guard import shown_items


@dataclass(frozen=True)
class ConfirmationRequests:
    """Opens, widens, answers and closes confirmation requests."""

    repository: GuardRepository

    async def ask(self, connection: Connection, passes: tuple[str, ...], restore: Restore | None) -> bool:
        """Open a request, or widen the one that is open; False where another replica has just opened one."""
        known = await self.repository.collections.brakes.get(connection.id)
        pending = known if known and known.action is None else None
        all_passes = tuple(dict.fromkeys((*(pending.passes if pending else ()), *passes)))
        still = pending.restore if pending and connection.withheld else None
        return await self.replace(connection, known, all_passes, restore or still)

    async def replace(
        self,
        connection: Connection,
        known: ConfirmationRequest | None,
        passes: tuple[str, ...],
        restore: Restore | None,
    ) -> bool:
        """Ask for these passes and this settings change in the place of a known request; tell whether it was done."""
        wanted = await self._request(connection, passes, restore)
        stored = await self.repository.collections.brakes.update(
            connection.id, lambda current: wanted.replacing(current) if _is_same(current, known) else current
        )
        if stored is None or stored.brake_id != wanted.brake_id:
            return False
        await self.repository.change(
            connection,
            lambda current: current.with_confirmation(wanted.brake_id),
            if_same_settings=lambda current: current.with_settings_change_judged(wanted.restore is not None),
        )
        return True

    async def answer(self, request: ConfirmationRequest, action: ConfirmationOutcome) -> None:
        """Note the user's answer, which is being carried out."""
        await self._change(request, lambda current: current.answered(action))

    async def close(self, connection: Connection, request: ConfirmationRequest, action: ConfirmationOutcome) -> None:
        """Publish how the request was settled, and take it off the connection."""
        await self._change(request, lambda current: current.closed(action))
        needless = action == "withdrawn" and request.restore is not None
        await self.repository.change(
            connection,
            lambda current: current.with_confirmation(None),
            if_same_settings=lambda current: current.with_settings_change_released() if needless else current,
        )

    async def _request(
        self, connection: Connection, passes: tuple[str, ...], restore: Restore | None
    ) -> ConfirmationRequest:
        deleted = await self.repository.deleted_by_passes(connection, passes)
        deleted += await self.repository.deleted_by_settings(connection) if restore else []
        return ConfirmationRequest(
            id=connection.id,
            company_id=connection.company_id,
            brake_id=new_id(),
            passes=passes,
            restore=restore,
            settings_version=connection.settings_version,
            links=await self.repository.count_links(connection),
            items=shown_items(deleted),
            total=len(deleted),
            asked_at=self.repository.clock.now(),
            correlation_id=new_id(),
        )

    async def _change(
        self, request: ConfirmationRequest, change: Callable[[ConfirmationRequest], ConfirmationRequest]
    ) -> None:
        await self.repository.collections.brakes.update(
            request.id, lambda current: change(current) if current and _is_same(current, request) else current
        )


def _is_same(current: ConfirmationRequest | None, known: ConfirmationRequest | None) -> bool:
    return (current.brake_id if current else None) == (known.brake_id if known else None)
