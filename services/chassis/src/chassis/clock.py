"""Time as a collaborator: rules and adapters ask a clock they are given, so tests and the sandbox can move it.

Every clock answers aware UTC datetimes cut to milliseconds, because that is what BSON keeps: a document read back
must equal the one written.
"""

import contextlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from chassis.settings import ChassisSettings


class Clock(Protocol):
    """Something that knows what time it is."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC, with millisecond precision."""
        ...


def _to_milliseconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the system time in UTC."""
        return _to_milliseconds(datetime.now(UTC))


class ShiftedClock:
    """The system clock moved by the seconds written in a file (sandbox and tests: TANDEM_CLOCK_FILE).

    The file is read again whenever its modification time changes; without a file, or with one that is no number
    (a write may be half done), the last known shift holds, at first none.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_at: int | None = None
        self._shift = timedelta()

    def now(self) -> datetime:
        """Return the system time in UTC plus the shift."""
        self._refresh()
        return _to_milliseconds(datetime.now(UTC) + self._shift)

    def _refresh(self) -> None:
        try:
            changed = self._path.stat().st_mtime_ns
        except FileNotFoundError:
            self._read_at, self._shift = None, timedelta()
            return
        if changed != self._read_at:
            with contextlib.suppress(ValueError, FileNotFoundError):
                self._shift = timedelta(seconds=float(self._path.read_text()))
                self._read_at = changed


class ManualClock:
    """A clock that stands still until it is told to advance (tests)."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return the moment the clock was set to."""
        return _to_milliseconds(self._now)

    def advance(self, by: timedelta) -> None:
        """Move the clock forward by a duration."""
        self._now += by


def clock_from(settings: ChassisSettings) -> Clock:
    """Return the clock the settings ask for: shifted where a clock file is named, else the system's."""
    return ShiftedClock(settings.clock_file) if settings.clock_file else SystemClock()
