"""Connections, events and readings for the connector's unit tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from connector.domain.change_detection.read_context import ReadContext
from connector.domain.event.content_hash import with_hash
from connector.domain.event.window import window_at
from connector.domain.model.connection import Connection
from connector.domain.model.settings import ChosenSettings
from contracts.calendar_objects import EventFields, EventSnapshot
from contracts.connections import Coverage
from contracts.times import Timed

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def connection(**fields: Any) -> Connection:
    """Return a running connection that was never read."""
    given = {
        "id": "c1",
        "company_id": "acme",
        "user_id": "7",
        "provider": "google",
        "email": "ann@example.com",
        "created_at": NOW,
        "phase": "running",
        "account_id": "ann@example.com",
        "account_key": "key",
        "calendar_identity": "google:cal",
        "settings": ChosenSettings(calendar_id="cal", timezone="Europe/Berlin"),
        "coverage": Coverage(connected_at=NOW),
        "replay_id": "r1",
    } | fields
    return Connection.model_validate(given)


def event(event_id: str = "e1", start: datetime = NOW + DAY, **more: Any) -> EventSnapshot:
    """Return an event of one hour, with its hash."""
    time = Timed(start=start, end=start + timedelta(hours=1), timezone="Europe/Berlin")
    fields = EventFields(summary=more.pop("summary", "Lunch"), time=time, location=more.pop("location", ""))
    return with_hash(EventSnapshot(event_id=event_id, calendar_id="cal", hash="", fields=fields, updated=NOW, **more))


def reading(**fields: Any) -> ReadContext:
    """Return a read of the connection's calendar, now."""
    window = window_at(fields.pop("now", NOW), "Europe/Berlin", fields.pop("horizon_days", 30))
    given: dict[str, Any] = {"connection_id": "c1", "calendar_id": "cal", "seq": 5, "window": window}
    return ReadContext(**given | {"private": "private"} | fields)
