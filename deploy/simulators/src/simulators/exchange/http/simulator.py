"""The running simulator: the world with its clock, journal, callbacks and state file."""

from simulators.exchange.domain import snapshot
from simulators.exchange.domain.push.subscriptions import Subscriptions
from simulators.exchange.domain.world import World
from simulators.exchange.http.login import Gatekeeper
from simulators.exchange.http.push import Judge, Notifier
from simulators.exchange.http.sender import Sender
from simulators.exchange.settings import ExchangeSettings
from simulators.frame.clock import Clock
from simulators.frame.http.unanswered import Sleep
from simulators.frame.simulator import BaseSimulator, make_world
from simulators.frame.store import writing


class Simulator(BaseSimulator[World]):
    """What the routes share. `judge` says how a request or an answer breaks Microsoft's schemas."""

    push: Notifier

    def __init__(self, settings: ExchangeSettings, sender: Sender, clock: Clock | None, sleep: Sleep) -> None:
        """`sender` takes the callbacks."""
        world = make_world(settings, snapshot.load, lambda rng: World(rng=rng))
        super().__init__(settings, world, snapshot.dump, clock, sleep)
        self.judge = _judge(settings)
        self.push = Notifier(world, sender, self.clock, sleep, self.judge)
        self.gate = Gatekeeper(world)

    def publish_changes(self) -> bool:
        """Do what is due by itself; let events wait for who watches, and call who has to be called."""
        writing.tick(self.world, self.now())
        published = False
        for calendar in self.world.calendars.values():
            if calendar.notices:
                notices, calendar.notices = calendar.notices, []
                self.push.changed(calendar, notices)
                published = True
        self.push.call_due()
        return published

    def restarted(self) -> None:
        """Do as after a restart of the server: subscriptions and proved connections are lost."""
        self.world.subscriptions = Subscriptions()
        self.gate.forget()


def _judge(settings: ExchangeSettings) -> Judge | None:
    if settings.schemas is None:
        return None
    # Reading all schemas is for those who ask for it.
    from simulators.exchange.judge import judge  # noqa: PLC0415

    return judge(settings.schemas).problems
