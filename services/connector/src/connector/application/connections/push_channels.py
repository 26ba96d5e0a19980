"""Push channels: opened ahead of need, replaced with an overlap well before their end (providers/google.md 1.2)."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from chassis.clock import Clock
from chassis.errors import Rejected, Transient
from chassis.ids import new_id
from connector.adapters.collections import Channel, Stores
from connector.adapters.guarded_calendar import Calendars
from connector.application.lease import Leases, WorkLease
from connector.application.provider_access import new_secret
from connector.domain.connection.push_channel import (
    FIRST_SIGN,
    channel_heard,
    is_good,
    is_unreachable,
    polling,
    postponed,
    pushed,
)
from connector.domain.model.connection import Connection
from connector.domain.model.connection_parts import Subscription
from connector.domain.provider.errors import Missing
from connector.domain.provider.port import Watch, WatchRequest

log = structlog.get_logger()

_ASK_REFUSED_AGAIN = timedelta(days=1)
_ASK_UNREACHABLE_AGAIN = timedelta(hours=1)


@dataclass(frozen=True)
class Channels:
    """Keeps each running connection's push channel open."""

    stores: Stores
    leases: Leases
    clock: Clock
    addresses: Mapping[str, str]
    """Where each provider calls back."""

    async def maintain(self, lease: WorkLease, calendars: Calendars) -> None:
        """Open or replace the channel where that is due. Without one, the calendar is polled: no reason to fail."""
        connection, now = lease.connection, self.clock.now()
        old = connection.subscription
        if is_good(connection, now) or await self._heard_before_it_was_known(lease, now):
            return
        if is_unreachable(connection, now):
            log.info("push_unreachable", connection=connection.id)
            await self._give_up(lease, calendars, now + _ASK_UNREACHABLE_AGAIN)
            return
        try:
            subscription = await self._prolonged(connection, calendars) or await self._open(connection, calendars)
        except Rejected as error:  # refused for this calendar or this address of ours
            log.info("push_refused", connection=connection.id, reason=str(error))
            await self._give_up(lease, calendars, now + _ASK_REFUSED_AGAIN)
        except Transient as error:
            log.warning("push_postponed", connection=connection.id, reason=str(error))
            await self.leases.renew(lease, lambda c: postponed(c, now))
        else:
            await self.leases.renew(lease, lambda c: pushed(c, subscription))
            if old and old.id != subscription.id:
                await self.close(old, calendars)

    async def _give_up(self, lease: WorkLease, calendars: Calendars, again: datetime) -> None:
        old = lease.connection.subscription
        await self.leases.renew(lease, lambda c: polling(c, again))
        if old:
            await self.close(old, calendars)

    async def _heard_before_it_was_known(self, lease: WorkLease, now: datetime) -> bool:
        """Note a sign of life that came while our call was under way, before the connection knew its channel."""
        channel = lease.connection.subscription
        if channel is None or channel.silence is None or channel.heard:
            return False
        known = await self.stores.channels.get(channel.id)
        if known is None or not known.heard:
            return False
        await self.leases.renew(lease, lambda c: channel_heard(c, channel.id, now))
        return True

    async def _prolonged(self, connection: Connection, calendars: Calendars) -> Subscription | None:
        """Return the open channel with a later end; None where a new one is to be opened."""
        old = connection.subscription
        if old is None or old.calendar_id != connection.settings.calendar_id or old.silence is not None:
            return None
        try:
            watch = await calendars.prolong(_watch(old))
        except Missing:
            return None
        return old.prolonged(self.clock.now(), watch.expires_at) if watch else None

    async def _open(self, connection: Connection, calendars: Calendars) -> Subscription:
        channel = Channel(
            id=new_id(),
            connection_id=connection.id,
            company_id=connection.company_id,
            token=new_secret(),
            created_at=self.clock.now(),
        )
        await self.stores.channels.insert(channel)
        request = WatchRequest(id=channel.id, token=channel.token, address=self.addresses[connection.provider])
        try:
            watch = await calendars.watch(connection.calendar_id, request)
        except Rejected:
            await self._forget(channel.id)
            raise
        silence = watch.silence.total_seconds() if watch.silence else None
        return Subscription(
            id=watch.id,
            resource_id=watch.resource_id,
            calendar_id=connection.calendar_id,
            opened_at=channel.created_at,
            expires_at=channel.created_at + FIRST_SIGN if silence else watch.expires_at,
            silence=silence,
        )

    async def close(self, old: Subscription, calendars: Calendars) -> None:
        """Close a channel; where the provider does not answer, it runs out by itself and is ignored until then."""
        await self._forget(old.id)
        with contextlib.suppress(Rejected, Transient):
            await calendars.unwatch(_watch(old))

    async def _forget(self, channel_id: str) -> None:
        channel = await self.stores.channels.get(channel_id)
        if channel:
            await self.stores.channels.delete(channel.id, channel.version)


def _watch(channel: Subscription) -> Watch:
    return Watch(id=channel.id, resource_id=channel.resource_id, expires_at=channel.expires_at)
