"""The envelope of what the mapper says of a connection."""

from typing import Any

from chassis.ids import new_id
from mapper.application.causation import Trigger
from mapper.domain.model.connection import Connection


def envelope_of(connection: Connection, trigger: Trigger) -> dict[str, Any]:
    """Return the common part of a message about a connection."""
    return {
        "id": new_id(),
        "occurred_at": trigger.now,
        "company_id": connection.company_id,
        "aggregate_version": connection.version + 1,
        "correlation_id": trigger.correlation_id,
        "causation_id": trigger.causation_id,
        "cause": "sync",
        "connection_id": connection.id,
    }
