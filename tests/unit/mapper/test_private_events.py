"""Private events in the three modes (G2): masked at once, never written back, restored from the calendar."""

from typing import Any

import pytest

from contracts.activities import LinkedItemSummary
from contracts.activity_commands import ActivityPut
from contracts.calendar_commands import CalendarPut
from contracts.calendar_objects import EventAttendee, EventSnapshot
from tests.support.bench import HOUR, NOW, TOMORROW, Bench, connection, due, linked

CANARY = "Canary"
SECRETS: dict[str, Any] = {
    "summary": f"{CANARY} title",
    "location": f"{CANARY} place",
    "description": f"{CANARY} text",
    "attendees": (EventAttendee(email=f"{CANARY}@example.com", name=CANARY),),
    "conference_url": f"https://meet.example/{CANARY}",
    "web_link": f"https://calendar.example/{CANARY}",
}
MASK = {"summary": "Private", "location": "", "description": ""}


def masked(event: EventSnapshot) -> EventSnapshot:
    """The event as the connector tells it while it hides private ones."""
    hidden = {"attendees": (), "conference_url": None, "web_link": None, "masked": True, "hash": "m"}
    return event.model_copy(update=hidden | {"fields": event.fields.model_copy(update=MASK)})


def open_to_all(**changes: Any) -> Bench:
    """A pair born in the calendar from a private event whose content is shown, edited on both sides once."""
    bench = linked("calendar", connection(private_events="public"), visibility="private", **SECRETS | changes)
    bench.crm(location=f"{CANARY} in the CRM", at=NOW + HOUR)
    bench.cal(location=f"{CANARY} in the calendar", at=NOW + 2 * HOUR, tell=False)
    bench.linked_items = (LinkedItemSummary(kind="person", id="5", name=CANARY),)
    bench.settle()
    assert CANARY in bench.link.model_dump_json()
    return bench


def hide(bench: Bench, mode: str = "private") -> None:
    """Choose another mode, and let the store follow; of the calendar nothing is heard."""
    bench.linked_items = ()
    bench.set(private_events=mode)
    assert CANARY not in bench.link.model_dump_json(exclude={"outbox"}), "at once, before anybody answers"
    bench.settle()


def seen(bench: Bench) -> tuple[str, str, str, int, str | None, bool]:
    """What the activity shows."""
    activity = bench.activity
    assert activity is not None
    guests, link = len(activity.attendees), activity.conference_meeting_url or None
    return activity.subject, activity.location, activity.public_description, guests, link, activity.private


NOTHING = ("Private", "", "", 0, None, True)


def test_g2_a_change_of_mode_masks_what_exists_without_waiting_for_the_calendar() -> None:
    bench = open_to_all()
    hide(bench)
    assert seen(bench) == NOTHING
    assert CANARY not in bench.link.model_dump_json()
    assert (bench.state(), bench.decided.rule) == (("active", None), "G2")
    assert bench.event is not None
    bench.tell_event(masked(bench.event))
    assert bench.commands == []


def test_g2_an_event_that_turns_private_is_masked_in_the_crm() -> None:
    bench = linked("calendar", **SECRETS)
    assert bench.event is not None
    bench.tell_event(masked(bench.event.model_copy(update={"visibility": "private"})))
    [put] = bench.settle()
    assert isinstance(put, ActivityPut)
    assert (put.changes.attendees, put.changes.private) == ((), True)
    assert seen(bench) == NOTHING
    assert CANARY not in bench.link.model_dump_json()


@pytest.mark.parametrize("settled", [True, False])
def test_g2_past_dormant_and_closed_links_are_masked_too(settled: bool) -> None:
    """D2, B3, D7: whatever else keeps a link from being written."""
    changes: list[dict[str, Any]] = [{"direction": "one_way"}, {"outbound_types": ("lunch",)}, {}]
    for change in changes:
        bench = open_to_all()
        bench.set(**change)
        bench.now = TOMORROW + 5 * HOUR if settled else bench.now
        hide(bench)
        assert seen(bench) == NOTHING, change
    declined = open_to_all()
    declined.cal(response="declined", at=NOW + 3 * HOUR)
    declined.settle()
    assert declined.state() == ("closed", "declined")
    hide(declined)
    assert (seen(declined), declined.state()) == (NOTHING, ("closed", "declined"))


