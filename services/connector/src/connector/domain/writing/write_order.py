"""Which writes may be under way together: those of different events. Pure.

What concerns one event stays in order, and so does what concerns one series: its master and all of its occurrences. An
activity's event is known by the activity, too, since it has no id of its own before it is created.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from contracts.calendar_commands import CalendarPut, CalendarRemove

Keys = frozenset[str]


def keys_of(command: CalendarPut | CalendarRemove, series_id: str | None) -> Keys:
    """Return what a write shares with those that it must not overtake; `series_id`: of an occurrence."""
    event_id = series_id or command.event_id
    keys = {f"activity:{command.activity_id}"}
    return frozenset(keys | {f"event:{event_id}"} if event_id else keys)


@dataclass
class InOrder:
    """Decides for one write after the other, in their order, whether it may begin now."""

    taken: set[str] = field(default_factory=set)

    @classmethod
    def behind(cls, under_way: Iterable[Keys]) -> "InOrder":
        """Return the order behind the writes that are under way."""
        return cls({key for keys in under_way for key in keys})

    def may_begin(self, keys: Keys) -> bool:
        """Whether this write shares nothing with those before it; those after it must not overtake it either way."""
        free = self.taken.isdisjoint(keys)
        self.taken |= keys
        return free
