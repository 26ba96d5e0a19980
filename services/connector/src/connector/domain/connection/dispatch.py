"""What is dispatched for a connection whose time has come: the next times, and the one read that is asked for."""

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
from connector.domain.connection.reads import PollingPolicy
from connector.domain.connection.sharing_news import having_told, owing_its_absence
from connector.domain.model.connection import Connection, DueKind, Push, SharingNews
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
"""What the dispatcher asks for, per kind; `reconcile`, `kick`, `absent` and `colleagues` only touch documents."""

_MOST_FIRST: tuple[PullReason, ...] = ("settings", "horizon", "push", "second_look", "poll", "settle")
"""One read does for all reasons that are due together: the one that does most."""
_RETIRE_AGAIN = timedelta(seconds=30)


BATCH = 100
"""Connections dispatched side by side."""
_LOOK_AROUND = 4


def candidates_for(wanted: int) -> int:
    """Return how many to look for, to dispatch `wanted` of: from a backlog that long, each pod takes others."""
    return wanted * _LOOK_AROUND


@dataclass(frozen=True, slots=True)
class PollState:
    """What decides when a connection is polled next, beside its times."""

    id: str
    push: Push
    quiet_polls: int


@dataclass(frozen=True, slots=True)
class Dispatch:
    """The kinds of work that are due, when they are due next, and the read that is asked for."""

    kinds: tuple[DueKind, ...]
    changes: Changes
    reason: PullReason | None


def next_dispatch(one: PollState, due: Due, now: datetime, policy: PollingPolicy) -> Dispatch:
    """Return what is due now. Its times move on in the same write, so that nobody dispatches the same twice."""
    kinds = kinds_due(due, now)
    changes: dict[DueKind, datetime | None] = {}
    for kind in kinds:
        changes.update(_rescheduled(kind, one, now, policy))
    reasons = {REASONS[kind] for kind in kinds if kind in REASONS}
    return Dispatch(kinds, changes, next((reason for reason in _MOST_FIRST if reason in reasons), None))


def _rescheduled(kind: DueKind, one: PollState, now: datetime, policy: PollingPolicy) -> Changes:
    match kind:
        case "kick":
            return due_when_replaying(now)
        case "reconcile":
            return {**next_reconcile(one.id, now), **due_when_replaying(now)}
        case "horizon":
            return next_horizon(one.id, now)
        case "poll":
            return {"poll": policy.next_poll(one.id, now, one.push, one.quiet_polls)}
        case "retire":
            return {"retire": now + _RETIRE_AGAIN}
        case _:
            return {kind: None}


def poll_state(connection: Connection) -> PollState:
    """Return what decides when this connection is polled next."""
    return PollState(connection.id, connection.push, connection.quiet_polls)


def dispatched(
    connection: Connection, dispatch: Dispatch, now: datetime, replay_id: str, told: Mapping[str, SharingNews]
) -> Connection:
    """Return the connection with its times moved on.

    `replay_id` names the replay that a reconcile begins; `told` are the news that its colleagues have by now.
    """
    if "reconcile" in dispatch.kinds:
        connection = resyncing(connection, replay_id, now)
    if "kick" in dispatch.kinds:
        connection = expecting_replay(connection, now).with_state_unpublished()
    after = with_due(connection, dispatch.changes)
    if "absent" in dispatch.kinds:
        after = owing_its_absence(after)
    return having_told(after, told, now) if "colleagues" in dispatch.kinds else after
