"""Tells subscribers of changes as Exchange does: all that waits in one call, and again until the answer is `OK`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from lxml import etree

from simulators.exchange.domain import ids
from simulators.exchange.domain.push import events, notifications, subscriptions
from simulators.exchange.domain.push.events import Event
from simulators.exchange.domain.push.subscribe_methods import wants
from simulators.exchange.domain.push.subscriptions import Subscription
from simulators.exchange.domain.world import World
from simulators.exchange.domain.xml import Element
from simulators.exchange.http import soap
from simulators.exchange.http.sender import Sender
from simulators.frame.clock import Clock
from simulators.frame.http.notifier import BaseNotifier
from simulators.frame.http.unanswered import Sleep
from simulators.frame.store.calendar import Calendar, Notice

Json = dict[str, Any]
Judge = Callable[[Element | None, Element], list[str]]


@dataclass(frozen=True, slots=True)
class Message:
    """One call. `count`: how many of the events that wait for the subscription it brings."""

    subscription: str
    url: str
    body: Element
    count: int
    names: tuple[str, ...]


class Notifier(BaseNotifier[Message]):
    """Keeps what waits for each subscription, and calls its client when it is due."""

    def __init__(self, world: World, sender: Sender, clock: Clock, sleep: Sleep, judge: Judge | None) -> None:
        """`judge` says how a call or its answer breaks the schema; `sleep` waits before late calls."""
        super().__init__(world, clock, sleep, lambda _: False, attempts=1)
        self._world = world
        self._sender = sender
        self._judge = judge

    def changed(self, calendar: Calendar, notices: list[Notice]) -> None:
        """Let the events of a calendar's changes wait for those who watch it."""
        known = self._world.subscriptions
        # Both calendars of a move have a notice of it; one event is of both.
        for notice in (one for one in notices if not one.home):
            event = events.of_notice(notice, calendar, known.next_number(), self._now())
            known.history.append(event)
            for one in list(known.live.values()):
                if wants(one, event, self._world.accounts[one.email]):
                    self._wait(one, event)

    def _wait(self, one: Subscription, event: Event) -> None:
        if self._take("subscription.ends_silently", one.email) is not None:
            del self._world.subscriptions.live[one.id]
            return
        if self._take("push.lost", one.email) is None:
            one.pending.append(event)
        one.pending += self._extra(one, event)
        late = self._take("push.late", one.email)
        if late is not None:
            one.next_at = max(one.next_at, self._now() + timedelta(seconds=late["seconds"]))

    def _extra(self, one: Subscription, event: Event) -> list[Event]:
        """Return what traps add to an event: more of it, and an event of an item that is gone."""
        many = self._take("push.duplicate_modified", one.email)
        again = replace(event, name="ModifiedEvent", old="")
        found = [self._numbered(again) for _ in range(int(many["times"]) if many else 0)]
        if self._take("push.ghost", one.email) is not None:
            key = ids.new_key(self._world.rng)
            found.append(self._numbered(replace(again, item=key)))
        return found

    def _numbered(self, event: Event) -> Event:
        return replace(event, number=self._world.subscriptions.next_number())

    def ring(self, email: str) -> int:
        """Tell an account's subscriptions of a change of a folder that there was not; return how many those were."""
        own = self._world.subscriptions.of(email)
        calendar = self._world.account(email).default.calendar
        for one in own:
            one.pending.append(self._numbered(Event(0, self._now(), "ModifiedEvent", calendar)))
        self.call_due()
        return len(own)

    def call_due(self) -> None:
        """Call every client that waits for something: events, a sign of life, or another try."""
        for one in self._world.subscriptions.due(self._now()):
            one.calling = True
            self._deliveries.start(self._message(one))

    def _message(self, one: Subscription) -> Message:
        account = self._world.accounts[one.email]
        waiting = list(one.pending)
        more = len(waiting) > 1 and self._take("push.more_events", one.email) is not None
        told = waiting[: len(waiting) // 2] if more else waiting
        shown = [events.shown(event, account) for event in told] or [events.status(one.told)]
        own = notifications.notification(one.id, one.told, shown, more=more)
        body = self._body(one, own)
        return Message(one.id, one.url, body, len(told), tuple(event.name for event in told) or ("StatusEvent",))

    def _body(self, one: Subscription, own: Element) -> Element:
        if self._take("push.error", one.email) is not None:
            return notifications.error_call(own)
        if self._take("push.stranger", one.email) is not None:
            unknown = subscriptions.new_id(self._world.rng)
            status = [events.status(one.told)]
            return notifications.call([notifications.notification(unknown, one.told, status), own])
        return notifications.call([own])

    async def _send(self, message: Message) -> int:
        content = soap.written(message.body, header=soap.requested_version())
        answer = await self._sender.post(message.url, content)
        result = notifications.result_of(answer.content) if answer.status == 200 else None
        status = notifications.status_of(result)
        self._judged(message, status)
        self.log.append(
            {
                "at": self._now().isoformat(),
                "address": message.url,
                "subscription": message.subscription,
                "events": list(message.names),
                "status": answer.status,
                "answer": status,
                "problems": self._problems(message.body) + ([] if result is None else self._problems(result)),
                "seconds": answer.seconds,
            }
        )
        return answer.status

    def _judged(self, message: Message, status: str) -> None:
        """Take a client's answer in: on with it, the end of it, or another try later."""
        live = self._world.subscriptions.live
        one = live.get(message.subscription)
        if one is None:
            return
        one.calling = False
        if status == "OK":
            one.acknowledged(self._now(), message.count)
        elif status == "Unsubscribe" or not one.failed(self._now()):
            del live[one.id]
        self.call_due()

    def _problems(self, body: Element) -> list[str]:
        if self._judge is None:
            return []
        return self._judge(None, etree.fromstring(etree.tostring(body)))
