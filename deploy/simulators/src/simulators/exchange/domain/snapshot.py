"""The world as plain JSON and back, so that it outlives a restart of the simulator; subscriptions do not."""

from functools import partial
from random import Random
from typing import Any

from pydantic import TypeAdapter

from simulators.exchange.domain.account.accounts import Account
from simulators.exchange.domain.world import World
from simulators.frame.store import snapshot

_PARTS: snapshot.Parts = {"accounts": TypeAdapter(dict[str, Account])}

Json = dict[str, Any]


def dump(world: World) -> Json:
    """Return everything but the traps, which are set anew after a restart, and the subscriptions, which are lost."""
    return snapshot.dump_world(world, _PARTS)


def load(content: Json, rng: Random) -> World:
    """Return the world of a snapshot."""
    return snapshot.load_world(content, _PARTS, partial(World, rng=rng))
