"""When a connection's work is due next: one time per kind of work, and the earliest of them for the index."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from connector.domain.connection import Connection, DueKind, Subscription, Trouble
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

_RENEW_BEFORE = timedelta(hours=24)
_FIRST_RETRY = timedelta(seconds=2)
_LONGEST_RETRY = timedelta(minutes=5)


def with_due(connection: Connection, times: Mapping[DueKind, datetime | None]) -> Connection:
    """Return the connection with these times set (None: no longer due)."""
    due = dict(connection.due)
    for kind, at in times.items():
        if at is None:
            due.pop(kind, None)
        else:
            due[kind] = at
    return connection.model_copy(update={"due": due, "due_at": min(due.values(), default=None)})


def sooner(connection: Connection, kind: DueKind, at: datetime) -> Connection:
    """Return the connection with this kind due at `at`, unless it is due before."""
    known = connection.due.get(kind)
    return connection if known is not None and known <= at else with_due(connection, {kind: at})


def due_now(connection: Connection, now: datetime) -> tuple[DueKind, ...]:
    """Return the kinds of work whose time has come, earliest first."""
    ready = [(at, kind) for kind, at in connection.due.items() if at <= now]
    return tuple(kind for _, kind in sorted(ready))


def renew_at(subscription: Subscription) -> datetime:
    """Return when a channel is replaced: at half its life, or a day before its end where that is sooner.

    Google cuts expirations below what was asked, so the life that counts is the one it answered (providers §1.2).
    """
    half = subscription.opened_at + (subscription.expires_at - subscription.opened_at) / 2
    day_before = subscription.expires_at - _RENEW_BEFORE
    return min(half, day_before) if day_before > subscription.opened_at else half


def retry_delay(attempts: int) -> timedelta:
    """Return how long work waits after its n-th failure (truncated exponential, providers §1.5)."""
    doublings: int = 2 ** min(attempts - 1, 16)
    return min(_FIRST_RETRY * doublings, _LONGEST_RETRY)


def retry_at(trouble: Trouble | None, now: datetime, retry_after: float | None) -> datetime:
    """Return when to try again: what the provider asked for, or else later with each failure."""
    attempts = trouble.attempts + 1 if trouble else 1
    wait = retry_delay(attempts)
    return now + (max(wait, timedelta(seconds=retry_after)) if retry_after is not None else wait)
