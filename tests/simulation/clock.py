"""What time it is in a run: it begins at noon of a day, and goes on as the loop does, or by leaps."""

from datetime import UTC, date, datetime, timedelta

from chassis.clock import Clock
from tests.simulation.loop import VirtualLoop


class VirtualClock(Clock):
    """Shared by all who live in a run."""

    def __init__(self, loop: VirtualLoop, first_day: date) -> None:
        self._loop = loop
        self._start = datetime(first_day.year, first_day.month, first_day.day, 12, tzinfo=UTC)

    def now(self) -> datetime:
        """Return the moment, cut to milliseconds."""
        moment = self._start + timedelta(seconds=self._loop.time())
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def forward(self, by: timedelta) -> None:
        """Let time pass at once, as when a machine's clock is set: no timer rings for it."""
        self._start += by
