"""The end of a connection (A6, K1): subscription, grant and credentials go, and what was known of its calendar."""

from dataclasses import dataclass

from connector.adapters.collections import Stores
from connector.application.connections.push_channels import Channels
from connector.application.lease import Leases
from connector.application.provider_access import ProviderAccess
from connector.application.reading.sync_state import SyncStateRepository
from connector.domain.connection.lifecycle import stopped
from connector.domain.model.connection import Connection
from connector.domain.sync_state.documents import calendar_scope


@dataclass(frozen=True)
class Teardown:
    """Takes down what a connection has at its provider and with us."""

    stores: Stores
    accounts: ProviderAccess
    channels: Channels
    leases: Leases
    sync_state: SyncStateRepository

    async def tear_down(self, connection: Connection) -> None:
        """Stop a connection for good. The provider's part is best effort: a grant may be gone already."""
        lease = await self.leases.acquire(connection)
        if connection.subscription:
            await self.channels.close(connection.subscription, self.accounts.calendars(connection))
        await self.erase(connection)
        await self.leases.release(lease, stopped)

    async def erase(self, connection: Connection) -> None:
        """Give the grant back and erase what is kept of a connection, but for its document."""
        await self.accounts.forget(connection)
        for channel in await self.stores.channels.find({"connection_id": connection.id}):
            await self.stores.channels.delete(channel.id, channel.version)
        for parked in await self.stores.parked.find({"connection_id": connection.id}):
            await self.stores.parked.delete(parked.id, parked.version)
        if connection.settings.calendar_id:
            await self.sync_state.drop_calendar(calendar_scope(connection.id, connection.settings.calendar_id))
