"""What a connection's push channel needs: to be opened, renewed, or tried again later. Pure."""

from datetime import datetime, timedelta

from connector.domain.model.connection import Connection
from connector.domain.model.connection_parts import Subscription
from connector.domain.scheduling.schedule import due_when_postponed, renew_at, with_due

FIRST_SIGN = timedelta(minutes=2)
"""The first sign of life comes at once; after that long, its provider cannot reach us."""
_WORTH_NOTING = timedelta(seconds=30)


def is_good(connection: Connection, now: datetime) -> bool:
    """Whether nothing is to be done about the channel now."""
    asked, channel = connection.due.get("channel"), connection.subscription
    postponed = asked is not None and asked > now
    if channel is None or channel.calendar_id != connection.settings.calendar_id:
        return channel is None and postponed
    if channel.must_renew:
        return postponed
    return now < max(renew_at(channel), asked or renew_at(channel))


def pushed(connection: Connection, channel: Subscription) -> Connection:
    """Return the connection with a channel that is open."""
    return with_due(connection.with_subscription(channel, "webhook"), {"channel": renew_at(channel)})


def postponed(connection: Connection, now: datetime) -> Connection:
    """Return the connection to be tried again soon; a channel that ran out meanwhile no longer counts as push."""
    alive = connection.subscription is not None and connection.subscription.expires_at > now
    return with_due(
        connection if alive else connection.with_subscription(connection.subscription, "polling"),
        due_when_postponed(now, connection.id),
    )


def polling(connection: Connection, again: datetime) -> Connection:
    """Return the connection without push; `again`: when to ask for it next."""
    return with_due(connection.with_subscription(None, "polling"), {"channel": again})


def is_unreachable(connection: Connection, now: datetime) -> bool:
    """Whether the channel was never heard, although its provider calls at once: it cannot reach us."""
    channel = connection.subscription
    return channel is not None and channel.silence is not None and not channel.heard and channel.expires_at <= now


def channel_heard(connection: Connection, channel_id: str, now: datetime) -> Connection:
    """Return the connection after a sign of life of its channel; an older channel is ignored.

    Signs come with every notification, so what was noted a moment ago is not noted again.
    """
    channel = connection.subscription
    if channel is None or channel.id != channel_id or channel.silence is None:
        return connection
    until = now + timedelta(seconds=channel.silence)
    if channel.heard and until - channel.expires_at < _WORTH_NOTING:
        return connection
    alive = channel.alive(until)
    return with_due(connection.with_subscription(alive, "webhook"), {"channel": renew_at(alive)})


def channel_to_renew(connection: Connection, channel_id: str, now: datetime) -> Connection:
    """Return the connection whose provider wants its channel renewed now; an older channel is ignored."""
    channel = connection.subscription
    if channel is None or channel.id != channel_id:
        return connection
    return with_due(connection.with_subscription(channel.to_renew(), connection.push), {"channel": now})


def channel_lost(connection: Connection, channel_id: str, now: datetime) -> Connection:
    """Return the connection whose provider has closed its channel; an older channel is ignored."""
    if connection.subscription is None or connection.subscription.id != channel_id:
        return connection
    return polling(connection, now)
