"""The published state of a connection, and when it has to be published again."""

from typing import Any

from connector.domain.connection.status import published_status
from connector.domain.model.connection import Connection


def published_state(connection: Connection) -> dict[str, Any] | None:
    """Return the fields of `ConnectionChanged`; None while there is no account that anyone could know of."""
    if connection.account_key is None or connection.settings.calendar_id is None:
        return None
    return {
        "connection_id": connection.id,
        "user_id": connection.user_id,
        "provider": connection.provider,
        "account_key": connection.account_key,
        "email": connection.email,
        "status": published_status(connection),
        "settings": connection.settings.complete(),
        "settings_version": connection.settings_version,
        "coverage": connection.coverage,
        "replay_id": connection.replay_id,
        "remove": connection.remove,
        "brake_answer": connection.brake_answer,
    }


def owing_changed_state(before: Connection | None, after: Connection) -> Connection:
    """Return the connection with its state marked as unpublished, where the published part changed."""
    told = published_state(before) if before else None
    return after.with_state_unpublished() if published_state(after) != told else after
