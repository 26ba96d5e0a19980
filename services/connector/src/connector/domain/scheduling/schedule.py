"""When a connection's work is due next: one time per kind of work, and the earliest of them for the indexes.

What somebody waits for, parked work and what can wait have an index each: a backlog of one never delays another.

What decides works on plain times, so that a simulation of a million connections runs the same code (`scale/`).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from connector.domain.model.connection import Connection, DueKind, Earliest
from connector.domain.model.connection_parts import Subscription
from connector.domain.scheduling.jitter import jittered, offset_within

Due = Mapping[DueKind, datetime]
Changes = Mapping[DueKind, datetime | None]
"""New times; None: no longer due."""

BACKGROUND: frozenset[DueKind] = frozenset({"poll", "horizon", "reconcile", "channel"})
"""Calls to the provider that can wait: asked for no faster than it answers (AIMD), and after retries."""

_RENEW_BEFORE = timedelta(hours=24)
_OPEN_AGAIN = timedelta(minutes=1)
_FIRST_RETRY = timedelta(seconds=2)
_LONGEST_RETRY = timedelta(minutes=5)


def changed_due(due: Due, changes: Changes) -> dict[DueKind, datetime]:
    """Return the times with these changes."""
    after = {**due}
    for kind, at in changes.items():
        if at is None:
            after.pop(kind, None)
        else:
            after[kind] = at
    return after


def kinds_due(due: Due, now: datetime) -> tuple[DueKind, ...]:
    """Return the kinds of work whose time has come, earliest first."""
    ready = [(at, kind) for kind, at in due.items() if at <= now]
    return tuple(kind for _, kind in sorted(ready))


def earliest(due: Due) -> Earliest:
    """Return the earliest time of each."""
    urgent = [at for kind, at in due.items() if kind not in BACKGROUND and kind != "retry"]
    waiting = [at for kind, at in due.items() if kind in BACKGROUND]
    return Earliest(min(urgent, default=None), due.get("retry"), min(waiting, default=None))


def with_due(connection: Connection, changes: Changes) -> Connection:
    """Return the connection with these times set."""
    due = changed_due(connection.due, changes)
    return connection.with_schedule(due, earliest(due))


def sooner(connection: Connection, kind: DueKind, at: datetime) -> Connection:
    """Return the connection with this kind due at `at`, unless it is due before."""
    known = connection.due.get(kind)
    return connection if known is not None and known <= at else with_due(connection, {kind: at})


def due_now(connection: Connection, now: datetime) -> tuple[DueKind, ...]:
    """Return the kinds of work whose time has come, earliest first."""
    return kinds_due(connection.due, now)


def renew_at(subscription: Subscription) -> datetime:
    """Return when a channel is replaced; one with signs of life, when it has been silent for too long."""
    if subscription.silence is not None:
        return subscription.expires_at
    return renewal(subscription.opened_at, subscription.expires_at, subscription.id)


def renewal(opened_at: datetime, expires_at: datetime, channel_id: str) -> datetime:
    """Return when a channel is replaced: before half its life, and a day before its end where that is sooner.

    Google cuts expirations below what was asked, so the life that it answered counts (providers/google.md 1.2).
    Channels that were opened together are not replaced together: a tenth of their life is between them.
    """
    life = expires_at - opened_at
    half = opened_at + life / 2 - offset_within(life / 10, channel_id)
    day_before = expires_at - _RENEW_BEFORE
    return min(half, day_before) if day_before > opened_at else half


def due_when_postponed(now: datetime, connection_id: str) -> Changes:
    """Return when a channel is tried again that could not be opened."""
    return {"channel": now + jittered(_OPEN_AGAIN, connection_id)}


def retry_delay(attempts: int) -> timedelta:
    """Return about how long work waits after its n-th failure (truncated exponential, providers/google.md 1.5)."""
    doublings: int = 2 ** min(attempts - 1, 16)
    return min(_FIRST_RETRY * doublings, _LONGEST_RETRY)


def retry_at(connection_id: str, attempts: int, now: datetime, retry_after: float | None) -> datetime:
    """Return when to try again after the n-th failure: never before the provider asked, later with each failure.

    All that failed together are spread, each time in another order.
    """
    place = f"{connection_id}:{attempts}"
    wait = jittered(retry_delay(attempts), place)
    asked = timedelta(seconds=retry_after or 0)
    return now + max(wait, asked + offset_within(asked / 4, place))
