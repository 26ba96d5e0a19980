"""Expansion compared with recurring-ical-events on the same rules, which knows nothing of ours."""

from datetime import UTC, datetime
from typing import Any

import icalendar
import pytest
import recurring_ical_events
from hypothesis import given
from hypothesis import strategies as st

from simulators.google.domain import times
from simulators.google.domain.errors import GoogleError
from simulators.google.domain.recurring import recurrence

AFTER, BEFORE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC")
RULES = (
    ["RRULE:FREQ=DAILY;COUNT=400"],
    ["RRULE:FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20260701T000000Z"],
    ["RRULE:FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,SU;COUNT=20"],
    ["RRULE:FREQ=MONTHLY;BYDAY=-1FR"],
    ["RRULE:FREQ=MONTHLY;BYMONTHDAY=31"],
    ["RRULE:FREQ=YEARLY"],
    ["RRULE:FREQ=WEEKLY;COUNT=10", "EXDATE:20260316T080000Z,20260323T080000Z"],
    ["RRULE:FREQ=WEEKLY;COUNT=3", "RDATE:20260601T120000Z"],
    ["RDATE:20260601T120000Z"],
)


def master(start: str, zone: str, lines: list[str]) -> dict[str, Any]:
    """A stored series of one hour."""
    first = times.normalise({"dateTime": start, "timeZone": zone}, zone, "start")
    return {"id": "m", "start": first, "end": times.plus(first, times.span_of(first, first)), "recurrence": lines}


def judged(event: dict[str, Any]) -> list[datetime]:
    """What recurring-ical-events makes of it."""
    component = icalendar.Event()
    wall = times.local(event["start"]).replace(tzinfo=times.zone_named(event["start"]["timeZone"]))
    component.add("dtstart", wall)
    component.add("uid", "m")
    text = component.to_ical().decode().replace("END:VEVENT", "\r\n".join(event["recurrence"]) + "\r\nEND:VEVENT")
    calendar = icalendar.Calendar.from_ical(f"BEGIN:VCALENDAR\r\n{text}END:VCALENDAR\r\n")
    found = recurring_ical_events.of(calendar).between(AFTER, BEFORE)
    return sorted(one.start.astimezone(UTC) for one in found)


def ours(event: dict[str, Any]) -> list[datetime]:
    found = (times.instant(one, "UTC").astimezone(UTC) for one in recurrence.originals(event, AFTER, BEFORE))
    return sorted(one for one in found if AFTER <= one < BEFORE)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("lines", RULES, ids=lambda lines: lines[-1])
def test_same_instances_as_an_independent_library(zone: str, lines: list[str]) -> None:
    event = master("2026-03-02T09:00:00", zone, lines)
    assert ours(event) == judged(event)


@given(
    start=st.datetimes(AFTER.replace(tzinfo=None), BEFORE.replace(tzinfo=None)),
    zone=st.sampled_from(ZONES),
    frequency=st.sampled_from(["DAILY", "WEEKLY", "MONTHLY"]),
    interval=st.integers(1, 4),
    count=st.integers(1, 30),
)
def test_ids_lead_back_to_their_original(start: datetime, zone: str, frequency: str, interval: int, count: int) -> None:
    """Every instance id splits into its master and a start that the series has."""
    rule = f"RRULE:FREQ={frequency};INTERVAL={interval};COUNT={count}"
    event = master(start.replace(microsecond=0).isoformat(), zone, [rule])
    for original in recurrence.originals(event):
        parts = recurrence.split_id(recurrence.instance_id("m", original))
        assert parts is not None
        assert parts[0] == "m"
        found = recurrence.has_original(event, parts[1])
        assert found is None or times.instant(found, "UTC") == times.instant(original, "UTC")


def test_r_suffix_is_no_instance() -> None:
    """Trap 9: `{id}_R{start}` is a master."""
    assert recurrence.split_id("abc_R20201130T010000") is None
    assert recurrence.split_id("abc_R20201130T010000_20201201T010000Z") == ("abc_R20201130T010000", "20201201T010000Z")


@pytest.mark.parametrize("line", ["RRULE:FREQ=SOMETIMES", "nonsense", "RRULE:COUNT=2", "EXDATE:tomorrow"])
def test_rules_nobody_can_expand_are_refused(line: str) -> None:
    with pytest.raises(GoogleError, match="Invalid recurrence rule"):
        recurrence.check(master("2026-03-02T09:00:00", "UTC", [line]))


def test_a_start_outside_its_rule_is_an_instance_beside_those_that_count_counts() -> None:
    """See docs/providers/google.md, 1.3."""
    event = master("2026-03-03T09:00:00", "UTC", ["RRULE:FREQ=WEEKLY;BYDAY=TH;COUNT=3"])
    assert [f"{one:%m-%d}" for one in ours(event)] == ["03-03", "03-05", "03-12", "03-19"]


@pytest.mark.parametrize("until", ["20260302", "20260303T085959Z", "20260303T085959"])
def test_a_rule_that_ends_before_its_start_has_no_instance(until: str) -> None:
    assert not ours(master("2026-03-03T09:00:00", "UTC", [f"RRULE:FREQ=WEEKLY;UNTIL={until}"]))
