"""The world as plain JSON and back, so that it outlives a restart of the simulator."""

from functools import partial
from random import Random
from typing import Any

from pydantic import TypeAdapter

from simulators.frame.store import snapshot
from simulators.microsoft.domain.account.accounts import Account
from simulators.microsoft.domain.account.oauth import OAuth
from simulators.microsoft.domain.push.subscriptions import Subscriptions
from simulators.microsoft.domain.world import World

_PARTS: snapshot.Parts = {
    "accounts": TypeAdapter(dict[str, Account]),
    "subscriptions": TypeAdapter(Subscriptions),
    "oauth": TypeAdapter(OAuth),
}

Json = dict[str, Any]


def dump(world: World) -> Json:
    """Everything but the traps: those are set anew after a restart."""
    return snapshot.dump_world(world, _PARTS)


def load(content: Json, rng: Random) -> World:
    """The world of a snapshot."""
    return snapshot.load_world(content, _PARTS, partial(World, rng=rng))
