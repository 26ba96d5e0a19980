"""What the scheduler does with a connection whose time has come: the next times, and the one thing it asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.domain.connection.lifecycle import (
    due_when_replaying,
    expecting_replay,
    next_horizon,
    next_reconcile,
    resyncing,
)
from connector.domain.connection.reads import Pace
from connector.domain.model.connection import Connection, DueKind, Push
from connector.domain.scheduling.schedule import Changes, Due, kinds_due, with_due
from contracts.calendar_commands import PullReason

REASONS: Mapping[DueKind, PullReason] = {
    "window": "push",
    "second_look": "second_look",
    "settings": "settings",
    "poll": "poll",
    "retry": "settle",
    "horizon": "horizon",
    "channel": "settle",
    "retire": "settle",
}
"""What the scheduler asks for, per kind; `reconcile` and `kick` only touch the document."""

_MOST_FIRST: tuple[PullReason, ...] = ("settings", "horizon", "push", "second_look", "poll", "settle")
"""One read does for all reasons that are due together: the one that does most."""
_RETIRE_AGAIN = timedelta(seconds=30)


AT_ONCE = 100
"""Connections taken up side by side."""
_LOOK_AROUND = 4


def to_look_for(wanted: int) -> int:
    """Return how many to look for, to take `wanted` of: where there are so many, each pod takes others."""
    return wanted * _LOOK_AROUND


@dataclass(frozen=True, slots=True)
class Standing:
    """What a taking needs to know of a connection beside its times."""

    id: str
    push: Push
    quiet_polls: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What is taken, when its kinds are due next, and the read that is asked for."""

    kinds: tuple[DueKind, ...]
    changes: Changes
    reason: PullReason | None


def take(one: Standing, due: Due, now: datetime, pace: Pace) -> Taken:
    """Return what is due now. Times move on with the taking, so that nobody takes the same twice."""
    kinds = kinds_due(due, now)
    changes: dict[DueKind, datetime | None] = {}
    for kind in kinds:
        changes.update(_moved_on(kind, one, now, pace))
    reasons = {REASONS[kind] for kind in kinds if kind in REASONS}
    return Taken(kinds, changes, next((reason for reason in _MOST_FIRST if reason in reasons), None))


def _moved_on(kind: DueKind, one: Standing, now: datetime, pace: Pace) -> Changes:
    match kind:
        case "kick":
            return due_when_replaying(now)
        case "reconcile":
            return {**next_reconcile(one.id, now), **due_when_replaying(now)}
        case "horizon":
            return next_horizon(one.id, now)
        case "poll":
            return {"poll": pace.next_poll(one.id, now, one.push, one.quiet_polls)}
        case "retire":
            return {"retire": now + _RETIRE_AGAIN}
        case _:
            return {kind: None}


def standing(connection: Connection) -> Standing:
    """Return what a taking needs to know of this connection."""
    return Standing(connection.id, connection.push, connection.quiet_polls)


def moved_on(connection: Connection, taken: Taken, now: datetime, replay_id: str) -> Connection:
    """Return the connection with what was taken moved on; `replay_id` names the replay that a reconcile begins."""
    if "reconcile" in taken.kinds:
        connection = resyncing(connection, replay_id, now)
    if "kick" in taken.kinds:
        connection = expecting_replay(connection, now).with_state_unpublished()
    return with_due(connection, taken.changes)
