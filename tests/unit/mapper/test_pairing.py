"""Which link an event or an activity belongs to, and two sides that meet again (K2, K3, adopting)."""

from typing import Any

import pytest

from contracts.activities import ExternalRef
from contracts.calendar_commands import CalendarPut
from contracts.calendar_events import EventChanged
from contracts.calendar_objects import Marker
from mapper.domain.model.ids import activity_id_for
from mapper.domain.rules.linking.link_resolution import (
    is_copy,
    is_stale_read,
    link_id_by_marker,
    link_of_activity,
    link_of_event,
    new_link,
)
from tests.support.bench import HOUR, NOW, Bench, connection, linked


def fact(bench: Bench, marker: Marker | None) -> EventChanged:
    """A read of the bench's event with a marker."""
    bench.cal(tell=False, marker=marker)
    body: dict[str, Any] = bench._calendar_fact(1)
    return EventChanged.model_validate(body | {"event": bench.event})


def marker(account_key: str = "key") -> Marker:
    return Marker(account_key=account_key, activity_id="a1", version=1, origin="crm")


@pytest.mark.parametrize(("account_key", "link_id"), [("key", "key:a1"), ("a stranger's", None)])
def test_k2_a_marker_of_the_account_names_the_link_a_strangers_none(account_key: str, link_id: str | None) -> None:
    assert link_id_by_marker(fact(Bench(), marker(account_key))) == link_id


@pytest.mark.parametrize(
    ("event_id", "gone", "copy"),
    [("e1", None, False), (None, None, False), ("another", None, True), ("another", "deleted", True)],
)
def test_k3_an_event_with_the_marker_of_a_link_whose_own_event_is_or_was_another_is_a_copy(
    event_id: str | None, gone: str | None, copy: bool
) -> None:
    link = new_link(connection(), "a1", "crm", NOW)
    side = link.event.model_copy(update={"gone": gone})
    assert is_copy(link.model_copy(update={"event_id": event_id, "event": side}), "e1") == copy


def test_k3_the_event_that_is_being_made_in_the_place_of_one_that_is_gone_is_no_copy() -> None:
    bench = linked("crm")
    bench.crm(type="lunch")
    bench.set(outbound_types=("call",))
    bench.settle()
    bench.set(outbound_types=None)
    assert [type(command) for command in bench.commands] == [CalendarPut]
    assert not is_copy(bench.link, "its next")


@pytest.mark.parametrize(("behind", "late"), [(0, True), (1, True), (-1, False)])
def test_k3_a_late_read_of_the_links_former_event_is_no_copy(behind: int, late: bool) -> None:
    bench = linked("crm")
    former = bench.event
    bench.crm(type="lunch")
    bench.set(outbound_types=("call",))
    bench.settle()
    bench.set(outbound_types=None)
    bench.settle()
    assert former
    assert former.event_id != bench.link.event_id
    body: dict[str, Any] = bench._calendar_fact(bench.link.event.seq - behind)
    assert is_stale_read(bench.link, EventChanged.model_validate(body | {"event": former})) == late


def test_k3_a_copy_is_an_item_of_its_own() -> None:
    read = fact(Bench(), marker())
    link = link_of_event(connection(), read, marked=False, now=NOW)
    assert (link.activity_id, link.origin) == (activity_id_for("key", "cal", "e1"), "calendar")


def test_k2_a_believed_marker_gives_activity_and_origin() -> None:
    link = link_of_event(connection(), fact(Bench(), marker()), marked=True, now=NOW)
    assert (link.activity_id, link.origin) == ("a1", "crm")


@pytest.mark.parametrize(("account_key", "event_id"), [("key", "e9"), ("another account", None)])
def test_k2_an_activity_remembers_its_event_of_the_same_account(account_key: str, event_id: str | None) -> None:
    bench = Bench()
    remembered = ExternalRef(account_key=account_key, calendar_id="cal", event_id="e9", origin="calendar")
    bench.crm(tell=False, external_ref=remembered)
    assert bench.activity
    link = link_of_activity(connection(), bench.activity, NOW)
    assert (link.event_id, link.origin) == (event_id, "calendar" if event_id else "crm")


