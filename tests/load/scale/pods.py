"""A pod of the connector: its scheduler's loop and its consumer, both with the product's own decisions."""

import heapq
from datetime import datetime, timedelta

from connector.domain.connection import DueKind
from connector.domain.debounce import judge_pull
from connector.domain.due import due_when_postponed, renewal, retry_at
from connector.domain.lifecycle import due_when_troubled
from connector.domain.reads import due_after_read
from connector.domain.taking import take
from connector.scheduler import AT_ONCE
from tests.load.scale.population import Light
from tests.load.scale.provider import Outcome
from tests.load.scale.world import Command, World


class Pod:
    """One process: looks for due work, and carries out the commands of its partitions."""

    def __init__(self, world: World, number: int) -> None:
        self._world = world
        self._number = number
        self._inputs = world.inputs.pods
        self.running = False

    def start(self, delay: float) -> None:
        """Run from so many seconds on."""
        self.running = True
        self._world.after(delay, self._tick)
        self._world.after(delay, self._work)

    def stop(self) -> None:
        """Stop; what it has in hand is finished."""
        self.running = False

    def _tick(self) -> None:
        if not self.running:
            return
        page = self._world.due_page(AT_ONCE)
        spent = self._inputs.look_seconds + len(page) * (self._inputs.decode_seconds + self._inputs.take_seconds)
        self._world.phase.counts["look-ups"] += 1
        self._world.after(spent, self._taken, page, self._world.now)

    def _taken(self, page: list[Light], looked_at: datetime) -> None:
        for light in page:
            if light.due_at and light.due_at <= looked_at:
                self._take(light, looked_at)
            else:
                self._world.phase.counts["lost races"] += 1
        self._world.after(self._world.inputs.scheduler_seconds, self._tick)

    def _take(self, light: Light, looked_at: datetime) -> None:
        world = self._world
        taken = take(light.due, looked_at, world.inputs.pace, light.push)
        world.note_taken(light, taken.kinds, {})
        world.change(light, taken.changes)
        if "retry" in taken.kinds:
            self._take_up(light)
        if "reconcile" in taken.kinds:
            world.ask(light, "replay", 4 * self._inputs.hop_seconds)  # by way of the mapper
        if taken.reason:
            world.ask(light, taken.reason)
        world.stored(light)

    def _take_up(self, light: Light) -> None:
        for kind in light.parked:
            self._world.ask(light, kind)
        light.parked = ()

    def _work(self) -> None:
        """Take a batch: lanes side by side, and the next batch only when all of it is done."""
        world, queue = self._world, self._world.queues[self._number]
        if not self.running:
            return
        if not queue:
            world.listen(self._number, self._work)
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
            calls = self._calls(command, begin)
            latency = world.providers[command[0].provider].latency()
            done = cpu_free + timedelta(seconds=calls * latency)
            heapq.heapreplace(lanes, done)
            world.at(begin, self._carry_out, command, calls, done)
        return max(lanes)

    def _calls(self, command: Command, now: datetime) -> int:
        light, kind, asked_at = command
        if not light.can_work(now):
            return 0
        if kind == "put":
            return 1
        if kind == "replay":
            return self._world.inputs.full_read_calls
        pace = self._world.inputs.pace
        if judge_pull(asked_at, light.last_started, now, pace.debounce, pushed=kind == "push") != "read":
            return 0
        return 3 if light.renew_at <= now and self._may_open(light, now) else 1

    def _may_open(self, light: Light, now: datetime) -> bool:
        asked = light.due.get("channel")
        return asked is None or asked <= now

    def _carry_out(self, command: Command, calls: int, done: datetime) -> None:
        world, (light, kind, asked_at) = self._world, command
        if kind == "push":
            world.phase.waited("push to read", (world.now - asked_at).total_seconds())
        if not light.can_work(world.now):
            self._park(light, kind)
        elif calls:
            self._call(command, self._calls(command, world.now) or 1, done)
        elif kind == "push" and light.last_started:
            self._debounce(light, asked_at)

    def _park(self, light: Light, kind: str) -> None:
        """As `Parking.park`: a pull is not kept."""
        if kind in {"put", "replay"}:
            light.parked = (*light.parked, kind)
            self._world.phase.counts["commands parked"] += 1

    def _debounce(self, light: Light, asked_at: datetime) -> None:
        pace, started = self._world.inputs.pace, light.last_started
        verdict = judge_pull(asked_at, started, self._world.now, pace.debounce, pushed=True)
        if verdict == "later" and started:
            end = started + pace.debounce
            self._world.change(light, {"window": min(end, light.due.get("window", end))})

    def _call(self, command: Command, calls: int, done: datetime) -> None:
        world, (light, kind, _) = self._world, command
        provider = world.providers[light.provider]
        outcome: Outcome = "ok"
        for _ in range(calls):
            if outcome == "ok":
                outcome = provider.call(light, world.seconds)
                world.phase.called(provider.inputs.name, outcome, world.seconds)
        if outcome == "ok":
            self._answered(light, kind, calls, done)
        else:
            self._failed(light, kind, outcome, done)

    def _answered(self, light: Light, kind: str, calls: int, done: datetime) -> None:
        world = self._world
        changes: dict[DueKind, datetime | None] = {"retry": None} if light.attempts else {}
        light.attempts, light.retry_at = 0, None
        if kind == "put":
            world.change(light, changes)
            world.ask(light, "push", 1.0)  # our own writes notify too
            return
        if calls == 3:
            light.renew_at = renewal(world.now, world.now + world.inputs.channel_life)
            world.change(light, {"channel": light.renew_at})
            world.phase.counts["channels renewed"] += 1
        if light.unseen_since:
            world.phase.waited("lost push to read", (done - light.unseen_since).total_seconds())
            light.unseen_since = None
        light.last_started = world.now
        early = kind == "push" and world.random.random() < world.inputs.users.pushes_early
        read = due_after_read(light.due, done, world.inputs.pace, light.push, look_again=early)
        changes.update(read)
        if kind == "replay":
            changes["kick"] = None
        world.change(light, changes)

    def _failed(self, light: Light, kind: str, outcome: Outcome, done: datetime) -> None:
        world = self._world
        light.attempts += 1
        self._park(light, kind)
        wait = world.providers[light.provider].inputs.retry_after if outcome == "refused" else None
        light.retry_at = retry_at(light.attempts, done, wait)
        changes = {**due_when_troubled(light.retry_at)}
        if light.renew_at <= world.now:
            changes.update(due_when_postponed(done))
        world.change(light, changes)