def test_g2_skip_masks_the_activity_and_closes_the_link() -> None:
    bench = open_to_all()
    hide(bench, "skip")
    assert (seen(bench), bench.state()) == (NOTHING, ("closed", "private_skipped"))
    assert CANARY not in bench.link.model_dump_json()
    bench.crm(subject="My own words", at=NOW + 3 * HOUR)
    assert bench.settle() == []


def test_k1_g2_what_stopping_took_out_comes_back_only_once_it_is_no_longer_skipped() -> None:
    bench = open_to_all()
    hide(bench, "skip")
    bench.set(status="stopping", remove="activities")
    bench.settle()
    bench.set(status="in_sync", remove="none")
    assert (bench.commands, bench.state()) == ([], ("closed", "stopped"))
    assert bench.decided.rule == "G2"
    bench.set(private_events="private")
    bench.settle()
    assert (seen(bench), bench.state()) == (NOTHING, ("active", None))


@pytest.mark.parametrize("mode", ["private", "skip"])
def test_g2_back_to_public_the_content_comes_from_the_calendar(mode: str) -> None:
    bench = open_to_all()
    hide(bench, mode)
    event = bench.event
    assert event is not None
    if mode == "skip":
        bench.crm(subject="My own words", at=NOW + 3 * HOUR)
    bench.set(private_events="public")
    bench.tell_event(event.model_copy(update={"hash": "whole"}))
    commands = bench.settle()
    assert not [one for one in commands if isinstance(one, CalendarPut)], "nothing is written back"
    place = event.fields.location
    assert seen(bench) == (f"{CANARY} title", place, f"{CANARY} text", 1, f"https://meet.example/{CANARY}", False)
    assert bench.state() == ("active", None)


def test_g2_a_hidden_field_that_was_edited_in_the_crm_never_reaches_the_calendar() -> None:
    """The 409 of the store may come a moment late; the time is still the user's to change."""
    bench = open_to_all()
    bench.crm(subject=f"{CANARY} edited", at=NOW + 3 * HOUR, tell=False)
    hide(bench)
    assert bench.event is not None
    bench.event = masked(bench.event)
    bench.tell_event(bench.event)
    bench.crm(subject="Too late", schedule=due(TOMORROW + HOUR), at=NOW + 4 * HOUR)
    puts = [one for one in bench.settle() if isinstance(one, CalendarPut)]
    assert [set(put.changes.model_dump(exclude_none=True)) for put in puts] == [{"time"}]
    assert seen(bench) == NOTHING


def test_g2_a_late_message_from_before_the_change_is_masked_when_it_comes() -> None:
    bench = open_to_all()
    hide(bench)
    bench.cal(summary=f"{CANARY} late", at=NOW + 5 * HOUR)
    bench.settle()
    assert CANARY not in bench.link.model_dump_json()
    assert seen(bench) == NOTHING


def test_g2_events_of_crm_origin_are_not_masked() -> None:
    for mode in ("private", "skip"):
        bench = linked("crm", connection(private_events=mode), subject="Ours")
        bench.cal(visibility="private", at=NOW + HOUR)
        assert bench.settle() == []
        assert bench.activity is not None
        assert (bench.activity.subject, bench.activity.private) == ("Ours", False)
        assert bench.event is not None
        bench.tell_event(masked(bench.event))
        assert bench.settle() == []
        assert bench.activity.subject == "Ours", "its mark was lost in the calendar"


def test_g2_a_pair_that_is_adopted_takes_the_mask_from_the_calendar() -> None:
    """K2: what the activity still says is not written over what is hidden."""
    bench = Bench()
    bench.crm(subject=f"{CANARY} title", tell=False, private=False)
    whole = open_to_all().event
    assert whole is not None
    bench.tell_event(masked(whole))
    bench.current = bench.link.model_copy(update={"pending": (), "has_pending": False, "state": "unlinked"})
    assert bench.activity is not None
    bench.tell_activity(bench.activity)
    assert not [one for one in bench.settle() if isinstance(one, CalendarPut)]
    assert seen(bench)[0] == "Private"
    assert CANARY not in bench.link.model_dump_json()


@pytest.mark.parametrize(("visibility", "comes_in"), [("private", False), ("default", True)])
def test_d1_g2_private_events_are_covered_since_they_are_let_in_and_no_others(visibility: str, comes_in: bool) -> None:
    """Under `backfill: none`, what was last changed before that moment stays out."""
    coverage = connection().coverage.model_copy(update={"private_since": NOW + HOUR})
    bench = Bench(connection(coverage=coverage, backfill="none"))
    bench.cal(visibility=visibility, masked=visibility == "private", at=NOW)
    assert bool(bench.commands) == comes_in
