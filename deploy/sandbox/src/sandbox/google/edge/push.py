"""Sends notifications as Google does: retried on 500, 502, 503 and 504 only, else dropped."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from tenacity import (
    AsyncRetrying,
    retry_if_result,
    stop_after_attempt,
    wait_exponential,
)

from chassis.clock import Clock
from sandbox.google.domain.channels import Channel, Notification, notification
from sandbox.google.domain.world import World

Sender = Callable[[Notification], Awaitable[int]]
Sleep = Callable[[float], Awaitable[None]]

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


class PushDesk:
    """Decides with the traps what is sent of a change, and sends it in the background."""

    def __init__(self, world: World, sender: Sender, clock: Clock, sleep: Sleep) -> None:
        """`sleep` waits between retries and for late messages."""
        self._world = world
        self._sender = sender
        self._clock = clock
        self._sleep = sleep
        self._held: list[Notification] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.log: deque[dict[str, Any]] = deque(maxlen=10_000)

    def changed(self, resource: str) -> None:
        """Tell every channel that watches the resource."""
        for channel in self._world.channels.watching(resource, self._clock.now()):
            self._tell(channel)

    async def sync(self, channel: Channel) -> None:
        """Send the `sync` message and wait for its end (before the watch answer)."""
        await self._deliver(notification(channel, "sync", self._world.rng), 0)

    def sync_soon(self, channel: Channel) -> None:
        """Send the `sync` message after the watch answer."""
        self._start(notification(channel, "sync", self._world.rng), 0)

    def tell(self, channel: Channel) -> None:
        """One more message of a channel, also of a stopped one."""
        self._start(notification(channel, "exists", self._world.rng), 0)

    def release(self) -> int:
        """Send what the reorder trap holds back; how many those were."""
        held, self._held = self._held, []
        for message in held:
            self._start(message, 0)
        return len(held)

    async def idle(self) -> None:
        """Wait until nothing is being sent."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        """Give up what is still being sent."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _take(self, trap: str, channel: Channel) -> dict[str, Any] | None:
        return self._world.traps.take(trap, "push", channel.email)

    def _tell(self, channel: Channel) -> None:
        if self._take("channel.expire_silently", channel) is not None:
            channel.silent = True
            return
        if self._take("push.lost", channel) is not None:
            return
        if self._take("push.coalesce", channel) is not None:
            return
        message = notification(channel, "exists", self._world.rng)
        if self._take("push.wrong_token", channel) is not None:
            message = _with(message, {"X-Goog-Channel-Token": "another token"})
        if self._take("push.reorder", channel) is not None:
            self._held.append(message)
            return
        late = self._take("push.late", channel)
        self._start(message, late["seconds"] if late else 0)
        self._extra(channel, message)
        self.release()

    def _extra(self, channel: Channel, message: Notification) -> None:
        if self._take("push.duplicate", channel) is not None:
            self._start(message, 0)
        if self._take("push.stranger", channel) is not None:
            self._start(_with(message, {"X-Goog-Channel-ID": "a-channel-nobody-knows"}), 0)
        many = self._take("push.many", channel)
        for _ in range(int(many["times"]) - 1 if many else 0):
            self.tell(channel)

    def _start(self, message: Notification, delay: float) -> None:
        task = asyncio.get_running_loop().create_task(self._deliver(message, delay))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, message: Notification, delay: float) -> None:
        if delay:
            await self._sleep(delay)
        retrying = AsyncRetrying(
            retry=retry_if_result(lambda status: status in RETRIED),
            wait=wait_exponential(multiplier=1, max=600),
            stop=stop_after_attempt(_ATTEMPTS),
            sleep=self._sleep,
            retry_error_callback=lambda _: 0,
        )
        await retrying(self._send, message)

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
