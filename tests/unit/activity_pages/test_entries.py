"""An activity as the pages show it: words, colours, instants, and how its link stands."""

from datetime import date
from typing import Any

import pytest

from activity_store.application.weeks import SeenWeek
from activity_store.domain.model.activity import Activity
from activity_store.domain.model.activity_types import TypeEntry, default_types, with_type
from activity_store.domain.model.week import Week
from activity_store.domain.rules.overlaps import overlapping
from activity_store.domain.rules.sync_state import standing_of
from activity_store.entrypoints.pages.entries import Reader, by_day
from chassis.pages.language import Languages
from contracts.activities import SyncSummary
from tests.unit.activity_store.builders import NOW, activity

WARSAW = "Europe/Warsaw"
LANGUAGES = Languages(["chassis.pages", "activity_store.entrypoints.pages"])


def reader(language: str = "en-GB") -> Reader:
    types = default_types("acme", NOW)
    custom = TypeEntry(key_string="visit", name="Wizja", icon_key="pin", color="javascript:1")
    return Reader("7", LANGUAGES.choose(None, language), WARSAW, with_type(types, custom, NOW))


def synced(state: str, reason: str | None = None) -> SyncSummary:
    return SyncSummary(origin="crm", state=state, reason=reason, connection_id="c1")


def timed(**fields: Any) -> Activity:
    return activity(due_date="2026-12-01", due_time="09:00", duration="01:30", timezone=WARSAW, **fields)


def test_a_timed_one_has_instants_and_its_time_on_the_wall() -> None:
    entry = reader().entry(timed())
    assert (entry.start, entry.end, entry.all_day) == ("2026-12-01T09:00:00Z", "2026-12-01T10:30:00Z", False)
    assert entry.when == "10:00\u201311:30"


def test_an_all_day_one_has_dates_and_an_exclusive_end() -> None:
    entry = reader().entry(activity(due_date="2026-12-01", duration="48:00"))
    assert (entry.start, entry.end, entry.all_day, entry.when) == ("2026-12-01", "2026-12-03", True, "all day")


def test_times_are_written_as_the_region_does() -> None:
    assert "10:00\u202fAM" in reader("en-US").entry(timed()).when


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        (None, "not_synced"),
        (synced("active"), "in_sync"),
        (synced("active", "outbound_filtered"), "waiting"),
        (synced("pending"), "waiting"),
        (synced("closed", "kept"), "not_synced"),
        (synced("dormant", "dormant_one_way"), "not_synced"),
        (synced("quarantined"), "not_synced"),
    ],
)
def test_c6_how_a_link_stands(summary: SyncSummary | None, expected: str) -> None:
    assert standing_of(summary) == expected


def test_e2_what_is_locked_says_why_in_the_readers_language() -> None:
    assert "recurring event" in str(reader().entry(timed(recurring=True)).lock_words)
    polish = reader("pl").entry(timed(recurring=True))
    assert "cykliczn" in str(polish.lock_words)


def test_a_type_of_the_company_keeps_its_name_and_gets_a_harmless_colour() -> None:
    shown = reader("pl").type("visit")
    assert (shown.name, shown.icon, shown.color) == ("Wizja", "other", "5F6B7A")


def test_default_types_are_named_in_the_readers_language() -> None:
    assert reader("pl").type("meeting").name == "Spotkanie"
    assert reader().type("gone").name == "gone"


def test_l3_overlaps_are_named() -> None:
    one, other = timed(subject="Fair"), timed(id="acme:a2", activity_id="a2", subject="Call")
    week = Week.around(date(2026, 12, 1), first_weekday=0, zone=WARSAW)
    entries = reader().week(SeenWeek(week, (one, other), overlapping([one, other]), complete=True))
    assert {entry.overlap_words for entry in entries} == {"overlaps with “Call”", "overlaps with “Fair”"}


def test_a_day_shows_all_that_touches_it() -> None:
    long = reader().entry(activity(due_date="2026-12-01", duration="48:00"))
    days = by_day([long], [date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 2), date(2026, 12, 3)])
    assert [len(entries) for _, entries in days] == [0, 1, 1, 0]
