"""A pod's dispatcher: the loop of `application.dispatcher` in virtual time, with the connector's own decisions."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from connector.application.rate_limiter import RateLimiter
from connector.domain.connection.dispatch import BATCH, PollState, candidates_for, next_dispatch
from tests.load.scale.population import Light
from tests.load.scale.world import Index, TimeOf, World


def _due_at(light: Light) -> datetime | None:
    return light.due_at


def _resume_at(light: Light) -> datetime | None:
    return light.resume_at


def _background_at(light: Light) -> datetime | None:
    return light.background_at


class Scheduling:
    """Looks for due work every so often, while the pod runs."""

    def __init__(self, world: World, limiter: RateLimiter) -> None:
        self._world = world
        self._inputs = world.inputs.pods
        self._limiter = limiter
        self.running = False

    def start(self, delay: float) -> None:
        """Run from so many seconds on."""
        self.running = True
        self._world.after(delay, self._tick)

    def _tick(self) -> None:
        """As `Dispatcher.tick`: first what somebody waits for."""
        if self.running:
            self._look_for_urgent(self._world.now)

    def _look_for_urgent(self, now: datetime) -> None:
        again = partial(self._after_urgent, now)
        self._take_page(self._world.urgent, _due_at, BATCH, now, again)

    def _after_urgent(self, now: datetime, taken: int) -> None:
        if taken == BATCH:
            self._look_for_urgent(now)
        else:
            self._look_for_background(now, 0)

    def _look_for_background(self, now: datetime, step: int) -> None:
        """As the loop over providers and indexes."""
        provider, after_retries = divmod(step, 2)
        if provider == len(self._world.providers):
            self._world.after(self._world.inputs.scheduler_seconds, self._tick)
            return
        name = self._world.providers[provider].inputs.name
        allowed = min(BATCH, self._limiter.allowance(name))
        if not allowed:
            self._look_for_background(now, step + 1)
            return
        again = partial(self._after_background, now, step)
        if after_retries:
            self._take_page(self._world.background[provider], _background_at, allowed, now, again)
        else:
            self._take_page(self._world.resuming[provider], _resume_at, allowed, now, again)

    def _after_background(self, now: datetime, step: int, taken: int) -> None:
        self._limiter.spend(self._world.providers[step // 2].inputs.name, taken)
        self._look_for_background(now, step + 1)

    def _take_page(
        self, index: Index, time_of: TimeOf, wanted: int, now: datetime, then: Callable[[int], None]
    ) -> None:
        """Look for due work; what is taken of it is stored a little later, and other pods look meanwhile."""
        limit, world = candidates_for(wanted), self._world
        found = index.find(now, limit, time_of)
        mine = (world.random.sample(found, wanted) if len(found) == limit else found)[:wanted]
        spent = self._inputs.look_seconds + len(found) * self._inputs.decode_seconds
        spent += len(mine) * self._inputs.take_seconds
        world.phase.counts["look-ups"] += 1
        if len(mine) < len(found):
            chosen = {light.number for light in mine}
            index.give_back((light for light in found if light.number not in chosen), time_of)

        def stored() -> None:
            for light in mine:
                self._take(light, now)
            index.give_back(mine, time_of)
            then(len(mine))

        world.after(spent, stored)

    def _take(self, light: Light, looked_at: datetime) -> None:
        world = self._world
        state = PollState(light.id, light.push, light.quiet_polls)
        taken = next_dispatch(state, light.due, looked_at, world.inputs.policy)
        if not taken.kinds:
            world.phase.counts["lost races"] += 1
            return
        world.note_taken(light, taken.kinds)
        world.change(light, taken.changes)
        if "retry" in taken.kinds:
            self._take_up(light)
        if "reconcile" in taken.kinds:
            world.ask(light, "replay", 4 * self._inputs.hop_seconds)  # by way of the mapper
        if taken.reason:
            world.ask(light, taken.reason)

    def _take_up(self, light: Light) -> None:
        """As `Parking.take_up`."""
        for kind in light.parked:
            self._world.ask(light, kind)
        light.parked = ()
