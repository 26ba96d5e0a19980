"""What users do with their connections: connect, look, change settings, confirm, resync, stop."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chassis.clock import Clock
from chassis.errors import Rejected
from chassis.ids import new_id
from chassis.web.auth import Identity
from chassis.web.preconditions import check_if_match
from chassis.web.problems import conflict, not_found
from connector.adapters.collections import Seat, Stores
from connector.application.connections.activity_types import ActiveTypes
from connector.application.connections.repository import Connections
from connector.application.connections.teardown import Retirer
from connector.application.lease import Change
from connector.domain.connection.identity import seat_id
from connector.domain.connection.lifecycle import resyncing, stopping
from connector.domain.connection.settings_change import changed, check_types, put_back
from connector.domain.model.connection import Choices, Connection
from contracts.connections import BrakeAnswer, Coverage, Provider, Remove


@dataclass(frozen=True)
class Desk:
    """Carries out what a user asks for his own connections."""

    stores: Stores
    connections: Connections
    types: ActiveTypes
    retirer: Retirer
    clock: Clock

    async def open(
        self, identity: Identity, connection_id: str, provider: Provider, email: str, given: Mapping[str, Any]
    ) -> Connection:
        """Create a connection that waits for its sign-in. 409 where the user has one that is not stopped (A7)."""
        now = self.clock.now()
        choices = Choices().model_copy(update=dict(given))
        check_types(given, choices, await self.types.of(identity.company_id))
        fresh = Connection(
            id=connection_id,
            company_id=identity.company_id,
            user_id=identity.user_id,
            provider=provider,
            email=email,
            created_at=now,
            settings=choices,
            coverage=Coverage(connected_at=now),
            replay_id=new_id(),
        )
        await self.stores.connections.insert(fresh)  # a repeated request after a crash finds it there
        stored = await self.connections.get(connection_id) or fresh
        if other := await self._seat(stored):
            await self.stores.connections.delete(stored.id, stored.version)
            raise conflict("connection_exists", "this user has a connection already", connection_id=other)
        return stored

    async def _seat(self, connection: Connection) -> str | None:
        """Make this the user's one connection; return the live one that is it already, if there is."""
        seat_name = seat_id(connection.company_id, connection.user_id)
        while True:
            seat = await self.stores.seats.get(seat_name)
            holder = await self.connections.get(seat.connection_id) if seat else None
            if holder and holder.id != connection.id and holder.phase != "stopped":
                return holder.id
            taken = await self.stores.seats.update(
                seat_name, _seated(seat, Seat(id=seat_name, connection_id=connection.id))
            )
            if taken and taken.connection_id == connection.id:
                return None

    async def own(self, identity: Identity, connection_id: str) -> Connection:
        """Return the caller's connection; 404 for anybody else's."""
        connection = await self.connections.get(connection_id)
        mine = (identity.company_id, identity.user_id)
        if connection is None or (connection.company_id, connection.user_id) != mine:
            raise not_found("connection")
        return connection

    async def visible(self, identity: Identity, connection_id: str) -> Connection:
        """Return a connection that the caller may see: his own, or as administrator the company's."""
        connection = await self.connections.get(connection_id)
        if connection is None or connection.company_id != identity.company_id:
            raise not_found("connection")
        if connection.user_id != identity.user_id and not identity.is_admin:
            raise not_found("connection")
        return connection

    async def change_settings(
        self, connection: Connection, given: Mapping[str, Any], if_match: str | None
    ) -> Connection:
        """Apply settings from now on (C4)."""
        active, now, replay_id = await self.types.of(connection.company_id), self.clock.now(), new_id()

        def change(current: Connection) -> Connection:
            check_if_match(if_match, current.settings_version)
            _must_live(current)
            return changed(current, given, active=active, now=now, replay_id=replay_id)

        return await self._change(connection.id, change)

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
            answered = current.model_copy(update={"brake_answer": answer})
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
            await self.retirer.forget(connection)
        return after

    async def _change(self, connection_id: str, change: Change) -> Connection:
        return await self.connections.change(connection_id, change)


def _seated(seen: Seat | None, wanted: Seat) -> Callable[[Seat | None], Seat | None]:
    """Return the change that gives the seat away, unless it changed hands since it was seen."""
    before = seen.connection_id if seen else None

    def change(current: Seat | None) -> Seat | None:
        now = current.connection_id if current else None
        return wanted if now == before else current

    return change


def _must_live(connection: Connection) -> None:
    if connection.phase in {"stopping", "stopped"}:
        raise conflict("conflict", f"the connection is {connection.phase}")


SUPPORTED: tuple[Provider, ...] = ("google", "outlook", "office365", "exchange")
"""The four providers (A2)."""


def check_provider(name: str, built: Mapping[str, object]) -> Provider:
    """Return the provider, or say why there is none (A3)."""
    if name in {"imap", "pop"}:
        raise Rejected("unsupported_provider", f"{name} is not supported; supported are {', '.join(SUPPORTED)}")
    if name not in SUPPORTED:
        raise Rejected("validation_error", f"provider must be one of {', '.join(SUPPORTED)}")
    if name not in built:
        raise Rejected("provider_unavailable", f"{name} cannot be connected in this installation")
    return name
