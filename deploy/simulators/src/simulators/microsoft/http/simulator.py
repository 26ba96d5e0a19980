"""The running simulator: the world with its clock, journal, notifications and state file."""

from collections.abc import Callable
from typing import Any

from simulators.frame.clock import Clock
from simulators.frame.http.unanswered import Sleep
from simulators.frame.simulator import BaseSimulator, make_world
from simulators.frame.store import writing
from simulators.microsoft.domain import snapshot
from simulators.microsoft.domain.world import World
from simulators.microsoft.http.gate import Gate
from simulators.microsoft.http.push import Notifier
from simulators.microsoft.http.sender import Sender
from simulators.microsoft.settings import MicrosoftSettings

Judge = Callable[[str, Any], list[str]]


class Simulator(BaseSimulator[World]):
    """What the routes share. `judge` says what is wrong with an operation's answer."""

    push: Notifier

    def __init__(self, settings: MicrosoftSettings, sender: Sender, clock: Clock | None, sleep: Sleep) -> None:
        """`sender` takes the notifications and validations."""
        world = make_world(settings, snapshot.load, lambda rng: World(rng=rng))
        super().__init__(settings, world, snapshot.dump, clock, sleep)
        self.push = Notifier(world, sender, self.clock, sleep)
        self.gate = Gate(settings.parallel_calls, settings.calls_in_ten_minutes)
        self.judge = _judge(settings)

    def publish_changes(self) -> bool:
        """Do what is due by itself, then tell the subscribers of every change that is not published yet."""
        writing.tick(self.world, self.now())
        published = False
        for calendar in self.world.calendars.values():
            if calendar.notices:
                notices, calendar.notices = calendar.notices, []
                self.push.changed(calendar, notices)
                published = True
        news, self.world.listed = self.world.listed, []
        for owner, calendar_id, change in news:
            self.push.listed(owner, calendar_id, change)
        return published


def _judge(settings: MicrosoftSettings) -> Judge | None:
    if settings.metadata is None:
        return None
    # Reading three megabytes of XML is for those who ask for it.
    from simulators.microsoft.metadata import metadata  # noqa: PLC0415

    return metadata(settings.metadata).problems
