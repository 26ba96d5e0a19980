"""What the editor's form asks for: only what its user changed (E2, F1, F2, F8)."""

from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

import pytest

from activity_store.domain.rules.moving import Start
from activity_store.entrypoints.pages.forms import FormError, Values, changed_content, new_content, start_of
from tests.unit.activity_store.builders import activity

WARSAW = "Europe/Warsaw"
CALL = activity(
    due_date="2026-12-01", due_time="09:00", timezone=WARSAW, public_description="two\nlines", location="Here"
)


def sent(values: Values, **changes: str) -> Mapping[str, Sequence[str]]:
    """Return a form as a browser sends it."""
    flags = {name: ["", *(["on"] if getattr(values, name) else [])] for name in ("all_day", "busy", "done")}
    texts = ("subject", "type", "day", "wall", "length", "days", "timezone", "location", "note")
    long = {"public_description": [values.public_description.replace("\n", "\r\n")]}
    own = {name: [getattr(values, name)] for name in texts} | long | flags
    return {**own, **{name: [value] for name, value in changes.items()}}


def test_f2_saving_a_form_as_it_was_shown_changes_nothing() -> None:
    assert changed_content(sent(Values.of(CALL)), CALL) == {}


def test_f8_another_time_is_written_in_utc_and_the_length_stays_unsaid() -> None:
    changes = changed_content(sent(Values.of(CALL), wall="12:15"), CALL)
    assert changes == {"due_date": "2026-12-01", "due_time": "11:15"}


def test_what_was_not_sent_stays() -> None:
    assert changed_content({"note": ["Called twice"]}, CALL) == {"note": "Called twice"}


def test_an_emptied_field_is_emptied_and_a_box_unticked() -> None:
    changes = changed_content(sent(Values.of(CALL), location="", busy=""), CALL)
    assert changes == {"location": "", "busy": False}


def test_all_day_takes_days_in_place_of_a_length() -> None:
    form = {**sent(Values.of(CALL), days="3"), "all_day": ["", "on"]}
    assert changed_content(form, CALL) == {"due_date": "2026-12-01", "due_time": None, "duration": "72:00"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("day", "2026-02-30"),
        ("wall", "25:00"),
        ("wall", ""),
        ("length", "soon"),
        ("length", "1:75"),
        ("timezone", "Mars/Olympus"),
        ("subject", ""),
    ],
)
def test_what_makes_no_sense_is_named_by_its_field(field: str, value: str) -> None:
    with pytest.raises(FormError) as refused:
        changed_content(sent(Values.of(CALL), **{field: value}), CALL)
    assert set(refused.value.faults) == {field}


@pytest.mark.parametrize("days", ["0", "367", "-1", "\u0661", "", "9" * 30])
def test_days_are_a_plain_number(days: str) -> None:
    form = {**sent(Values.of(CALL), days=days), "all_day": ["on"]}
    with pytest.raises(FormError):
        changed_content(form, CALL)


def test_an_address_of_another_scheme_is_refused() -> None:
    with pytest.raises(FormError) as refused:
        changed_content({"conference_meeting_url": ["javascript:alert(1)"]}, CALL)
    assert set(refused.value.faults) == {"conference_meeting_url"}


def test_a_new_one_has_all_that_was_said() -> None:
    form: dict[str, Any] = {**sent(Values.new(Start(date(2026, 7, 1), time(10), WARSAW), "call"), subject=" Visit ")}
    content = new_content(form)
    assert content == {
        "subject": "Visit",
        "type": "call",
        "busy": True,
        "done": False,
        "due_date": "2026-07-01",
        "due_time": "08:00",
        "duration": "01:00",
        "timezone": WARSAW,
    }


def test_d4_a_new_one_may_have_no_date() -> None:
    content = new_content({"subject": ["Some day"], "type": ["task"]})
    assert (content["due_date"], content["due_time"]) == (None, None)


def test_a_drop_names_zone_day_and_wall_start_alone() -> None:
    dropped = start_of({"zone": [WARSAW], "day": ["2026-12-03"], "start": ["14:30"]})
    assert dropped == Start(date(2026, 12, 3), time(14, 30), WARSAW)
    assert start_of({"zone": [WARSAW], "day": ["2026-12-03"], "start": [""]}).wall is None
    with pytest.raises(FormError):
        start_of({"zone": ["nowhere"], "day": ["2026-12-03"]})
