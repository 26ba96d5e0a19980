"""Time as a collaborator: a simulator asks the clock it is given, so that tests and a sandbox can move it."""

import contextlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Anything that knows what time it is."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...


class FileClock:
    """The system clock moved by the seconds written in a file, so that several processes share one shift.

    The file is read again whenever its modification time changes. Without a file no shift holds; while its content
    is no number (a write may be half done), the last known shift holds. Answers are cut to milliseconds, as
    providers do.
    """

    def __init__(self, path: Path | None = None) -> None:
        """`path` None: the system clock itself."""
        self._path = path
        self._read_at: int | None = None
        self._shift = timedelta()

    def now(self) -> datetime:
        """Return the system time in UTC plus the shift."""
        if self._path is not None:
            self._refresh(self._path)
        moment = datetime.now(UTC) + self._shift
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def _refresh(self, path: Path) -> None:
        try:
            changed = path.stat().st_mtime_ns
        except FileNotFoundError:
            self._read_at, self._shift = None, timedelta()
            return
        if changed != self._read_at:
            with contextlib.suppress(ValueError, FileNotFoundError):
                self._shift = timedelta(seconds=float(path.read_text()))
                self._read_at = changed
