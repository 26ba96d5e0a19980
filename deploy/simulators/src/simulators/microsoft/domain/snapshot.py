"""The world as plain JSON and back, so that it outlives a restart of the simulator."""

from dataclasses import fields
from random import Random
from typing import Any

from pydantic import TypeAdapter

from simulators.frame.domain.world import PLAIN
from simulators.microsoft.domain.account.accounts import Account
from simulators.microsoft.domain.account.oauth import OAuth
from simulators.microsoft.domain.events.calendar import Calendar, Item
from simulators.microsoft.domain.push.subscriptions import Subscriptions
from simulators.microsoft.domain.times import Moment
from simulators.microsoft.domain.world import Bump, World

_DERIVED = {"items", "children", "by_property", "by_transaction", "log", "view_log", "notices", "memo"}
_PARTS: dict[str, TypeAdapter[Any]] = {
    "accounts": TypeAdapter(dict[str, Account]),
    "subscriptions": TypeAdapter(Subscriptions),
    "oauth": TypeAdapter(OAuth),
    "bumps": TypeAdapter(list[Bump]),
}
_ITEMS: TypeAdapter[list[Item]] = TypeAdapter(list[Item])
_PLAIN_FIELDS = tuple(one.name for one in fields(Item) if one.name not in {"start", "end"})
_KEPT = (*PLAIN, "where", "changes")

Json = dict[str, Any]


def dump(world: World) -> Json:
    """Everything but the traps: those are set anew after a restart."""
    parts = {name: adapter.dump_python(getattr(world, name), mode="json") for name, adapter in _PARTS.items()}
    calendars = [_calendar(one) for one in world.calendars.values()]
    return parts | {"calendars": calendars} | {name: getattr(world, name) for name in _KEPT}


def load(content: Json, rng: Random) -> World:
    """The world of a snapshot."""
    parts = {name: adapter.validate_python(content[name]) for name, adapter in _PARTS.items()}
    world = World(rng=rng, **parts, **{name: content[name] for name in _KEPT})
    for one in content["calendars"]:
        items = _ITEMS.validate_python(one.pop("items"))
        calendar = Calendar(**one)
        for item in sorted(items, key=lambda item: item.seq):
            calendar.restore(item)
        calendar.view_log.sort()
        world.calendars[calendar.key] = calendar
    return world


def _calendar(calendar: Calendar) -> Json:
    own = {one.name: getattr(calendar, one.name) for one in fields(calendar) if one.name not in _DERIVED}
    return own | {"items": [_item(one) for one in calendar.items.values()]}


def _item(item: Item) -> Json:
    # Written by hand, because this is most of a snapshot and blocks everything else meanwhile.
    plain = {name: getattr(item, name) for name in _PLAIN_FIELDS}
    return plain | {"start": _moment(item.start), "end": _moment(item.end)}


def _moment(moment: Moment) -> Json:
    return {"wall": moment.wall, "zone": moment.zone, "given": moment.given}
