"""When a connection's work is due next: one time per kind of work, and the earliest of them for the index.

What decides works on plain times, so that a simulation of a million connections runs the same code (`scale/`).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from connector.domain.connection import Connection, DueKind, Subscription

Due = Mapping[DueKind, datetime]
Changes = Mapping[DueKind, datetime | None]
"""New times; None: no longer due."""

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


def with_due(connection: Connection, changes: Changes) -> Connection:
    """Return the connection with these times set."""
    due = changed_due(connection.due, changes)
    return connection.model_copy(update={"due": due, "due_at": min(due.values(), default=None)})


def sooner(connection: Connection, kind: DueKind, at: datetime) -> Connection:
    """Return the connection with this kind due at `at`, unless it is due before."""
    known = connection.due.get(kind)
    return connection if known is not None and known <= at else with_due(connection, {kind: at})


def due_now(connection: Connection, now: datetime) -> tuple[DueKind, ...]:
    """Return the kinds of work whose time has come, earliest first."""
    return kinds_due(connection.due, now)


def renew_at(subscription: Subscription) -> datetime:
    """Return when a channel is replaced."""
    return renewal(subscription.opened_at, subscription.expires_at)


def renewal(opened_at: datetime, expires_at: datetime) -> datetime:
    """Return when a channel is replaced: at half its life, or a day before its end where that is sooner.

    Google cuts expirations below what was asked, so the life that counts is the one it answered (providers §1.2).
    """
    half = opened_at + (expires_at - opened_at) / 2
    day_before = expires_at - _RENEW_BEFORE
    return min(half, day_before) if day_before > opened_at else half


def due_when_postponed(now: datetime) -> Changes:
    """Return when a channel is tried again that could not be opened."""
    return {"channel": now + _OPEN_AGAIN}


def retry_delay(attempts: int) -> timedelta:
    """Return how long work waits after its n-th failure (truncated exponential, providers §1.5)."""
    doublings: int = 2 ** min(attempts - 1, 16)
    return min(_FIRST_RETRY * doublings, _LONGEST_RETRY)


def retry_at(attempts: int, now: datetime, retry_after: float | None) -> datetime:
    """Return when to try again after the n-th failure: what the provider asked for, or else later with each."""
    wait = retry_delay(attempts)
    return now + (max(wait, timedelta(seconds=retry_after)) if retry_after is not None else wait)
