"""Sends notifications as Google does: retried on 500, 502, 503 and 504 only, else dropped."""

from collections.abc import Awaitable, Callable

import httpx

from simulators.frame.clock import Clock
from simulators.frame.http.notifier import BaseNotifier
from simulators.frame.http.unanswered import Sleep
from simulators.google.domain.push.channels import Channel, Notification, notification
from simulators.google.domain.world import World

Sender = Callable[[Notification], Awaitable[int]]

RETRIED = frozenset({500, 502, 503, 504})
_ATTEMPTS = 8


class HttpSender:
    """POSTs notifications; an address that does not answer counts as a lost one."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        """The client stays the caller's."""
        self._client = client

    async def __call__(self, message: Notification) -> int:
        """The status of the answer; 0 where there was none."""
        try:
            answer = await self._client.post(message.address, headers=message.headers)
        except httpx.HTTPError:
            return 0
        return answer.status_code


class Notifier(BaseNotifier[Notification]):
    """Decides with the traps what is sent of a change, and sends it in the background."""

    def __init__(self, world: World, sender: Sender, clock: Clock, sleep: Sleep) -> None:
        """`sleep` waits between retries and for late messages."""
        super().__init__(world, clock, sleep, RETRIED.__contains__, attempts=_ATTEMPTS)
        self._world = world
        self._sender = sender

    def changed(self, resource: str) -> None:
        """Tell every channel that watches the resource."""
        for channel in self._world.channels.watching(resource, self._clock.now()):
            self._tell(channel)

    async def sync(self, channel: Channel) -> None:
        """Send the `sync` message and wait for its end (before the watch answer)."""
        await self._deliveries.deliver(notification(channel, "sync", self._world.rng))

    def sync_soon(self, channel: Channel) -> None:
        """Send the `sync` message after the watch answer."""
        self._deliveries.start(notification(channel, "sync", self._world.rng))

    def tell(self, channel: Channel) -> None:
        """One more message of a channel, also of a stopped one."""
        self._deliveries.start(notification(channel, "exists", self._world.rng))

    def ring(self, email: str) -> int:
        """Tell an account's channels of a change that there was not; how many those were."""
        own = [one for one in self._world.channels.live.values() if one.email == email]
        for channel in own:
            self.tell(channel)
        return len(own)

    def _tell(self, channel: Channel) -> None:
        if self._take("channel.expire_silently", channel.email) is not None:
            channel.silent = True
            return
        if self._take("push.lost", channel.email) is not None:
            return
        if self._take("push.coalesce", channel.email) is not None:
            return
        message = notification(channel, "exists", self._world.rng)
        if self._take("push.wrong_token", channel.email) is not None:
            message = _with(message, {"X-Goog-Channel-Token": "another token"})
        if self._take("push.reorder", channel.email) is not None:
            self._deliveries.hold(message)
            return
        late = self._take("push.late", channel.email)
        self._deliveries.start(message, late["seconds"] if late else 0)
        self._extra(channel, message)
        self.release()

    def _extra(self, channel: Channel, message: Notification) -> None:
        if self._take("push.duplicate", channel.email) is not None:
            self._deliveries.start(message)
        if self._take("push.stranger", channel.email) is not None:
            self._deliveries.start(_with(message, {"X-Goog-Channel-ID": "a-channel-nobody-knows"}))
        many = self._take("push.many", channel.email)
        for _ in range(int(many["times"]) - 1 if many else 0):
            self.tell(channel)

    async def _send(self, message: Notification) -> int:
        status = await self._sender(message)
        self.log.append(
            {
                "at": self._clock.now().isoformat(),
                "address": message.address,
                "status": status,
                "channel": message.headers["X-Goog-Channel-ID"],
                "number": message.headers["X-Goog-Message-Number"],
                "state": message.headers["X-Goog-Resource-State"],
            }
        )
        return status


def _with(message: Notification, headers: dict[str, str]) -> Notification:
    return Notification(message.address, message.headers | headers)