def meet(crm: dict[str, Any], cal: dict[str, Any], **own: Any) -> Bench:
    """Two sides that know nothing of each other's past."""
    bench = Bench(connection(adopted=False))
    bench.crm(**crm)
    bench.cal(**cal, **own)
    bench.set(adopted=True)
    bench.settle()
    return bench


def test_adopting_creates_nothing_before_both_replays_have_ended() -> None:
    bench = Bench(connection(adopted=False))
    bench.crm()
    assert (bench.commands, bench.state(), bench.link.history) == ([], ("unlinked", None), ())


def test_adopting_agrees_on_what_is_equal_without_a_word_to_either() -> None:
    bench = meet({"subject": "Standup"}, {"summary": "Standup"})
    assert (bench.versions, bench.state(), bench.decided.rule) == (1, ("active", None), "K2")


@pytest.mark.parametrize(("cal_later", "winner"), [(True, "Calendar"), (False, "CRM")])
def test_adopting_takes_the_rest_as_changed_on_both_sides(cal_later: bool, winner: str) -> None:
    moments = (NOW, NOW + HOUR) if cal_later else (NOW + HOUR, NOW)
    bench = meet({"subject": "CRM", "at": moments[0]}, {"summary": "Calendar", "at": moments[1]})
    assert bench.activity
    assert bench.event
    assert bench.activity.subject == bench.event.fields.summary == winner
    assert len([value for entry in bench.link.history for value in entry.lost]) == 1


def test_adopting_a_field_each_way_loses_neither_when_one_write_fails() -> None:
    bench = Bench(connection(adopted=False))
    bench.crm(subject="CRM is later", location="Old", at=NOW)
    bench.crm(subject="CRM is later!", at=NOW + 3 * HOUR)
    bench.cal(summary="Old", location="Calendar is later", at=NOW + HOUR)
    bench.set(adopted=True)
    to_calendar, to_crm = bench.commands
    bench.carry_out(to_calendar)
    bench.crm(tell=False, note="meanwhile")
    bench.carry_out(to_crm)
    bench.settle()
    assert bench.activity
    assert bench.event
    assert bench.activity.subject == bench.event.fields.summary == "CRM is later!"
    assert bench.activity.location == bench.event.fields.location == "Calendar is later"


def test_adopting_changes_the_calendar_alone_where_the_marker_has_the_activitys_version() -> None:
    bench = meet({"subject": "As written", "at": NOW + HOUR}, {"summary": "Edited since", "at": NOW}, marker=marker())
    assert bench.activity
    assert bench.activity.subject == "Edited since"


def test_adopting_an_activity_of_calendar_origin_whose_event_was_not_read_makes_no_second_event() -> None:
    """Its event may lie outside the window, or in the past: not seeing it proves nothing (D5, H2)."""
    bench = Bench()
    remembered = ExternalRef(account_key="key", calendar_id="cal", event_id="e1", origin="calendar")
    bench.crm(external_ref=remembered)
    assert (bench.commands, bench.decided.outcome) == ([], "waiting")
    bench.cal(summary="Call Ann")
    bench.settle()
    assert bench.state() == ("active", None)


def test_b3_adopting_in_one_way_lets_links_of_calendar_origin_sleep() -> None:
    bench = Bench(connection(direction="one_way"))
    remembered = ExternalRef(account_key="key", calendar_id="cal", event_id="e1", origin="calendar")
    bench.crm(external_ref=remembered)
    bench.cal(summary="Differs")
    assert (bench.commands, bench.state()) == ([], ("dormant", "dormant_one_way"))


def test_a_link_taken_over_by_another_connection_forgets_the_order_of_the_old() -> None:
    bench = linked("calendar")
    bench.seq = 40
    bench.cal(summary="Read late in the old connection")
    bench.settle()
    bench.connection = connection(id="c2")
    bench.cal(tell=False, summary="First read of the new one")
    assert bench.event
    bench.tell_event(bench.event, seq=1)
    bench.settle()
    assert bench.activity
    assert (bench.activity.subject, bench.link.connection_id) == ("First read of the new one", "c2")
