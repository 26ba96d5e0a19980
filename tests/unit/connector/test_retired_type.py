"""What becomes of an inbound type that is retired (C7)."""

import pytest

from connector.domain.connection.retired_type import type_in_use, with_inbound_type_in_use
from connector.domain.connection.settings_change import changed
from connector.domain.model.connection import Connection
from connector.domain.model.settings import ChosenSettings
from tests.unit.connector.support import NOW, connection


@pytest.mark.parametrize(
    ("active", "chosen"),
    [
        (("call", "visit", "meeting"), "visit"),
        (("call", "meeting"), "meeting"),
        (("call", "task"), "call"),
        ((), "visit"),  # there is none to give way to
    ],
)
def test_c7_a_retired_type_gives_way_to_meeting_then_to_the_first_active_one(
    active: tuple[str, ...], chosen: str
) -> None:
    assert type_in_use("visit", active) == chosen


@pytest.mark.parametrize("direction", ["two_way", "one_way"])
def test_c7_the_connection_goes_on_with_another_type_and_says_so(direction: str) -> None:
    before = visiting(direction=direction)
    after = with_inbound_type_in_use(before, ("call", "meeting"), NOW)
    assert (after.settings.inbound_type, after.settings_version) == ("meeting", before.settings_version + 1)
    assert after.last_problem
    assert (after.last_problem.code, after.last_problem.at) == ("inbound_type_retired", NOW)
    assert "visit" in after.last_problem.detail
    assert "meeting" in after.last_problem.detail
    assert after.due["settings"] == NOW
    assert with_inbound_type_in_use(after, ("call", "meeting"), NOW) is after


def test_c7_an_active_type_stays() -> None:
    before = visiting()
    assert with_inbound_type_in_use(before, ("visit", "meeting"), NOW) is before


@pytest.mark.parametrize("phase", ["stopping", "stopped"])
def test_c7_a_connection_on_its_way_out_is_left_alone(phase: str) -> None:
    before = visiting(phase=phase)
    assert with_inbound_type_in_use(before, ("meeting",), NOW) is before


def test_c7_the_problem_is_over_once_the_user_chooses_a_type() -> None:
    told = with_inbound_type_in_use(visiting(), ("call", "meeting"), NOW)
    other = changed(told, {"horizon_days": 30}, active=("call", "meeting"), now=NOW, replay_id="r2")
    assert other.last_problem == told.last_problem
    chosen = changed(told, {"inbound_type": "call"}, active=("call", "meeting"), now=NOW, replay_id="r2")
    assert chosen.last_problem is None


def visiting(*, phase: str = "running", direction: str = "two_way") -> Connection:
    """Return a connection whose events are saved as a type of the company's own."""
    chosen = {"calendar_id": "cal", "timezone": "Europe/Berlin", "inbound_type": "visit", "direction": direction}
    return connection(phase=phase, settings=ChosenSettings.model_validate(chosen))
