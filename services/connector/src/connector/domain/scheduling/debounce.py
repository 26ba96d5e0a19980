"""Which notifications need a read of their own: many may tell of one change, and one read covers all before it."""

from datetime import datetime, timedelta
from typing import Literal

Verdict = Literal["read", "covered", "later"]

_SKEW = timedelta(milliseconds=250)
"""The clocks of two pods may differ by this much: a request that close to a read is not taken as covered by it."""


def debounce_pull(
    asked_at: datetime, last_started: datetime | None, now: datetime, window: timedelta, *, pushed: bool
) -> Verdict:
    """Say what to do with a pull: read, nothing (a later read has covered it), or wait for the window's end."""
    if last_started is None:
        return "read"
    if asked_at < last_started - _SKEW:
        return "covered"
    return "later" if pushed and now < last_started + window else "read"
