"""The one honest status of a connection (L2): from the last proven read and the mapper's counts, not from attempts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.domain.model.connection import Connection
from contracts.connections import ConnectionStatus


@dataclass(frozen=True)
class Progress:
    """How far a first or repeated full read has been taken in."""

    done: int
    total: int


def status_of(connection: Connection, now: datetime, staleness_limit: timedelta) -> ConnectionStatus:
    """Return the status; a read older than `staleness_limit` no longer proves that both sides are equal."""
    if connection.phase != "running":
        return connection.phase
    trouble = connection.trouble
    if trouble and trouble.kind != "unreachable":
        return trouble.kind
    if connection.brake and connection.brake_answer is None:
        return "needs_confirmation"
    if not connection.ever_replayed:
        return "initial_sync"
    return "in_sync" if _is_settled(connection) and _is_fresh(connection, now, staleness_limit) else "catching_up"


def _is_settled(connection: Connection) -> bool:
    counted = connection.counted
    replayed = counted is not None and counted.replayed and counted.replay_id == connection.replay_id
    return replayed and counted is not None and counted.pending == 0 and connection.brake is None


def _is_fresh(connection: Connection, now: datetime, staleness_limit: timedelta) -> bool:
    return connection.last_read_at is not None and now - connection.last_read_at <= staleness_limit


def published_status(connection: Connection) -> ConnectionStatus:
    """Return the status that is published: without the part that changes by mere waiting."""
    return status_of(connection, connection.last_read_at or connection.created_at, timedelta(0))


def progress_of(connection: Connection) -> Progress | None:
    """Return how far the present full read has been taken in, None once it has been."""
    counted = connection.counted
    current = counted is not None and counted.replay_id == connection.replay_id
    if connection.phase != "running" or (current and counted and counted.replayed and not counted.pending):
        return None
    pending = counted.pending if current and counted else 0
    return Progress(done=connection.told, total=connection.told + pending)
