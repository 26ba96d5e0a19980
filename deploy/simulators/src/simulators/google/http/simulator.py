"""The running simulator: the world with its clock, journal, notifications and state file."""

from simulators.frame.clock import Clock
from simulators.frame.http.unanswered import Sleep
from simulators.frame.simulator import BaseSimulator, make_world
from simulators.google.domain import snapshot
from simulators.google.domain.world import World
from simulators.google.http.push import Notifier, Sender
from simulators.google.http.quota import Quota
from simulators.google.settings import GoogleSettings


class Simulator(BaseSimulator[World]):
    """What the routes share. `published`: the number of each resource's last change that was published."""

    push: Notifier

    def __init__(self, settings: GoogleSettings, sender: Sender, clock: Clock | None, sleep: Sleep) -> None:
        """`sender` takes the notifications."""
        world = make_world(settings, snapshot.load, lambda rng: World(rng=rng))
        super().__init__(settings, world, snapshot.dump, clock, sleep)
        self.settings = settings
        self.push = Notifier(world, sender, self.clock, sleep)
        self.quota = Quota(settings.calls_in_a_minute)
        self.published = {key: one.seq for key, one in world.calendars.items()}

    def publish_changes(self) -> bool:
        """Tell the channels of every calendar and list that has changed since the last call."""
        sizes = {key: one.seq for key, one in self.world.calendars.items()}
        sizes |= {f"list:{key}": one.seq for key, one in self.world.accounts.items()}
        changed = [key for key, seq in sizes.items() if self.published.get(key, 0) != seq]
        self.published = sizes
        for resource in changed:
            self.push.changed(resource)
        return bool(changed)
