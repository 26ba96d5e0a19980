"""Activities and commands as the domain's tests need them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from activity_store.domain.model.activity import Activity
from activity_store.domain.model.ids import scoped
from activity_store.domain.rules import transitions
from contracts.activity_commands import ActivityChanges, ActivityPut, ActivityRemove

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def activity(**fields: Any) -> Activity:
    """Return a new activity of user 7."""
    plain = {
        "id": scoped("acme", "a1"),
        "company_id": "acme",
        "activity_id": "a1",
        "owner_id": "7",
        "subject": "Call",
        "type": "call",
    }
    return transitions.create(plain | fields, NOW).after


def _envelope(command_id: str) -> dict[str, Any]:
    return {
        "id": f"m-{command_id}",
        "occurred_at": NOW,
        "company_id": "acme",
        "aggregate_version": 1,
        "correlation_id": "r1",
        "cause": "sync",
        "command_id": command_id,
        "connection_id": "c1",
        "activity_id": "a1",
    }


def put(expected: int, *, command: str = "k1", owner: str = "7", **changes: Any) -> ActivityPut:
    """Return a put of the sync."""
    given = ActivityChanges(**changes)
    return ActivityPut(**_envelope(command), owner_id=owner, expected_version=expected, changes=given)


def remove(expected: int, *, command: str = "k1", owner: str = "7") -> ActivityRemove:
    """Return a remove of the sync."""
    return ActivityRemove(**_envelope(command), owner_id=owner, expected_version=expected)
