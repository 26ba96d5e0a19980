"""Tells subscribers of changes as Graph does: in batches, again until an answer came in time, not to a slow address."""

import html
import uuid
from typing import Any
from urllib.parse import quote

from simulators.frame.clock import Clock
from simulators.frame.http.notifier import BaseNotifier
from simulators.frame.http.unanswered import Sleep
from simulators.frame.store.calendar import Calendar, Notice
from simulators.microsoft.domain.errors import GraphError
from simulators.microsoft.domain.push import notifications
from simulators.microsoft.domain.push.endpoints import IN_TIME, Endpoint, Health
from simulators.microsoft.domain.push.notifications import Batch
from simulators.microsoft.domain.push.subscriptions import Subscription
from simulators.microsoft.domain.world import World
from simulators.microsoft.http.sender import PATIENCE, Sender

Json = dict[str, Any]

# Doubling from a second to ten minutes, some four hours in all.
_ATTEMPTS = 32
_SLOWED_SECONDS = 10.0
# Everything that a client may get wrong in decoding or encoding.
_TOKEN = "Validation: Testing client application reachability + 100% & für subscription Request-Id: {}"  # noqa: S105


class Notifier(BaseNotifier[Batch]):
    """Decides with the traps what is sent of a change, and sends it in the background."""

    def __init__(self, world: World, sender: Sender, clock: Clock, sleep: Sleep) -> None:
        """`sleep` waits between retries and for late messages."""
        super().__init__(world, clock, sleep, lambda status: status == 0, attempts=_ATTEMPTS)
        self._world = world
        self._sender = sender
        self._endpoints: dict[str, Endpoint] = {}
        self._missed: set[str] = set()
        self._mixed: list[Batch] = []

    async def validate(self, subscription: Subscription) -> None:
        """Do the handshake with both addresses; 400 when one does not echo the token in time."""
        for url in (subscription.url, subscription.lifecycle_url):
            if url is not None:
                await self._validate(url)

    async def _validate(self, url: str) -> None:
        token = _TOKEN.format(uuid.UUID(int=self._world.rng.getrandbits(128), version=4))
        mark = "&" if "?" in url else "?"
        answer = await self._sender.validate(f"{url}{mark}validationToken={quote(token, safe='')}")
        echoed = answer.text in {token, html.escape(token), html.escape(token, quote=False)}
        plain = answer.content_type.lower().startswith("text/plain")
        if answer.status == 200 and echoed and plain and answer.seconds <= PATIENCE:
            return
        message = (
            "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation "
            "request."
        )
        raise GraphError(400, "ValidationError", message)

    def changed(self, calendar: Calendar, notices: list[Notice]) -> None:
        """Tell every subscription that watches the calendar."""
        watching = self._world.subscriptions.watching(calendar.owner, calendar.key, self._now())
        values: list[tuple[str, Json]] = []
        for one in watching:
            if self._ends(one):
                continue
            account = self._world.accounts[one.email]
            fitting = dict.fromkeys(notice for notice in notices if notice.change in one.changes)
            values += [(one.url, notifications.changed(one, calendar, notice, account)) for notice in fitting]
        for whole in notifications.grouped(values):
            for batch in whole.parts():
                self._tell(batch, calendar.owner)

    def listed(self, owner: str, calendar_id: str, change: str) -> None:
        """Tell the subscriptions of a mailbox's list of calendars."""
        account = self._world.accounts[owner]
        for one in self._world.subscriptions.listing(owner, change, self._now()):
            value = notifications.listed(one, calendar_id, change, account)
            self._tell(Batch(one.url, (value,)), owner)

    def ring(self, email: str) -> int:
        """Tell an account's subscriptions of a change that there was not; how many those were."""
        own = [one for one in self._world.subscriptions.live.values() if one.email == email]
        for one in own:
            self._deliveries.start(Batch(one.url, (notifications.rung(one, self._world.accounts[email]),)))
        return len(own)

    def lifecycle(self, subscription: Subscription, event: str) -> None:
        """Send a lifecycle notification; personal accounts get none."""
        account = self._world.accounts[subscription.email]
        if subscription.lifecycle_url is None or account.kind == "personal":
            return
        value = notifications.lifecycle(subscription, event, account)
        self._deliveries.start(Batch(subscription.lifecycle_url, (value,)))

    def _ends(self, one: Subscription) -> bool:
        """Whether a trap ends or pauses the subscription before the change is published."""
        if self._take("subscription.ends_silently", one.email) is not None:
            del self._world.subscriptions.live[one.id]
            return True
        removed = self._take("lifecycle.removed", one.email)
        if removed is not None:
            del self._world.subscriptions.live[one.id]
            for _ in range(int(removed["times"])):
                self.lifecycle(one, "subscriptionRemoved")
            return True
        if self._take("lifecycle.reauthorization", one.email) is not None:
            one.paused = True
            self.lifecycle(one, "reauthorizationRequired")
            return True
        if self._take("lifecycle.missed", one.email) is not None:
            self.lifecycle(one, "missed")
        return False

    def _tell(self, batch: Batch, account: str) -> None:
        lost = self._take("push.lost", account)
        if lost is not None:
            self._miss(batch, announced=bool(lost["missed"]))
            return
        if self._take("push.mixed", account) is not None:
            self._mixed.append(batch)
            return
        batch = self._with_mixed(batch)
        batch = self._altered(batch, account)
        if self._take("push.reorder", account) is not None:
            self._deliveries.hold(batch)
            return
        late = self._take("push.late", account)
        self._start(batch, late["seconds"] if late else 0)
        self._extra(batch, account)
        self._deliveries.release()

    def _with_mixed(self, batch: Batch) -> Batch:
        same = [one for one in self._mixed if one.url == batch.url]
        self._mixed = [one for one in self._mixed if one.url != batch.url]
        return Batch(batch.url, (*(value for one in same for value in one.values), *batch.values))

    def _altered(self, batch: Batch, account: str) -> Batch:
        first = batch.values[0]
        if self._take("push.stranger", account) is not None:
            stranger = first | {"subscriptionId": str(uuid.UUID(int=self._world.rng.getrandbits(128), version=4))}
            batch = Batch(batch.url, (stranger, *batch.values))
        if self._take("push.wrong_state", account) is not None:
            batch = Batch(batch.url, (first | {"clientState": "another state"}, *batch.values))
        return batch

    def _extra(self, batch: Batch, account: str) -> None:
        if self._take("push.duplicate", account) is not None:
            self._start(batch, 0)
        many = self._take("push.many", account)
        again = Batch(batch.url, tuple(value | {"changeType": "updated"} for value in batch.values))
        for _ in range(int(many["times"]) if many else 0):
            self._start(again, 0)

    def _start(self, batch: Batch, delay: float) -> None:
        """Send, unless the address is too slow for that."""
        health = self._endpoint(batch.url).health(self._now())
        if health is Health.DROP:
            self._miss(batch, announced=True)
            return
        if self._missed:
            self._tell_missed()
        self._deliveries.start(batch, delay + (_SLOWED_SECONDS if health is Health.SLOW else 0))

    def _miss(self, batch: Batch, *, announced: bool) -> None:
        if announced:
            self._missed |= {value["subscriptionId"] for value in batch.values}

    def _tell_missed(self) -> None:
        missed, self._missed = self._missed, set()
        for subscription_id in sorted(missed):
            one = self._world.subscriptions.live.get(subscription_id)
            if one is not None:
                self.lifecycle(one, "missed")

    def _endpoint(self, url: str) -> Endpoint:
        return self._endpoints.setdefault(url, Endpoint())

    async def _send(self, batch: Batch) -> int:
        answer = await self._sender.post(batch)
        self._endpoint(batch.url).note(self._now(), answer.seconds)
        in_time = 200 <= answer.status < 300 and answer.seconds <= IN_TIME
        self.log.append(
            {
                "at": self._now().isoformat(),
                "address": batch.url,
                "status": answer.status,
                "seconds": answer.seconds,
                "values": list(batch.values),
            }
        )
        return answer.status if in_time else 0

    def release(self) -> int:
        """Send what traps hold back; how many those were."""
        mixed, self._mixed = self._mixed, []
        for batch in mixed:
            self._start(batch, 0)
        return len(mixed) + super().release()
