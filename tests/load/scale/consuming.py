"""A pod's consumer of `calendar.commands`: batches worked off in lanes, as the connector's own consumer does."""

import heapq
from datetime import datetime, timedelta
from typing import Literal

from connector.adapters.guarded_calendar import ProviderAway
from connector.application.rate_limiter import RateLimiter
from connector.domain.connection.lifecycle import due_when_troubled
from connector.domain.connection.reads import due_to_look_again, look_again, quiet_after
from connector.domain.model.connection import DueKind
from connector.domain.provider.errors import Throttled
from connector.domain.scheduling.debounce import debounce_pull
from connector.domain.scheduling.schedule import due_when_postponed, retry_at
from tests.load.scale.population import Light, renewal_of
from tests.load.scale.provider import Outcome
from tests.load.scale.world import Command, World

Fate = Literal["park", "away", "call", "debounce", "covered"]
_AT_ONCE = timedelta(milliseconds=50)
"""What begins within this time is not given an event of its own: that takes half of the simulation's time."""
_REPLACING_A_CHANNEL = 2
"""Calls beside the read: watch, and stop for the old one."""


class Consuming:
    """Carries out the commands of a pod's partitions."""

    def __init__(self, world: World, pod: int, limiter: RateLimiter) -> None:
        self._world = world
        self._pod = pod
        self._inputs = world.inputs.pods
        self._limiter = limiter
        self.running = False

    def start(self, delay: float) -> None:
        """Run from so many seconds on."""
        self.running = True
        self._world.after(delay, self._work)

    def _work(self) -> None:
        """Take a batch: lanes side by side, and the next batch only when all of it is done."""
        world, queue = self._world, self._world.queues[self._pod]
        if not self.running:
            return
        if not queue:
            world.listen(self._pod, self._work)
            return
        batch = [queue.popleft() for _ in range(min(len(queue), self._inputs.batch))]
        world.at(self._plan(batch), self._work)

    def _plan(self, batch: list[Command]) -> datetime:
        """Give each command its lane and its share of the CPU; return when the last is done."""
        world, cpu = self._world, timedelta(seconds=self._inputs.command_seconds)
        lanes, cpu_free = [world.now] * min(len(batch), self._inputs.lanes), world.now
        for command in batch:
            begin = max(lanes[0], cpu_free)
            cpu_free = begin + cpu
            fate = self._fate(command, begin)
            calls = self._calls(command, begin) if fate == "call" else 0
            latency = world.providers[command[0].provider].latency(calls)
            done = cpu_free + timedelta(seconds=latency)
            heapq.heapreplace(lanes, done)
            if begin - world.now < _AT_ONCE:
                self._carry_out(command, done, fate)
            else:
                world.at(begin, self._later, command, done, fate)
        return max(lanes)

    def _later(self, command: Command, done: datetime, fate: Fate) -> None:
        """Carry out a command that had to wait for a lane, as things stand by then; it is a probe only once."""
        self._carry_out(command, done, fate if fate == "call" else self._fate(command, self._world.now))

    def _fate(self, command: Command, now: datetime) -> Fate:
        """As `Worker._pull` and `Worker._guarded`."""
        light, kind, asked_at = command
        if kind not in {"put", "replay"}:
            window = self._world.inputs.policy.debounce
            verdict = debounce_pull(asked_at, light.last_started, now, window, pushed=kind == "push")
            if verdict != "read":
                return "debounce" if verdict == "later" else "covered"
        if not light.can_work(now):
            return "park"
        return "call" if self._limiter.admits(self._world.providers[light.provider].inputs.name) else "away"

    def _calls(self, command: Command, now: datetime) -> int:
        light, kind, _ = command
        if kind == "put":
            return 1
        reads = self._world.inputs.full_read_calls if kind == "replay" else 1
        return reads + (_REPLACING_A_CHANNEL if self._replaces_channel(light, now) else 0)

    def _replaces_channel(self, light: Light, now: datetime) -> bool:
        """As `Channels.maintain`."""
        asked = light.due.get("channel")
        return light.renew_at <= now and (asked is None or asked <= now)

    def _carry_out(self, command: Command, done: datetime, fate: Fate) -> None:
        world, (light, kind, asked_at) = self._world, command
        if kind in {"push", "put"}:
            name = world.providers[light.provider].inputs.name
            world.phase.waited(f"{name} {kind}", (world.now - asked_at).total_seconds())
        match fate:
            case "park":
                self._park(light, kind)
            case "away":
                self._fail(light, kind, None, done)
            case "call":
                self._call(command, done)
            case "debounce" if light.last_started:
                end = light.last_started + world.inputs.policy.debounce
                world.change(light, {"window": min(end, light.due.get("window", end))})

    def _call(self, command: Command, done: datetime) -> None:
        light, kind, _ = command
        world = self._world
        renewing = kind != "put" and self._replaces_channel(light, world.now)
        outcome = self._ask(light, self._calls(command, world.now))
        if outcome == "down":  # known only after the time-out
            world.at(done, self._end, command, outcome, done, renewing)
        else:
            self._end(command, outcome, done, renewing)

    def _ask(self, light: Light, calls: int) -> Outcome:
        world, provider = self._world, self._world.providers[light.provider]
        for _ in range(calls):
            outcome = provider.call(light, world.seconds)
            world.phase.called(provider.inputs.name, outcome, world.seconds)
            if outcome != "ok":
                return outcome
        return "ok"

    def _end(self, command: Command, outcome: Outcome, done: datetime, renewing: bool) -> None:
        """End a turn as it ends in the worker; the pod's real rate sees how the provider answered."""
        (light, kind, _), provider = command, self._world.providers[command[0].provider].inputs
        try:
            with self._limiter.observing(provider.name):
                if outcome == "refused":
                    raise Throttled("rate_limit_exceeded", "", retry_after=provider.retry_after)
                if outcome == "down":
                    raise ProviderAway("timeout", "")
        except (Throttled, ProviderAway) as error:
            self._fail(light, kind, error.retry_after, done)
        else:
            self._succeed(light, kind, done, renewing=renewing)

    def _succeed(self, light: Light, kind: str, done: datetime, *, renewing: bool) -> None:
        world = self._world
        changes: dict[DueKind, datetime | None] = {"retry": None} if light.attempts else {}
        light.attempts, light.retry_at = 0, None
        if kind == "put":
            world.ask(light, "push", 1.0)  # our own writes notify too
        else:
            changes.update(self._read(light, kind, done))
        if renewing:
            light.renew_at = renewal_of(light, world.now, world.inputs)
            changes["channel"] = light.renew_at
            world.phase.counts["channels renewed"] += 1
        world.change(light, changes)

    def _read(self, light: Light, kind: str, done: datetime) -> dict[DueKind, datetime | None]:
        """As `proven`: what a complete read does to the due times."""
        world, policy = self._world, self._world.inputs.policy
        found = self._found(light, kind, done)
        light.last_started = world.now
        light.quiet_polls = quiet_after(light.quiet_polls, "poll" if kind == "poll" else "settle", found)
        changes: dict[DueKind, datetime | None] = {
            "poll": policy.next_poll(light.id, done, light.push, light.quiet_polls)
        }
        if kind == "replay":
            changes["kick"] = None
        if kind == "push" and look_again("push", found):
            changes.update(due_to_look_again(light.due, done, policy))
        return changes

    def _found(self, light: Light, kind: str, done: datetime) -> int:
        """Return whether a read finds anything: what was told, unless it was told too early, and what was not told."""
        world, lost = self._world, light.unseen_since
        light.unseen_since = None
        if lost:
            world.phase.waited("change not told", (done - lost).total_seconds())
        told = kind in {"push", "second_look"}
        return int(lost is not None or (told and world.random.random() >= world.inputs.users.pushes_early))

    def _park(self, light: Light, kind: str) -> None:
        """As `Parking.park`: a pull is not kept."""
        if kind in {"put", "replay"}:
            light.parked = (*light.parked, kind)
            self._world.phase.counts["commands parked"] += 1

    def _fail(self, light: Light, kind: str, retry_after: float | None, done: datetime) -> None:
        """As `troubled`."""
        world = self._world
        light.attempts += 1
        self._park(light, kind)
        light.retry_at = retry_at(light.id, light.attempts, done, retry_after)
        changes = {**due_when_troubled(light.due, light.retry_at, done)}
        if light.renew_at <= world.now:
            changes.update(due_when_postponed(done, light.id))
        world.change(light, changes)
