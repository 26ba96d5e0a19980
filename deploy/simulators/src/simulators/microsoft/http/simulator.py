"""The running simulator: the world with its clock, journal, pushes and file."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulators.frame.simulator import BaseSimulator
from simulators.microsoft.domain.events import writing
from simulators.microsoft.domain.world import World
from simulators.microsoft.http.gate import Gate
from simulators.microsoft.http.push import PushDesk
from simulators.microsoft.settings import MicrosoftSettings

Judge = Callable[[str, Any], list[str]]


@dataclass(slots=True, kw_only=True)
class Simulator(BaseSimulator[World]):
    """What the edges share. `judge` says what is wrong with an operation's answer."""

    settings: MicrosoftSettings
    push: PushDesk
    gate: Gate
    judge: Judge | None = None

    @property
    def desk(self) -> PushDesk:
        """Where notifications leave."""
        return self.push

    def settle(self) -> None:
        """After anything that may have changed the world, or some time: tell the subscribers, keep the state."""
        writing.tick(self.world, self.now())
        told = False
        for calendar in self.world.calendars.values():
            if calendar.notices:
                notices, calendar.notices = calendar.notices, []
                self.push.changed(calendar, notices)
                told = True
        news, self.world.listed = self.world.listed, []
        for owner, calendar_id, change in news:
            self.push.listed(owner, calendar_id, change)
        if self.state is not None and told:
            self.state.mark()

    def keep(self) -> None:
        """Something changed that no subscriber is told of."""
        self.settle()
        if self.state is not None:
            self.state.mark()
