"""The running simulator: the world with its clock, journal, pushes and file."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chassis.clock import Clock
from sandbox.google.domain.world import World
from sandbox.google.edge.journal import Journal
from sandbox.google.edge.push import PushDesk, Sleep
from sandbox.google.edge.state_file import StateFile
from sandbox.google.settings import GoogleSettings


@dataclass(slots=True)
class Simulator:
    """What the edges share."""

    settings: GoogleSettings
    world: World
    journal: Journal
    push: PushDesk
    clock: Clock
    sleep: Sleep
    state: StateFile | None = None
    told: dict[str, int] = field(default_factory=dict)

    def now(self) -> datetime:
        """The simulator's time."""
        return self.clock.now() + timedelta(seconds=self.world.shift_seconds)

    def settle(self) -> None:
        """After anything that may have changed the world: tell the channels, keep the state."""
        sizes = {key: one.seq for key, one in self.world.calendars.items()}
        sizes |= {f"list:{key}": one.seq for key, one in self.world.accounts.items()}
        changed = [key for key, seq in sizes.items() if self.told.get(key, 0) != seq]
        self.told = sizes
        for resource in changed:
            self.push.changed(resource)
        if self.state is not None:
            self.state.mark()
