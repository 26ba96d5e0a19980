"""The world as plain JSON and back, so that it outlives a restart of the simulator; subscriptions do not."""

from random import Random
from typing import Any

from pydantic import TypeAdapter

from simulators.exchange.domain.account.accounts import Account
from simulators.exchange.domain.world import World
from simulators.frame.domain.world import PLAIN
from simulators.frame.store import snapshot

_PARTS: dict[str, TypeAdapter[Any]] = {"accounts": TypeAdapter(dict[str, Account]), "bumps": snapshot.BUMPS}
_KEPT = (*PLAIN, *snapshot.KEPT)

Json = dict[str, Any]


def dump(world: World) -> Json:
    """Return everything but the traps, which are set anew after a restart, and the subscriptions, which are lost."""
    parts = {name: adapter.dump_python(getattr(world, name), mode="json") for name, adapter in _PARTS.items()}
    calendars = [snapshot.dump_calendar(one) for one in world.calendars.values()]
    return parts | {"calendars": calendars} | {name: getattr(world, name) for name in _KEPT}


def load(content: Json, rng: Random) -> World:
    """Return the world of a snapshot."""
    parts = {name: adapter.validate_python(content[name]) for name, adapter in _PARTS.items()}
    world = World(rng=rng, **parts, **{name: content[name] for name in _KEPT})
    for one in content["calendars"]:
        calendar = snapshot.load_calendar(one)
        world.calendars[calendar.key] = calendar
    return world
