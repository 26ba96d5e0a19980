"""The hash of content: what the sync looks at changes it, nothing else does."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from connector.domain.event.content_hash import with_hash
from contracts.calendar_objects import EventAttendee, EventFields, EventSnapshot, Marker, Occurrence
from contracts.times import AllDay, Timed

START = datetime(2026, 11, 3, 11, tzinfo=UTC)
TIME = Timed(start=START, end=START + timedelta(hours=1), timezone="Europe/Berlin")
ANA, BEN = EventAttendee(email="ana@example.org"), EventAttendee(email="ben@example.org", name="Ben")
MARKER = Marker(account_key="k", activity_id="a", version=1, origin="crm")
EVENT = EventSnapshot(
    event_id="e", calendar_id="c", hash="", fields=EventFields(summary="Lunch", time=TIME), updated=START,
    attendees=(ANA, BEN), marker=MARKER,
)  # fmt: skip


def hashed(**changes: Any) -> str:
    return with_hash(EVENT.model_copy(update=changes)).hash


def fields(**changes: Any) -> EventFields:
    return EVENT.fields.model_copy(update=changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"updated": START + timedelta(days=1)},
        {"hash": "an older one"},
        {"event_id": "e2"},
        {"calendar_id": "c2"},
        {"ical_uid": "uid"},
        {"web_link": "https://example.org"},
        {"attendees": (BEN, ANA)},
        {"marker": MARKER.model_copy(update={"version": 2})},
        {"fields": fields(time=TIME.model_copy(update={"start": START.astimezone(timezone(timedelta(hours=5)))}))},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_is_no_content_keeps_the_hash(changes: dict[str, Any]) -> None:
    assert hashed(**changes) == hashed()


@pytest.mark.parametrize(
    "changes",
    [
        {"fields": fields(summary="Dinner")},
        {"fields": fields(location="Rome")},
        {"fields": fields(description="Rome")},
        {"fields": fields(transparency="transparent")},
        {"fields": fields(time=TIME.model_copy(update={"timezone": "Europe/Rome"}))},
        {"fields": fields(time=TIME.model_copy(update={"end": START}))},
        {"fields": fields(time=AllDay(start=START.date(), end=START.date()))},
        {"status": "tentative"},
        {"event_type": "focus_time"},
        {"visibility": "private"},
        {"masked": True},
        {"is_organizer": False},
        {"editable": False},
        {"response": "declined"},
        {"conference_url": "https://meet.example/x"},
        {"attendees": (ANA,)},
        {"attendees": (ANA, BEN.model_copy(update={"status": "accepted"}))},
        {"marker": None},
        {"marker": MARKER.model_copy(update={"activity_id": "b"})},
        {"occurrence": Occurrence(series_id="s", lineage="s", original_start="2026-11-03")},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_content_changes_the_hash(changes: dict[str, Any]) -> None:
    assert hashed(**changes) != hashed()


def test_the_hash_is_the_same_in_every_process_and_release() -> None:
    """A changed algorithm makes every known event look edited once: do it knowingly."""
    assert hashed() == "b2734a37d7f3e69988ee9ea569d40041561f2df37b2b70003efc249a611c2d74"
