"""What happens to the population: ordinary hours, a provider down, its return, all pods down, a wave of daily work."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from tests.load.scale.inputs import DAY_SECONDS, Inputs
from tests.load.scale.measuring import merged
from tests.load.scale.pods import Pod
from tests.load.scale.population import START, populate
from tests.load.scale.world import World

MINUTE = timedelta(minutes=1)
SLICE = 5 * MINUTE
STEADY, DOWN, HERD, STOPPED, RESTART, WAVE = (15, 60, 45, 10, 20, 30)
"""Minutes of each phase."""
_WARM_UP = 5
WAVE_AT = START + (_WARM_UP + STEADY + DOWN + HERD + STOPPED + RESTART) * MINUTE


class Story:
    """Plays the phases one after the other."""

    def __init__(self, inputs: Inputs, tell: Callable[[str], object] = lambda _: None) -> None:
        self._inputs = inputs
        self._tell = tell
        self._world = World(inputs)
        self._world.fill(populate(inputs, WAVE_AT))
        self._pods = [Pod(self._world, number) for number in range(inputs.pods.pods)]
        self._stopped = False
        users, count = inputs.users, inputs.connections
        self._changes = count * users.calendar_changes_per_day * users.busiest_hour / DAY_SECONDS
        self._writes = count * users.activity_changes_per_day * users.busiest_hour / DAY_SECONDS

    def play(self) -> dict[str, Any]:
        """Return the figures of each phase."""
        self._start()
        self._world.after(0.0, self._calendar_changes)
        self._world.after(0.0, self._activity_changes)
        self._pass("warm-up", _WARM_UP)
        self._pass("ordinary hours", STEADY)
        self._google_down(True)
        self._pass("Google down", DOWN)
        self._google_down(False)
        self._pass("Google back", HERD)
        self._stop()
        self._pass("all pods down", STOPPED)
        self._start()
        self._pass("pods back", RESTART)
        self._pass("wave of daily work", WAVE)
        self._world.begin("end")
        slices = self._world.phases[:-1]
        phases = [merged(list(ones)) for _, ones in groupby(slices, key=lambda one: one.name)]
        return {
            "connections": self._inputs.connections,
            "phases": [phase.result() for phase in phases[1:]],
            "slices": [one.result() for one in slices[1:]],
        }

    def _pass(self, name: str, minutes: int) -> None:
        self._tell(f"{name}: {minutes} minutes\n")
        end = self._world.now + minutes * MINUTE
        while self._world.now < end:
            self._world.begin(name)
            self._world.run_until(self._world.now + SLICE)

    def _start(self) -> None:
        self._stopped = False
        for pod in self._pods:
            pod.start(self._world.random.random() * self._inputs.scheduler_seconds)

    def _stop(self) -> None:
        self._stopped = True
        for pod in self._pods:
            pod.stop()

    def _google_down(self, down: bool) -> None:
        self._world.providers[0].down = down

    def _calendar_changes(self) -> None:
        world = self._world
        light = world.connections[int(world.random.random() * len(world.connections))]
        if not world.providers[light.provider].down:
            self._notify(light.number, world.now)
        world.after(world.random.expovariate(self._changes), self._calendar_changes)

    def _notify(self, number: int, now: datetime) -> None:
        world, light = self._world, self._world.connections[number]
        if self._stopped or world.random.random() < world.inputs.users.pushes_lost:
            light.unseen_since = light.unseen_since or now
        else:
            world.ask(light, "push")

    def _activity_changes(self) -> None:
        world = self._world
        light = world.connections[int(world.random.random() * len(world.connections))]
        world.ask(light, "put")
        world.after(world.random.expovariate(self._writes), self._activity_changes)
