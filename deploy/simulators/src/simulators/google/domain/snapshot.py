"""The world as plain JSON and back, so that it outlives a restart of the simulator."""

from dataclasses import fields
from random import Random
from typing import Any

from pydantic import TypeAdapter

from simulators.frame.domain.world import PLAIN
from simulators.google.domain.account.accounts import Account
from simulators.google.domain.account.oauth import OAuth
from simulators.google.domain.events.calendar import Calendar, Row
from simulators.google.domain.push.channels import Channels
from simulators.google.domain.world import World

_DERIVED = {"rows", "children", "by_uid", "by_private", "memo", "log"}
_ACCOUNTS: TypeAdapter[dict[str, Account]] = TypeAdapter(dict[str, Account])
_CHANNELS: TypeAdapter[Channels] = TypeAdapter(Channels)
_OAUTH: TypeAdapter[OAuth] = TypeAdapter(OAuth)

Json = dict[str, Any]


def dump(world: World) -> Json:
    """Everything but the traps: those are set anew after a restart."""
    return {
        "accounts": _ACCOUNTS.dump_python(world.accounts, mode="json"),
        "channels": _CHANNELS.dump_python(world.channels, mode="json"),
        "oauth": _OAUTH.dump_python(world.oauth, mode="json"),
        "calendars": [_calendar(one) for one in world.calendars.values()],
        **{name: getattr(world, name) for name in PLAIN},
    }


def load(content: Json, rng: Random) -> World:
    """The world of a snapshot."""
    world = World(
        rng=rng,
        accounts=_ACCOUNTS.validate_python(content["accounts"]),
        channels=_CHANNELS.validate_python(content["channels"]),
        oauth=_OAUTH.validate_python(content["oauth"]),
        **{name: content[name] for name in PLAIN},
    )
    for one in content["calendars"]:
        rows = one.pop("rows")
        calendar = Calendar(**one)
        for seq, event in sorted(rows, key=lambda row: int(row[0])):
            calendar.restore(Row(event, seq))
        world.calendars[calendar.key] = calendar
    return world


def _calendar(calendar: Calendar) -> Json:
    own = {one.name: getattr(calendar, one.name) for one in fields(calendar) if one.name not in _DERIVED}
    return own | {"rows": [[row.seq, row.event] for row in calendar.rows.values()]}
