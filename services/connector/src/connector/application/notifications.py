"""Genuine notifications become requests to pull; what a provider says of its channels is noted on their connections."""

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from chassis.messaging.publisher import Publisher
from connector.adapters.collections import Channel, Stores
from connector.application.connections.repository import Connections
from connector.application.message_factory import MessageFactory
from connector.domain.connection.push_channel import channel_heard
from connector.domain.model.connection import Connection

ChannelNews = Callable[[Connection, str], Connection]
"""Changes a connection by what its provider says of a channel, whose id is given."""


@dataclass(frozen=True)
class Notifications:
    """Turns genuine notifications into requests to pull; each is answered only after Kafka has the request."""

    stores: Stores
    connections: Connections
    publisher: Publisher
    messages: MessageFactory

    async def genuine(self, channel_id: str, token: str | None) -> tuple[Channel, Connection] | None:
        """Return the channel and the running connection that a notification is for; None where it is not ours."""
        channel = await self.stores.channels.get(channel_id)
        if channel is None or token is None or not hmac.compare_digest(channel.token.encode(), token.encode()):
            return None
        connection = await self.connections.get(channel.connection_id)
        return (channel, connection) if connection and connection.phase == "running" else None

    async def pull(self, connections: Iterable[Connection]) -> None:
        """Ask for a read of each. Raises Transient where that could not be stored.

        One that is read at the end of a debounce window anyway need not be asked for once more: as long as that is due,
        its read has not begun. Where many are written, each write makes the provider notify.
        """
        unread = [connection for connection in connections if "window" not in connection.due]
        await self.publisher.publish([self.messages.pull(connection, "push") for connection in unread])

    async def heard(self, channel: Channel, connection: Connection, now: datetime) -> None:
        """Note a sign of life of a channel, also of one whose opening was not answered yet."""
        known = connection.subscription
        if known is not None and known.id == channel.id:
            if channel_heard(connection, channel.id, now) != connection:
                await self.note(channel, lambda c, channel_id: channel_heard(c, channel_id, now))
        elif not channel.heard:
            await self.stores.channels.update(channel.id, lambda one: one.as_heard() if one else None)

    async def note(self, channel: Channel, news: ChannelNews) -> None:
        """Note what the provider says of a channel on its connection."""
        await self.connections.change(channel.connection_id, lambda c: news(c, channel.id))
