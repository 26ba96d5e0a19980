"""The simulated world: a virtual clock, the database's index of due times, Kafka's partitions, and the providers."""

import heapq
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from connector.domain.model.connection import DueKind
from connector.domain.scheduling.schedule import Changes, changed_due, earliest
from contracts.calendar_commands import PullReason
from tests.load.scale.inputs import Inputs
from tests.load.scale.measuring import Phase
from tests.load.scale.population import START, Light
from tests.load.scale.provider import SimulatedProvider

CommandKind = PullReason | str
TimeOf = Callable[[Light], datetime | None]
Command = tuple[Light, CommandKind, datetime]
"""Whose, what (a pull's reason, `put` or `replay`), and when it was asked for."""


class Index:
    """An index of the database on a due time. What a pod has taken but not stored yet, others still find due."""

    def __init__(self, connections: list[Light]) -> None:
        self._connections = connections
        self._heap: list[tuple[datetime, int]] = []
        self._in_hand: dict[int, Light] = {}

    def put(self, at: datetime | None, light: Light) -> None:
        """Note a new time; the entry of the former one is known by no longer being the connection's."""
        if at is not None:
            heapq.heappush(self._heap, (at, light.number))

    def find(self, now: datetime, limit: int, time_of: TimeOf) -> list[Light]:
        """Return what is due, earliest first."""
        heap, held = self._heap, self._in_hand
        page = list(islice(held.values(), limit))
        while len(page) < limit and heap and heap[0][0] <= now:
            at, number = heapq.heappop(heap)
            light = self._connections[number]
            if time_of(light) == at and number not in held:
                held[number] = light
                page.append(light)
        return page

    def give_back(self, lights: Iterable[Light], time_of: TimeOf) -> None:
        """Note that a pod is done with these, or has left them to others."""
        for light in lights:
            if self._in_hand.pop(light.number, None):
                self.put(time_of(light), light)


class World:
    """Everything that happens, in the order of its time."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs
        self.random = Random(inputs.seed + 1)
        self.now = START
        self.phase = Phase("start", 0)
        self.phases: list[Phase] = []
        self.providers = [SimulatedProvider(one) for one in inputs.providers]
        self.connections: list[Light] = []
        self.urgent = Index(self.connections)
        self.resuming = [Index(self.connections) for _ in inputs.providers]
        self.background = [Index(self.connections) for _ in inputs.providers]
        self.queues: list[deque[Command]] = [deque() for _ in range(inputs.pods.pods)]
        self._wake: list[Callable[[], None] | None] = [None] * inputs.pods.pods
        self._events: list[tuple[datetime, int, Callable[..., None], tuple[Any, ...]]] = []
        self._order = 0

    @property
    def seconds(self) -> float:
        """The virtual time, in seconds since the start."""
        return (self.now - START).total_seconds()

    def fill(self, connections: Iterable[Light]) -> None:
        """Take in the population."""
        self.connections.extend(connections)
        for light in self.connections:
            self.background[light.provider].put(light.background_at, light)

    def at(self, when: datetime, what: Callable[..., None], *args: Any) -> None:
        """Let something happen at a time."""
        self._order += 1
        heapq.heappush(self._events, (when, self._order, what, args))

    def after(self, seconds: float, what: Callable[..., None], *args: Any) -> None:
        """Let something happen in so many seconds."""
        self.at(self.now + timedelta(seconds=seconds), what, *args)

    def run_until(self, end: datetime) -> None:
        """Let time pass."""
        events = self._events
        while events and events[0][0] <= end:
            when, _, what, args = heapq.heappop(events)
            self.now = when
            what(*args)
        self.now = end

    def begin(self, name: str) -> None:
        """Begin a phase of its own figures."""
        self.phase.ends = self.seconds
        self.phase = Phase(name, self.seconds)
        self.phases.append(self.phase)

    def change(self, light: Light, changes: Changes) -> None:
        """Store new due times, as `with_due`."""
        light.due = changed_due(light.due, changes)
        first = earliest(light.due)
        if first.due_at != light.due_at:
            light.due_at = first.due_at
            self.urgent.put(first.due_at, light)
        if first.resume_at != light.resume_at:
            light.resume_at = first.resume_at
            self.resuming[light.provider].put(first.resume_at, light)
        if first.background_at != light.background_at:
            light.background_at = first.background_at
            self.background[light.provider].put(first.background_at, light)

    def ask(self, light: Light, kind: CommandKind, delay: float = 0.0) -> None:
        """Put a command on Kafka; it is with its pod a hop later."""
        self.after(delay + self.inputs.pods.hop_seconds, self._arrive, (light, kind, self.now))

    def listen(self, pod: int, wake: Callable[[], None]) -> None:
        """Have a pod woken when a command comes for it while it has nothing to do."""
        self._wake[pod] = wake

    def _arrive(self, command: Command) -> None:
        pods = self.inputs.pods
        pod = (hash(command[0].number) * 2654435761 >> 7) % pods.partitions % pods.pods
        self.queues[pod].append(command)
        wake = self._wake[pod]
        if wake is not None:
            self._wake[pod] = None
            wake()

    def note_taken(self, light: Light, kinds: Iterable[DueKind]) -> None:
        """Note how late each kind of work was taken."""
        for kind in kinds:
            self.phase.waited(kind, (self.now - light.due[kind]).total_seconds())
