"""The world as plain JSON and back, so that it outlives a restart of the simulator."""

from random import Random
from typing import Any

from pydantic import TypeAdapter

from simulators.frame.domain.world import PLAIN
from simulators.frame.store import snapshot
from simulators.microsoft.domain.account.accounts import Account
from simulators.microsoft.domain.account.oauth import OAuth
from simulators.microsoft.domain.push.subscriptions import Subscriptions
from simulators.microsoft.domain.world import World

_PARTS: dict[str, TypeAdapter[Any]] = {
    "accounts": TypeAdapter(dict[str, Account]),
    "subscriptions": TypeAdapter(Subscriptions),
    "oauth": TypeAdapter(OAuth),
    "bumps": snapshot.BUMPS,
}
_KEPT = (*PLAIN, *snapshot.KEPT)

Json = dict[str, Any]


def dump(world: World) -> Json:
    """Everything but the traps: those are set anew after a restart."""
    parts = {name: adapter.dump_python(getattr(world, name), mode="json") for name, adapter in _PARTS.items()}
    calendars = [snapshot.dump_calendar(one) for one in world.calendars.values()]
    return parts | {"calendars": calendars} | {name: getattr(world, name) for name in _KEPT}


def load(content: Json, rng: Random) -> World:
    """The world of a snapshot."""
    parts = {name: adapter.validate_python(content[name]) for name, adapter in _PARTS.items()}
    world = World(rng=rng, **parts, **{name: content[name] for name in _KEPT})
    for one in content["calendars"]:
        calendar = snapshot.load_calendar(one)
        world.calendars[calendar.key] = calendar
    return world
