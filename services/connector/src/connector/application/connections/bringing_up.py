"""Bringing a connection up: its account signed in, so its calendar is picked, and the mapper asks for both sides."""

from dataclasses import dataclass

from chassis.clock import Clock
from chassis.ids import new_id
from connector.application.connections.repository import Connections
from connector.domain.connection.identity import account_key
from connector.domain.connection.lifecycle import authorised, reauthorised
from connector.domain.model.connection import Connection
from connector.domain.provider.port import Account, CalendarInfo


@dataclass(frozen=True)
class BringingUp:
    """Brings connections up whose account has signed in."""

    connections: Connections
    clock: Clock

    async def bring_up(
        self, connection: Connection, account: Account, calendar: CalendarInfo, *, server: str | None = None
    ) -> Connection:
        """Return the connection running: for the first time with this calendar, else with its parked work going on.

        `server`: the host of the provider's server, where each company has one.
        """
        key = account_key(connection.company_id, connection.user_id, connection.provider, account.id)
        now, replay_id = self.clock.now(), new_id()

        def up(current: Connection) -> Connection:
            known = current.with_server(server)
            if known.account_key is None:
                return authorised(known, account, key, calendar, now=now, replay_id=replay_id)
            return reauthorised(known, now)

        return await self.connections.change(connection.id, up)


def is_account_of(connection: Connection, account: Account) -> bool:
    """Tell whether the account that signed in is the one that the connection is for."""
    return account.has(connection.email) and connection.account_id in {None, account.id}
