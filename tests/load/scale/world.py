"""The simulated world: a virtual clock, the database's index of due times, Kafka's partitions, and the providers."""

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from connector.domain.connection import DueKind
from connector.domain.due import Changes, changed_due
from contracts.calendar_commands import PullReason
from tests.load.scale.inputs import Inputs
from tests.load.scale.measuring import Phase
from tests.load.scale.population import START, Light
from tests.load.scale.provider import SimulatedProvider

CommandKind = PullReason | str
Command = tuple[Light, CommandKind, datetime]
"""Whose, what (a pull's reason, `put` or `replay`), and when it was asked for."""


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
        self.index: list[tuple[datetime, int]] = []
        self.in_hand: dict[int, datetime] = {}
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
        self.connections = list(connections)
        self.index = [(one.due_at, one.number) for one in self.connections if one.due_at]
        heapq.heapify(self.index)

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
        due_at = min(light.due.values(), default=None)
        if due_at != light.due_at:
            light.due_at = due_at
            if due_at is not None:
                heapq.heappush(self.index, (due_at, light.number))

    def due_page(self, limit: int) -> list[Light]:
        """Return what is due, earliest first; what another pod has in hand but not stored yet is still due."""
        page = [self.connections[number] for number in list(self.in_hand)[:limit]]
        while len(page) < limit and self.index and self.index[0][0] <= self.now:
            due_at, number = heapq.heappop(self.index)
            light = self.connections[number]
            if light.due_at == due_at and number not in self.in_hand:
                self.in_hand[number] = due_at
                page.append(light)
        return page

    def stored(self, light: Light) -> None:
        """Note that a taking is stored; what came due meanwhile is found again."""
        if self.in_hand.pop(light.number, None) is not None and light.due_at is not None:
            heapq.heappush(self.index, (light.due_at, light.number))

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

    def note_taken(self, light: Light, kinds: Iterable[DueKind], classes: Mapping[DueKind, str]) -> None:
        """Note how late each kind of work was taken."""
        for kind in kinds:
            late = (self.now - light.due[kind]).total_seconds()
            self.phase.waited(classes.get(kind, kind), late)
