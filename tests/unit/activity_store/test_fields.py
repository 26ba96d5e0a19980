"""What an activity may be created from and is shown with (F1), and that none can be made recurring (E1)."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from activity_store.entrypoints.http.activities import ActivityFilters
from activity_store.entrypoints.http.activity_schemas import ActivityCreate, ActivityOut, ActivityPatch
from tests.unit.activity_store.builders import activity

F1 = {
    "subject": "Call Ben",
    "type": "call",
    "owner_id": "7",
    "due_date": "2030-05-01",
    "due_time": "09:00",
    "duration": "00:30",
    "timezone": "Europe/Berlin",
    "busy": True,
    "done": False,
    "location": "Room 4",
    "public_description": "About the offer",
    "note": "He likes tea",
    "deal_id": "1",
    "lead_id": "2",
    "person_id": "3",
    "org_id": "4",
    "participants": [{"person_id": "3", "primary": True}],
    "attendees": [{"email": "ben@example.com", "name": "Ben", "status": None, "is_organizer": False}],
    "conference_meeting_url": "https://meet.example.com/a",
}
"""Pipedrive's names, and `timezone`."""
NEEDED = {"subject": "Call Ben", "type": "call"}


def test_f1_every_field_is_taken_under_its_name_and_shown_under_it() -> None:
    taken = ActivityCreate.model_validate(F1)
    assert taken.model_dump(mode="json", exclude_unset=True) == F1
    assert F1.keys() <= ActivityPatch.model_fields.keys()
    assert F1.keys() <= ActivityOut.model_fields.keys()


def test_f1_what_was_given_is_shown_again() -> None:
    given = ActivityCreate.model_validate(F1).changes()
    shown = ActivityOut.of(activity(**given)).model_dump()
    assert {name: shown[name] for name in F1} == {
        name: tuple(value) if isinstance(value, list) else value for name, value in F1.items()
    }


@pytest.mark.parametrize("missing", NEEDED)
def test_f1_only_subject_and_type_are_needed(missing: str) -> None:
    assert ActivityCreate.model_validate(NEEDED).changes() == NEEDED
    with pytest.raises(ValidationError, match=missing):
        ActivityCreate.model_validate({name: value for name, value in NEEDED.items() if name != missing})


@pytest.mark.parametrize("schema", [ActivityCreate, ActivityPatch])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("recurring", True),
        ("recurrence", ["RRULE:FREQ=WEEKLY"]),
        ("rrule", "FREQ=WEEKLY"),
        ("rec_rule", "FREQ=WEEKLY"),
        ("series", {"freq": "weekly"}),
    ],
)
def test_e1_no_request_makes_an_activity_recurring(schema: type[ActivityPatch], name: str, value: object) -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        schema.model_validate(NEEDED | {name: value})


def test_e1_an_activity_made_in_the_crm_is_not_recurring() -> None:
    made = ActivityOut.of(activity(**ActivityCreate.model_validate(F1).changes(), add_time=datetime.now(UTC)))
    assert made.recurring is False


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "tel:123",
        "//meet.example.com",
        "meet.example.com",
        " http://x",
        "http://",
    ],
)
def test_f1_a_conference_link_is_an_address_that_a_browser_may_open(address: str) -> None:
    for schema in (ActivityCreate, ActivityPatch):
        with pytest.raises(ValidationError, match="conference_meeting_url"):
            schema.model_validate(NEEDED | {"conference_meeting_url": address})


@pytest.mark.parametrize("address", ["HTTPS://meet.example.com/j?p=1#x", "http://meet.example.com", None])
def test_f1_a_conference_link_by_http(address: str | None) -> None:
    assert ActivityPatch.model_validate({"conference_meeting_url": address}).changes() == {
        "conference_meeting_url": address
    }


@pytest.mark.parametrize(
    "moment", ["2030-01-01T10:00:00", "2030-01-01T10", "2030-01-01 10:00:00", "20300101", "1893456000"]
)
def test_a_moment_without_an_offset_is_none(moment: str) -> None:
    with pytest.raises(ValidationError, match="updated_since"):
        ActivityFilters.model_validate({"updated_since": moment})


@pytest.mark.parametrize(
    "moment",
    ["2030-01-01T10:00:00Z", "2030-01-01T11:00:00+01:00", "2030-01-01T11:00:00 01:00", "2030-01-01T05:00:00-05:00"],
)
def test_a_moment_by_rfc_3339(moment: str) -> None:
    filters = ActivityFilters.model_validate({"updated_since": moment})
    assert filters.updated_since == datetime(2030, 1, 1, 10, tzinfo=UTC)


def test_a_plain_date_is_its_midnight_in_utc() -> None:
    assert ActivityFilters.model_validate({"updated_since": "2030-01-01"}).updated_since == datetime(
        2030, 1, 1, tzinfo=UTC
    )
