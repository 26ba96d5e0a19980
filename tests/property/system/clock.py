"""The clock of a whole system, which these tests move: forward only, as time goes."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Moved(Protocol):
    """A clock that all who live in a system share, its simulators and services included."""

    def now(self) -> datetime:
        """Return what time it is there, in UTC."""
        ...

    def forward(self, by: timedelta) -> None:
        """Let time pass at once."""
        ...


class SandboxClock:
    """That of a sandbox (TANDEM_CLOCK_FILE)."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"

    def now(self) -> datetime:
        """Return what time it is in the sandbox, in UTC."""
        return datetime.now(UTC) + self._shift()

    def forward(self, by: timedelta) -> None:
        """Let time pass at once."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(str((self._shift() + by).total_seconds()))
        fresh.replace(self._file)  # in one step: half a number is a number too

    def _shift(self) -> timedelta:
        return timedelta(seconds=float(self._file.read_text())) if self._file.exists() else timedelta()


class Calendar:
    """Days and hours by such a clock."""

    def __init__(self, clock: Moved) -> None:
        self.now, self.forward = clock.now, clock.forward

    def today(self) -> date:
        """Return the day, in UTC."""
        return self.now().date()

    def to_about_noon(self) -> None:
        """Go on to noon, unless it is: whole days later it is still far from what is planned, and from midnight."""
        now = self.now()
        if not 11 <= now.hour <= 16:
            noon = now.replace(hour=12, minute=0)
            self.forward((noon if noon > now else noon + timedelta(days=1)) - now)
