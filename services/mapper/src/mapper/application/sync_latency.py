"""How long people's edits take to the other side: from the times that the messages carry."""

from datetime import datetime, timedelta
from typing import Final, Literal

from contracts.activities import ActivityEvent
from contracts.activity_outcomes import ActivityCommandSettled
from contracts.calendar_events import CalendarCommandSettled, CalendarEvent, EventChanged
from mapper.adapters.metrics import SYNC_SECONDS
from mapper.domain.model.connections.connection import Connection
from mapper.domain.model.pending import PendingCommand

Direction = Literal["to_crm", "to_calendar"]

_LATE: Final = timedelta(days=1)
"""An event that was last changed before that is no edit on its way: it came in with a replay or with the horizon."""


def edit_of_event(message: CalendarEvent) -> datetime | None:
    """Return when a person made the edit that a message tells of; None where it tells of none."""
    if not isinstance(message, EventChanged):
        return None
    return message.event.updated if message.occurred_at - message.event.updated < _LATE else None


def edit_of_activity(message: ActivityEvent) -> datetime | None:
    """Return when a person made the edit that a message tells of; None where the sync itself made it."""
    return message.occurred_at if message.cause == "api" else None


def observe_latency(
    connection: Connection,
    answered: PendingCommand | None,
    answer: CalendarCommandSettled | ActivityCommandSettled,
) -> None:
    """Note how long an edit took, where this answer says that it was written."""
    if answered is None or answered.edited_at is None or answer.outcome != "applied":
        return
    direction: Direction = "to_calendar" if answered.to_calendar else "to_crm"
    took = max(timedelta(), answer.occurred_at - answered.edited_at)
    SYNC_SECONDS.labels(direction, connection.provider or "unknown").observe(took.total_seconds())
