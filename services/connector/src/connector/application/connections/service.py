"""What users do with their connections: connect, look, change settings, confirm, resync, stop."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chassis.clock import Clock
from chassis.errors import NeedsUser, Rejected, ResyncNeeded
from chassis.ids import new_id
from chassis.web.auth import Identity
from chassis.web.operators import company_in_charge
from chassis.web.preconditions import check_if_match
from chassis.web.problems import Problem, conflict, not_found
from connector.adapters.collections import Stores
from connector.application.connections.activity_types import ActiveTypes
from connector.application.connections.repository import Connections
from connector.application.connections.slots import ConnectionSlots
from connector.application.connections.teardown import Teardown
from connector.application.lease import Change
from connector.application.provider_access import ProviderAccess
from connector.application.reading.inspection import Inspected, Inspection
from connector.domain.connection.lifecycle import resyncing, stopping
from connector.domain.connection.retired_type import type_in_use
from connector.domain.connection.settings_change import changed, check_types, moved_to, put_back, selectable
from connector.domain.model.connection import Connection
from connector.domain.model.settings import ChosenSettings
from connector.domain.provider.port import CalendarInfo
from connector.domain.provider.supported import check_provider
from contracts.connections import BrakeAnswer, Coverage, Remove


@dataclass(frozen=True)
class ConnectionService:
    """Carries out what a user asks for his own connections."""

    stores: Stores
    connections: Connections
    slots: ConnectionSlots
    types: ActiveTypes
    access: ProviderAccess
    teardown: Teardown
    inspection: Inspection
    clock: Clock

    async def prepared(
        self, identity: Identity, connection_id: str, provider: str, email: str, given: Mapping[str, Any]
    ) -> Connection:
        """Return a connection that waits for its sign-in; nothing is stored yet. Raises Rejected."""
        name, now = check_provider(provider, self.access.kits), self.clock.now()
        active = await self.types.of(identity.company_id)
        default = type_in_use(ChosenSettings().inbound_type, active)
        choices = ChosenSettings().with_choices({"inbound_type": default, **given})
        check_types(given, choices, active)
        return Connection(
            id=connection_id,
            company_id=identity.company_id,
            user_id=identity.user_id,
            provider=name,
            email=email,
            created_at=now,
            settings=choices,
            coverage=Coverage(connected_at=now),
            replay_id=new_id(),
        )

    async def check_free(self, connection: Connection) -> None:
        """Raise 409 where the user has another connection that is not stopped (A7)."""
        if other := await self.slots.holder(connection):
            raise _taken(other)

    async def store(self, fresh: Connection) -> Connection:
        """Store a new connection as its user's one; 409 where the user has one that is not stopped (A7)."""
        await self.stores.connections.insert(fresh)  # a repeated request after a crash finds it there
        stored = await self.connections.get(fresh.id) or fresh
        if other := await self.slots.claim(stored):
            await self.stores.connections.delete(stored.id, stored.version)
            raise _taken(other)
        return stored

    async def own(self, identity: Identity, connection_id: str) -> Connection:
        """Return the caller's connection; 404 for anybody else's."""
        connection = await self.connections.get(connection_id)
        mine = (identity.company_id, identity.user_id)
        if connection is None or connection.erased_at or (connection.company_id, connection.user_id) != mine:
            raise not_found("connection")
        return connection

    async def own_live(self, identity: Identity, connection_id: str) -> Connection:
        """Return the caller's connection; 409 where it is stopping or stopped."""
        connection = await self.own(identity, connection_id)
        _check_live(connection)
        return connection

    async def listed(self, identity: Identity, limit: int, after: tuple[str, ...] | None) -> list[Connection]:
        """Return the caller's connections, an administrator's whole company's, in the order of their ids."""
        where: dict[str, str | None] = {"company_id": identity.company_id, "erased_at": None}
        if not identity.is_admin:
            where["user_id"] = identity.user_id
        return await self.connections.documents.find(where, limit=limit, after=after)

    async def visible(self, identity: Identity, connection_id: str) -> Connection:
        """Return a connection that the caller may see: his own, or as administrator the company's."""
        connection = await self.connections.get(connection_id)
        if connection is None or connection.erased_at or connection.company_id != identity.company_id:
            raise not_found("connection")
        if connection.user_id != identity.user_id and not identity.is_admin:
            raise not_found("connection")
        return connection

    async def all_of(self, where: Mapping[str, str], limit: int, after: tuple[str, ...] | None) -> list[Connection]:
        """Return the connections of a company, a user or everybody, in the order of their ids."""
        return await self.connections.documents.find({**where, "erased_at": None}, limit=limit, after=after)

    async def in_charge(self, identity: Identity, connection_id: str) -> Connection:
        """Return a connection that the caller looks after; 404 for an administrator where it is another company's."""
        connection = await self.connections.get(connection_id)
        company = company_in_charge(identity, None)
        if connection is None or connection.erased_at or company not in {None, connection.company_id}:
            raise not_found("connection")
        return connection

    async def inspected(self, connection: Connection) -> Inspected:
        """Return what is in the calendar now; 409 where it cannot be read, with the reason."""
        if connection.phase != "running" or connection.account_key is None:
            raise conflict("conflict", f"a connection that is {connection.phase} has nothing to read")
        try:
            return await self.inspection.inspect(connection, self.access.calendars(connection))
        except (NeedsUser, Rejected, ResyncNeeded) as error:
            raise conflict(error.code, error.detail or "the calendar cannot be read") from error

    async def change_settings(
        self, connection: Connection, given: Mapping[str, Any], if_match: str | None
    ) -> Connection:
        """Apply settings from now on (C4)."""
        chosen = await self._chosen_calendar(connection, given)
        active, now, replay_id = await self.types.of(connection.company_id), self.clock.now(), new_id()

        def change(current: Connection) -> Connection:
            check_if_match(if_match, current.settings_version)
            _check_live(current)
            after = changed(current, given, active=active, now=now, replay_id=replay_id)
            return moved_to(after, chosen.identity, chosen.owner) if chosen else after

        return await self._change(connection.id, change)

    async def calendars(self, connection: Connection) -> tuple[CalendarInfo, ...]:
        """Return the account's calendars; 409 before the sign-in."""
        if connection.account_key is None or connection.phase in {"stopping", "stopped"}:
            raise conflict("conflict", "the account is not signed in")
        try:
            return await self.access.calendars(connection).calendars()
        except (NeedsUser, Rejected) as error:
            raise conflict(error.code, error.detail or "the account cannot be read") from error

    async def _chosen_calendar(self, connection: Connection, given: Mapping[str, Any]) -> CalendarInfo | None:
        """Return the calendar that is chosen anew; one that cannot be synced is refused (A5).

        Before the sign-in it is checked when the account is known.
        """
        wanted = given.get("calendar_id")
        if wanted is None or wanted == connection.settings.calendar_id or connection.account_key is None:
            return None
        return selectable(wanted, await self.calendars(connection))

    async def resync(self, connection: Connection) -> Connection:
        """Ask the mapper to replay both sides."""
        now, replay_id = self.clock.now(), new_id()

        def change(current: Connection) -> Connection:
            if current.phase != "running":
                raise conflict("conflict", f"a connection that is {current.phase} has nothing to read")
            return resyncing(current, replay_id, now)

        return await self._change(connection.id, change)

    async def confirm(self, connection: Connection, brake_id: str, action: str) -> Connection:
        """Answer the open brake (H4); the same answer again is no error.

        Restoring puts the settings back in the same write, so that nobody ever sees the answer without them.
        """
        answer = BrakeAnswer.model_validate({"brake_id": brake_id, "action": action})
        active, now, replay_id = await self.types.of(connection.company_id), self.clock.now(), new_id()

        def change(current: Connection) -> Connection:
            if current.brake_answer == answer:
                return current
            if current.brake is None or current.brake.id != brake_id or current.brake_answer:
                open_one = current.brake.id if current.brake and not current.brake_answer else None
                raise conflict("brake_outdated", "this question is no longer open", brake_id=open_one)
            answered = current.with_guard_answer(answer)
            if current.brake.restore is None or action != "restore":
                return answered
            return put_back(answered, current.brake.restore, active=active, now=now, replay_id=replay_id)

        return await self._change(connection.id, change)

    async def stop(self, connection: Connection, remove: Remove) -> Connection:
        """Stop a connection (K1); one that is on its way out already stays so."""

        def change(current: Connection) -> Connection:
            return current if current.phase in {"stopping", "stopped"} else stopping(current, remove)

        after = await self._change(connection.id, change)
        if after.phase == "stopped":
            await self.teardown.erase(connection)
        return after

    async def _change(self, connection_id: str, change: Change) -> Connection:
        return await self.connections.change(connection_id, change)


def _taken(other: str) -> Problem:
    return conflict("connection_exists", "this user has a connection already", connection_id=other)


def _check_live(connection: Connection) -> None:
    if connection.phase in {"stopping", "stopped"}:
        raise conflict("conflict", f"the connection is {connection.phase}")
