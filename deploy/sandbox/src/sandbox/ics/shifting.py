"""How the moments of one event are moved into the coming weeks so that it keeps its meaning.

Most events move by whole weeks on the clock of their own zone: weekday and local time stay, so a change of the clocks
moves the instant and not the clock (PEP 495: adding to a zoned datetime moves its clock). A rule that looks at months
or years ("third Saturday", "every 29 February") has other dates after a number of weeks; such a series moves to the
next date on which its rule begins again, and its occurrences are matched one by one.
"""

from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TypeAlias

from sandbox.ics.times import wall

WEEK = timedelta(weeks=1)
Move: TypeAlias = Callable[[date | datetime], date | datetime]
"""From a moment of the file to the same moment of the moved event, in the zone that it had."""


def weeks_until(first: date, begin: date) -> timedelta:
    """Return the shift that brings `first` into the seven days from `begin` on."""
    weeks = -((first - begin) // WEEK)
    return WEEK * weeks


def by_clock(by: timedelta, home: tzinfo | None) -> Move:
    """Move on the clock. UTC moments move on the clock of `home`, the zone of the event's start."""

    def move(moment: date | datetime) -> date | datetime:
        return on_clock_of(home, moment, lambda local: local + by)

    return move


def by_occurrence(old: list[datetime], new: list[datetime], home: tzinfo | None) -> Move:
    """Move the n-th occurrence of a rule to its n-th new one, and what lies between as far as the one before it.

    `old` and `new` are walls of the rule's occurrences, in order, as many of each.
    """

    def moved(local: date | datetime) -> date | datetime:
        place = max(bisect_right(old, wall(local)) - 1, 0)
        return local + (new[place] - old[place])

    def move(moment: date | datetime) -> date | datetime:
        return on_clock_of(home, moment, moved)

    return move


def on_clock_of(home: tzinfo | None, moment: date | datetime, change: Move) -> date | datetime:
    """Change a moment on its own clock; one in UTC on the clock of `home`, again as UTC afterwards."""
    if isinstance(moment, datetime) and home is not None and is_utc(moment):
        changed = change(moment.astimezone(home))
        return changed.astimezone(UTC) if isinstance(changed, datetime) else changed
    return change(moment)


def wall_at(home: tzinfo | None, moment: date | datetime) -> datetime:
    """Return what the clock of a zone shows at a moment; the moment's own clock where one of both has no zone."""
    if isinstance(moment, datetime) and moment.tzinfo is not None and home is not None:
        return wall(moment.astimezone(home))
    return wall(moment)


def is_utc(moment: datetime) -> bool:
    """Tell whether a moment is written in UTC (`…Z`)."""
    return moment.tzinfo is not None and str(moment.tzinfo) in {"UTC", "UTC+00:00"}
