"""What the scheduler does with a connection whose time has come: the next times, and the one thing it asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.domain.connection import Connection, DueKind, Push
from connector.domain.due import Changes, Due, kinds_due, with_due
from connector.domain.lifecycle import due_when_replaying, expecting_replay, resyncing
from connector.domain.reads import Pace
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
_DAILY = timedelta(days=1)
_RETIRE_AGAIN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Taken:
    """What is taken, when its kinds are due next, and the read that is asked for."""

    kinds: tuple[DueKind, ...]
    changes: Changes
    reason: PullReason | None


def take(due: Due, now: datetime, pace: Pace, push: Push) -> Taken:
    """Return what is due now. Times move on with the taking, so that nobody takes the same twice."""
    kinds = kinds_due(due, now)
    changes: dict[DueKind, datetime | None] = {}
    for kind in kinds:
        changes.update(_moved_on(kind, now, pace, push))
    reasons = {REASONS[kind] for kind in kinds if kind in REASONS}
    return Taken(kinds, changes, next((reason for reason in _MOST_FIRST if reason in reasons), None))


def _moved_on(kind: DueKind, now: datetime, pace: Pace, push: Push) -> Changes:
    match kind:
        case "kick":
            return due_when_replaying(now)
        case "reconcile":
            return {"reconcile": now + _DAILY, **due_when_replaying(now)}
        case "horizon":
            return {"horizon": now + _DAILY}
        case "poll":
            return {"poll": now + pace.interval(push)}
        case "retire":
            return {"retire": now + _RETIRE_AGAIN}
        case _:
            return {kind: None}


def moved_on(connection: Connection, taken: Taken, now: datetime, replay_id: str) -> Connection:
    """Return the connection with what was taken moved on; `replay_id` names the replay that a reconcile begins."""
    if "reconcile" in taken.kinds:
        connection = resyncing(connection, replay_id, now)
    if "kick" in taken.kinds:
        connection = expecting_replay(connection, now).owing_state()
    return with_due(connection, taken.changes)
