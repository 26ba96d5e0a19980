"""A calendar of the store as plain JSON and back, so that it outlives a restart of the simulator."""

from dataclasses import fields
from typing import Any

from pydantic import TypeAdapter

from simulators.frame.store.calendar import Calendar, Item
from simulators.frame.store.times import Moment
from simulators.frame.store.world import Bump

_DERIVED = {"items", "children", "by_property", "by_transaction", "log", "view_log", "notices", "memo"}
_ITEMS: TypeAdapter[list[Item]] = TypeAdapter(list[Item])
_PLAIN_FIELDS = tuple(one.name for one in fields(Item) if one.name not in {"start", "end"})

BUMPS: TypeAdapter[list[Bump]] = TypeAdapter(list[Bump])
"""What Exchange has still to do by itself."""

KEPT = ("where", "changes")
"""The plain fields of a store that a snapshot keeps."""

Json = dict[str, Any]


def dump_calendar(calendar: Calendar) -> Json:
    """The calendar with its items."""
    own = {one.name: getattr(calendar, one.name) for one in fields(calendar) if one.name not in _DERIVED}
    return own | {"items": [_item(one) for one in calendar.items.values()]}


def load_calendar(content: Json) -> Calendar:
    """The calendar of a snapshot, with its change logs."""
    items = _ITEMS.validate_python(content.pop("items"))
    calendar = Calendar(**content)
    for item in sorted(items, key=lambda item: item.seq):
        calendar.restore(item)
    calendar.view_log.sort()
    return calendar


def _item(item: Item) -> Json:
    # Written by hand, because this is most of a snapshot and blocks everything else meanwhile.
    plain = {name: getattr(item, name) for name in _PLAIN_FIELDS}
    return plain | {"start": _moment(item.start), "end": _moment(item.end)}


def _moment(moment: Moment) -> Json:
    return {"wall": moment.wall, "zone": moment.zone, "given": moment.given}
