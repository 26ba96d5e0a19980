"""Push channels: opened before they are needed, replaced well before their end with an overlap (providers §1.2)."""

import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from chassis.clock import Clock
from chassis.errors import Rejected, Transient
from chassis.ids import new_id
from connector.adapters.calendars import Calendars
from connector.adapters.stores import Channel, Stores
from connector.domain.connection import Connection, Subscription
from connector.domain.due import due_when_postponed, renew_at, with_due
from connector.domain.provider import Watch, WatchRequest
from connector.work.accounts import new_secret
from connector.work.turns import Turn, Turns

log = structlog.get_logger()

_ASK_REFUSED_AGAIN = timedelta(days=1)


@dataclass(frozen=True)
class Channels:
    """Keeps each running connection's push channel open."""

    stores: Stores
    turns: Turns
    clock: Clock
    address: str

    async def maintain(self, turn: Turn, calendars: Calendars) -> None:
        """Open or replace the channel where that is due. Without one, the calendar is polled: no reason to fail."""
        connection, now = turn.connection, self.clock.now()
        old = connection.subscription
        if _is_good(connection, now):
            return
        try:
            subscription = await self._open(connection, calendars)
        except Rejected as error:  # refused for this calendar or this address of ours
            log.info("push_refused", connection=connection.id, reason=str(error))
            await self.turns.keep(turn, lambda c: _polling(c, now + _ASK_REFUSED_AGAIN))
            await self._close_old(old, calendars)
        except Transient as error:
            log.warning("push_postponed", connection=connection.id, reason=str(error))
            await self.turns.keep(turn, lambda c: _postponed(c, now))
        else:
            await self.turns.keep(turn, lambda c: _pushed(c, subscription))
            await self._close_old(old, calendars)

    async def _open(self, connection: Connection, calendars: Calendars) -> Subscription:
        channel = Channel(
            id=new_id(),
            connection_id=connection.id,
            company_id=connection.company_id,
            token=new_secret(),
            created_at=self.clock.now(),
        )
        await self.stores.channels.insert(channel)
        request = WatchRequest(id=channel.id, token=channel.token, address=self.address)
        try:
            watch = await calendars.watch(connection.calendar_id, request)
        except Rejected:
            await self._forget(channel.id)
            raise
        return Subscription(
            id=watch.id,
            resource_id=watch.resource_id,
            calendar_id=connection.calendar_id,
            opened_at=channel.created_at,
            expires_at=watch.expires_at,
        )

    async def _close_old(self, old: Subscription | None, calendars: Calendars) -> None:
        if old:
            await self.close(old, calendars)

    async def close(self, old: Subscription, calendars: Calendars) -> None:
        """Close a channel; where the provider does not answer, it runs out by itself and is ignored until then."""
        await self._forget(old.id)
        with contextlib.suppress(Rejected, Transient):
            await calendars.unwatch(Watch(id=old.id, resource_id=old.resource_id, expires_at=old.expires_at))

    async def _forget(self, channel_id: str) -> None:
        channel = await self.stores.channels.get(channel_id)
        if channel:
            await self.stores.channels.delete(channel.id, channel.version)


def _is_good(connection: Connection, now: datetime) -> bool:
    asked = connection.due.get("channel")
    open_one = connection.subscription
    if open_one is None or open_one.calendar_id != connection.settings.calendar_id:
        return open_one is None and asked is not None and asked > now
    return now < max(renew_at(open_one), asked or renew_at(open_one))


def _pushed(connection: Connection, subscription: Subscription) -> Connection:
    facts = {"subscription": subscription, "push": "webhook"}
    return with_due(connection.model_copy(update=facts), {"channel": renew_at(subscription)})


def _postponed(connection: Connection, now: datetime) -> Connection:
    """Return the connection to be tried again soon; a channel that ran out meanwhile no longer counts as push."""
    alive = connection.subscription is not None and connection.subscription.expires_at > now
    return with_due(
        connection if alive else connection.model_copy(update={"push": "polling"}),
        due_when_postponed(now, connection.id),
    )


def _polling(connection: Connection, again: datetime) -> Connection:
    return with_due(connection.model_copy(update={"subscription": None, "push": "polling"}), {"channel": again})
