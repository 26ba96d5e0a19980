"""Judges large passes and settings changes before they delete anything, and carries out what the user answers (H4)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chassis.clock import Clock
from chassis.ids import new_id
from contracts.brakes import Restore
from mapper.adapters.collections import Collections
from mapper.application.dirty_set import Touched
from mapper.application.held_deletions import LettingGo
from mapper.domain.model.confirmation import ConfirmationOutcome, ConfirmationRequest, LargePass
from mapper.domain.model.connection import Connection, with_epoch
from mapper.domain.model.limits import over_limit
from mapper.domain.model.link import Link
from mapper.domain.rules.mass_delete_guard import (
    deleted_by_withheld_settings,
    deletes_activity,
    is_still_deleted,
    net_deletions,
    shown_items,
)

_PAGE = 200
_AT_ONCE = 100
_PATIENCE = timedelta(minutes=10)
"""After this time a pass of which not all came (its reader died) is judged by what did come: a newer one tells the
rest again."""
_LINKED = ("pending", "active", "dormant", "frozen", "quarantined")


@dataclass
class Brakes:
    """Asks before too much is deleted. Everything here may be repeated after a crash, and by another replica."""

    collections: Collections
    clock: Clock
    resend_after: timedelta
    _touched: Touched = field(default_factory=Touched)
    _incomplete: dict[str, datetime] = field(default_factory=dict)
    """Since when this process knows of passes to judge: what came while it was away has yet to be read."""

    def touch(self, connection_id: str) -> None:
        """Remember that an open brake of a connection may have been answered, or become needless."""
        self._touched.add(connection_id)

    async def look(self) -> None:
        """Judge the passes that have come in full, and see to the open brakes of the touched connections."""
        for large in await self.collections.large_passes.find({"judged": False}):
            await self._judge_pass(large)
        await self._touched.together(self._review_all)

    async def judged(self, connection: Connection) -> Connection:
        """Return the connection with its settings change judged, which a pass over its links waits for."""
        withheld = connection.withheld
        if withheld is None or not connection.to_judge:
            return connection
        self.touch(connection.id)
        doomed = await self._held_by_settings(connection)
        if over_limit(len(doomed), await self._count_links(connection)):
            await self._ask(
                connection, (), Restore(outbound_types=withheld.types, direction="one_way" if withheld.waking else None)
            )
        else:
            await self._change(connection, {"withheld": None})
        return await self.collections.connections.get(connection.id) or connection

    async def _judge_pass(self, large: LargePass) -> None:
        connection = await self.collections.connections.get(large.connection_id)
        if not await self._has_come(large) or (connection and connection.running and not connection.adopted):
            return
        if connection is not None and not await self._settled_at_once(connection, large):
            return
        self._incomplete.pop(large.id, None)
        await self.collections.large_passes.update(
            large.id, lambda current: current.model_copy(update={"judged": True}) if current else None
        )

    async def _has_come(self, large: LargePass) -> bool:
        come = await self.collections.deletions.count({"pass_id": large.id})
        waiting_since = self._incomplete.setdefault(large.id, self.clock.now())
        return come >= large.deletions or self.clock.now() >= waiting_since + _PATIENCE

    async def _settled_at_once(self, connection: Connection, large: LargePass) -> bool:
        now = self.clock.now()
        doomed = [link for link in await self._held(connection, (large.id,)) if deletes_activity(link, connection, now)]
        if over_limit(net_deletions(doomed), await self._count_links(connection)):
            return await self._ask(connection, (large.id,), None)
        await self._letting_go(connection).delete((large.id,))
        return True

    async def _ask(self, connection: Connection, passes: tuple[str, ...], restore: Restore | None) -> bool:
        """Open a brake, or widen the one that is open: the connection's user has one question at a time."""
        known = await self.collections.brakes.get(connection.id)
        pending = known if known and known.action is None else None
        wanted = await self._brake(
            connection,
            tuple(dict.fromkeys((*(pending.passes if pending else ()), *passes))),
            restore or (pending.restore if pending and connection.withheld else None),
        )
        return await self._replace(connection, known, wanted)

    async def _replace(
        self, connection: Connection, known: ConfirmationRequest | None, wanted: ConfirmationRequest
    ) -> bool:
        """Put the question, unless another replica has just put one; tell whether it is this one."""

        def change(current: ConfirmationRequest | None) -> ConfirmationRequest | None:
            if (current.brake_id if current else None) != (known.brake_id if known else None):
                return current
            version = current.version if current else 0
            return wanted.model_copy(update={"version": version}).with_state_unpublished()

        stored = await self.collections.brakes.update(connection.id, change)
        if stored is None or stored.brake_id != wanted.brake_id:
            return False
        await self._change(connection, {"brake_id": wanted.brake_id}, judged=wanted.restore is not None)
        return True

    async def _brake(
        self, connection: Connection, passes: tuple[str, ...], restore: Restore | None
    ) -> ConfirmationRequest:
        now = self.clock.now()
        doomed = [link for link in await self._held(connection, passes) if deletes_activity(link, connection, now)]
        doomed += await self._held_by_settings(connection) if restore else []
        return ConfirmationRequest(
            id=connection.id,
            company_id=connection.company_id,
            brake_id=new_id(),
            passes=passes,
            restore=restore,
            settings_version=connection.settings_version,
            links=await self._count_links(connection),
            items=shown_items(doomed),
            total=len(doomed),
            asked_at=now,
            correlation_id=new_id(),
        )

    async def _review_all(self, connection_ids: Sequence[str]) -> None:
        for start in range(0, len(connection_ids), _AT_ONCE):
            ids = list(connection_ids[start : start + _AT_ONCE])
            for connection in await self.collections.connections.find({"_id": {"$in": ids}, "brake_id": {"$ne": None}}):
                await self._review(connection)

    async def _review(self, connection: Connection) -> None:
        brake = await self.collections.brakes.get(connection.id)
        answer = connection.brake_answer
        if brake is None or brake.done:
            await self._change(connection, {"brake_id": None})
        elif not connection.running:
            await self._close(connection, brake, "withdrawn")
        elif brake.action is not None:
            await self._finish(connection, brake, brake.action)
        elif answer is not None and answer.brake_id == brake.brake_id:
            await self._carry_out(connection, brake, answer.action)
        else:
            await self._withdraw(connection, brake)

    async def _carry_out(self, connection: Connection, brake: ConfirmationRequest, action: ConfirmationOutcome) -> None:
        letting_go = self._letting_go(connection)
        if action == "delete":
            await letting_go.delete(brake.passes)
            judged = connection.withheld is None or connection.withheld.judged
            await self._change(connection, {"withheld": None} if brake.restore and judged else {})
        else:
            await letting_go.restore(brake.passes)
            # The connector has put the settings back; what it could not put back is asked anew.
            await self._change(connection, {}, judged=False)
        await self._mark(brake, {"action": action})
        self.touch(connection.id)

    async def _finish(self, connection: Connection, brake: ConfirmationRequest, action: ConfirmationOutcome) -> None:
        """Report an answer as carried out when nothing of it is under way any more."""
        under_way = {"connection_id": connection.id, "has_pending": True}
        deciding = connection.pass_due and connection.pass_until is None
        if deciding or await self.collections.links.count(under_way):
            self.touch(connection.id)
        else:
            await self._close(connection, brake, action)

    async def _withdraw(self, connection: Connection, brake: ConfirmationRequest) -> None:
        """Take back what is no longer over the limit: items that came back, settings that were changed back."""
        held, now = await self._held(connection, brake.passes), self.clock.now()
        gone = [link for link in held if is_still_deleted(link, connection, now)]
        doomed = any(not link.activity.deleted for link in gone)
        passes = brake.passes if doomed and over_limit(net_deletions(gone), brake.links) else ()
        restore = brake.restore if await self._still_withheld(connection) else None
        if (passes, restore) == (brake.passes, brake.restore):
            return
        await self._letting_go(connection).delete(() if passes else brake.passes)
        if not passes and not restore:
            await self._close(connection, brake, "withdrawn")
        else:
            await self._replace(connection, brake, await self._brake(connection, passes, restore))

    async def _still_withheld(self, connection: Connection) -> bool:
        if connection.withheld is None or connection.pass_due:
            return connection.withheld is not None
        waiting = {"connection_id": connection.id, "reason": "needs_confirmation"}
        return bool(await self.collections.links.find(waiting, limit=1))

    async def _close(self, connection: Connection, brake: ConfirmationRequest, action: ConfirmationOutcome) -> None:
        await self._mark(brake, {"action": action, "done": True, "items": ()})
        needless = action == "withdrawn" and brake.restore is not None
        await self._change(connection, {"brake_id": None} | ({"withheld": None} if needless else {}))

    async def _mark(self, brake: ConfirmationRequest, update: Mapping[str, object]) -> None:
        def change(current: ConfirmationRequest | None) -> ConfirmationRequest | None:
            if current is None or current.brake_id != brake.brake_id:
                return current
            return current.model_copy(update=update).with_state_unpublished()

        await self.collections.brakes.update(brake.id, change)

    async def _change(
        self, connection: Connection, update: Mapping[str, object], *, judged: bool | None = None
    ) -> None:
        """Change a connection, unless its settings have changed since: then they are judged anew."""

        def change(current: Connection | None) -> Connection | None:
            if current is None:
                return None
            same = current.settings == connection.settings
            allowed = {name: value for name, value in update.items() if same or name != "withheld"}
            if same and current.withheld and judged is not None:
                allowed["withheld"] = current.withheld.model_copy(update={"judged": judged})
            return with_epoch(current, current.model_copy(update=allowed))

        await self.collections.connections.update(connection.id, change)

    async def _held(self, connection: Connection, passes: Iterable[str]) -> list[Link]:
        where = {"connection_id": connection.id, "gone_pass": {"$in": list(passes)}}
        return await self.collections.links.find(where)

    async def _held_by_settings(self, connection: Connection) -> list[Link]:
        found, now = list[Link](), self.clock.now()
        where = {"connection_id": connection.id, "state": {"$in": _LINKED}}
        async for page in self.collections.links.pages(where, size=_PAGE):
            found += [link for link in page if deleted_by_withheld_settings(link, connection, now)]
        return found

    async def _count_links(self, connection: Connection) -> int:
        return await self.collections.links.count({"connection_id": connection.id, "state": {"$in": _LINKED}})

    def _letting_go(self, connection: Connection) -> LettingGo:
        return LettingGo(self.collections.links, connection, self.clock, self.resend_after)
