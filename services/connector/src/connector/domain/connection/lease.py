"""The lease on a connection's document: one piece of provider work at a time, told apart by a fencing number."""

from datetime import datetime, timedelta

from chassis.errors import Transient
from connector.domain.model.connection import Connection
from connector.domain.model.connection_parts import Lease

LEASE_LIFE = timedelta(seconds=30)
"""Above the longest time-out of one provider call; renewed with every page."""


class LeaseHeld(Transient):
    """Someone else works on this connection just now."""


class LeaseLost(Transient):
    """Our lease ran out and someone else took over: what we would store is void, the work is done again."""


def leased(connection: Connection, holder: str, now: datetime) -> Connection:
    """Return the connection leased to us, with the next `seq` drawn for the work that begins. Raises LeaseHeld."""
    lease = connection.lease
    if lease and lease.holder != holder and lease.until > now:
        raise LeaseHeld("lease_held", connection.id, retry_after=(lease.until - now).total_seconds())
    fence = connection.fence + 1
    taken = Lease(holder=holder, fence=fence, until=now + LEASE_LIFE)
    return connection.with_lease(taken).with_fence(fence).with_next_seq()


def renewed(connection: Connection, fence: int, now: datetime) -> Connection:
    """Return the connection with our lease prolonged. Raises LeaseLost."""
    check_fence(connection, fence)
    if connection.lease is None:
        raise LeaseLost("lease_lost", connection.id)
    return connection.with_lease(connection.lease.prolonged(now + LEASE_LIFE))


def released(connection: Connection, fence: int) -> Connection:
    """Return the connection free for others. Raises LeaseLost."""
    check_fence(connection, fence)
    return connection.with_lease(None)


def check_fence(connection: Connection, fence: int) -> None:
    """Raise LeaseLost where a later lease than ours was given out."""
    if connection.fence != fence:
        raise LeaseLost("lease_lost", connection.id)
