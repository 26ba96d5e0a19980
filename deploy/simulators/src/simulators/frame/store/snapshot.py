"""A store as plain JSON and back, so that it outlives a restart of the simulator."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

from pydantic import TypeAdapter

from simulators.frame.domain.world import PLAIN
from simulators.frame.store.calendar import Calendar, Item
from simulators.frame.store.times import Moment
from simulators.frame.store.world import Bump, StoreWorld

_DERIVED = {"items", "children", "by_property", "by_transaction", "log", "view_log", "notices", "memo"}
_ITEMS: TypeAdapter[list[Item]] = TypeAdapter(list[Item])
_PLAIN_FIELDS = tuple(one.name for one in fields(Item) if one.name not in {"start", "end"})

_BUMPS: TypeAdapter[list[Bump]] = TypeAdapter(list[Bump])
_KEPT = (*PLAIN, "where", "changes")

Json = dict[str, Any]
Parts = Mapping[str, TypeAdapter[Any]]
"""The fields of a provider's world that are neither plain nor every store's: accounts, say."""
W = TypeVar("W", bound=StoreWorld[Any])


def dump_world(world: StoreWorld[Any], parts: Parts) -> Json:
    """Return a store and the provider's own parts as plain JSON; traps are set anew after a restart."""
    own = {name: one.dump_python(getattr(world, name), mode="json") for name, one in _all(parts)}
    calendars = [_dump_calendar(one) for one in world.calendars.values()]
    return own | {"calendars": calendars} | {name: getattr(world, name) for name in _KEPT}


def load_world(content: Json, parts: Parts, new: Callable[..., W]) -> W:
    """Return the world of a snapshot; `new` makes it from its fields."""
    own = {name: one.validate_python(content[name]) for name, one in _all(parts)}
    world = new(**own, **{name: content[name] for name in _KEPT})
    for one in content["calendars"]:
        calendar = _load_calendar(one)
        world.calendars[calendar.key] = calendar
    return world


def _all(parts: Parts) -> Iterable[tuple[str, TypeAdapter[Any]]]:
    return (*parts.items(), ("bumps", _BUMPS))


def _dump_calendar(calendar: Calendar) -> Json:
    """The calendar with its items."""
    own = {one.name: getattr(calendar, one.name) for one in fields(calendar) if one.name not in _DERIVED}
    return own | {"items": [_item(one) for one in calendar.items.values()]}


def _load_calendar(content: Json) -> Calendar:
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
