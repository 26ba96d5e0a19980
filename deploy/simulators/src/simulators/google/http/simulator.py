"""The running simulator: the world with its clock, journal, pushes and file."""

from dataclasses import dataclass, field

from simulators.frame.simulator import BaseSimulator
from simulators.google.domain.world import World
from simulators.google.http.push import PushDesk
from simulators.google.settings import GoogleSettings


@dataclass(slots=True, kw_only=True)
class Simulator(BaseSimulator[World]):
    """What the edges share."""

    settings: GoogleSettings
    push: PushDesk
    told: dict[str, int] = field(default_factory=dict)

    @property
    def desk(self) -> PushDesk:
        """Where notifications leave."""
        return self.push

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
