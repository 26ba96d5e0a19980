"""What the connector keeps of private events, and since when they are let in (G2, D1)."""

from typing import Any

import pytest

from chassis.ids import new_id
from connector.adapters.collections import RecordedOutcome
from connector.domain.connection.settings_change import changed
from connector.domain.event.originals import claims, without_claims
from connector.domain.event.redaction import PrivateMode, redacted, redacted_item
from connector.domain.model.connection import Connection
from connector.domain.model.settings import ChosenSettings
from connector.domain.provider.items import EventRead, EventRemoved, OccurrenceCancelled, OccurrenceRead, SeriesRead
from connector.domain.sync_state.documents import SeriesState
from connector.domain.sync_state.redaction import redacted_series
from contracts.activity_types import DEFAULT_TYPES
from contracts.calendar_events import CalendarCommandSettled
from contracts.calendar_objects import EventAttendee, EventSnapshot, Marker, Occurrence
from tests.unit.connector.support import DAY, NOW, connection, event

CANARY = "Canary"
GUEST = EventAttendee(email=f"{CANARY}@example.com", name=CANARY)
HIDING: list[PrivateMode] = ["private", "skip"]


def secret(**more: Any) -> EventSnapshot:
    """A private event that says something everywhere."""
    given: dict[str, Any] = {
        "visibility": "private",
        "attendees": (GUEST,),
        "conference_url": CANARY,
        "web_link": CANARY,
    }
    return event(summary=CANARY, location=CANARY, **given | more)


def series() -> SeriesState:
    """A private series with an exception and a cancelled occurrence."""
    return SeriesState(
        id="s",
        scope="c1:cal",
        series_id="e1",
        master=SeriesRead(secret(), "1", ("RRULE:FREQ=DAILY",), "e1"),
        deviations=(OccurrenceRead(secret(event_id="e1_2"), "2"), OccurrenceCancelled("e1_3", "e1", "2026-03-05")),
    )


@pytest.mark.parametrize("mode", HIDING)
def test_g2_of_a_hidden_event_nothing_is_kept_but_its_time(mode: PrivateMode) -> None:
    for item in (EventRead(secret(), "1"), OccurrenceRead(secret(), "1")):
        kept = redacted_item(item, mode)
        assert CANARY not in repr(kept)
        assert redacted_item(kept, mode) == kept
    removed = EventRemoved("e1")
    assert redacted_item(removed, mode) is removed


@pytest.mark.parametrize("mode", HIDING)
def test_g2_a_series_is_kept_masked_with_its_exceptions(mode: PrivateMode) -> None:
    kept = redacted_series(series(), mode)
    assert CANARY not in kept.model_dump_json()
    assert len(kept.deviations) == 2
    assert redacted_series(kept, mode) is kept, "nothing left to hide costs no write"


def test_g2_what_is_shown_or_comes_from_the_crm_is_kept_whole() -> None:
    known = series()
    assert redacted_series(known, "public") is known
    ours = EventRead(secret(marker=Marker(account_key="key", activity_id="a", version=1, origin="crm")), "1")
    assert redacted_item(ours, "private") is ours


def test_g2_an_answer_that_is_kept_forgets_what_the_event_said_and_stays_the_same_answer() -> None:
    message = CalendarCommandSettled(
        id=new_id(),
        occurred_at=NOW,
        company_id="acme",
        aggregate_version=1,
        correlation_id="r",
        cause="sync",
        connection_id="c1",
        account_key="key",
        calendar_id="cal",
        settings_version=1,
        seq=1,
        command_id="k",
        activity_id="a",
        outcome="applied",
        event=secret(),
    )
    kept = RecordedOutcome(id="k", message=message, at=NOW, event_id="e1").redacted("private")
    assert CANARY not in kept.model_dump_json()
    assert (kept.message.id, kept.message.outcome) == (message.id, "applied")
    assert kept.message.event == redacted(secret(), "private")


def _choose(before: Connection, mode: PrivateMode) -> Connection:
    return changed(before, {"private_events": mode}, active=DEFAULT_TYPES, now=NOW + DAY, replay_id="r2")


def test_d1_g2_private_events_are_covered_since_they_are_no_longer_skipped() -> None:
    choices = ChosenSettings(calendar_id="cal", timezone="Europe/Berlin", private_events="skip")
    let_in = _choose(connection(settings=choices), "private")
    assert (let_in.coverage.private_since, let_in.replay_id) == (NOW + DAY, "r2")
    assert _choose(connection(), "public").coverage.private_since is None
    assert _choose(connection(), "skip").coverage.private_since is None


def ours(event_id: str, **more: Any) -> EventSnapshot:
    marker = Marker(account_key="key", activity_id="a", version=1, origin="crm")
    return event(event_id, summary="Secret", visibility="private", marker=marker, **more)


def test_g2_k3_a_private_copy_of_our_event_is_masked_and_the_original_is_not() -> None:
    items = [EventRead(ours("original"), "1"), EventRead(ours("copy"), "1")]
    assert claims(items).keys() == {"original", "copy"}
    original, copy = without_claims(items, {"original"})
    assert original == items[0]
    assert isinstance(copy, EventRead)
    assert redacted(copy.event, "private").fields.summary == "Private"
    assert redacted(copy.event, "public").fields.summary == "Secret"


def test_g2_k3_a_copy_that_was_made_a_series_is_masked_with_its_exceptions() -> None:
    place = Occurrence(series_id="copy", lineage="copy", original_start="2026-03-03T09:00:00Z")
    changed = OccurrenceRead(ours("copy_1", occurrence=place), "1")
    (series,) = without_claims([SeriesRead(ours("copy"), "1", (), "copy", exceptions=(changed,))], set())
    assert isinstance(series, SeriesRead)
    assert series.exceptions
    shown = [series.event, *(one.event for one in series.exceptions if isinstance(one, OccurrenceRead))]
    assert [redacted(one, "private").masked for one in shown] == [True, True]
    (kept,) = without_claims([changed], {"copy"})
    assert kept == changed


def test_g2_what_is_not_private_keeps_its_marker() -> None:
    plain = EventRead(event("copy", marker=ours("x").marker), "1")
    assert claims([plain]) == {}
    assert without_claims([plain], set()) == [plain]
