"""The note of a write under way: it tells a first try from one that may have arrived before."""

from datetime import timedelta

from connector.domain.model.connection import Connection
from connector.domain.model.connection_parts import InFlight
from connector.domain.writing.write_attempts import begun
from tests.unit.connector.support import NOW, connection

PUT = InFlight(command_id="c1", kind="put", event_id="e1", started_at=NOW)


def test_a_first_try_is_sure() -> None:
    assert begun(connection(), PUT).writes == (PUT,)
    assert not PUT.unsure


def test_a_command_that_comes_again_is_unsure_and_keeps_the_time_of_its_first_try() -> None:
    later = PUT.model_copy(update={"started_at": NOW + timedelta(minutes=1)})
    [again] = begun(begun(connection(), PUT), later).writes
    assert (again.unsure, again.started_at) == (True, NOW)


def test_another_command_is_noted_beside_it() -> None:
    other = PUT.model_copy(update={"command_id": "c2", "started_at": NOW + timedelta(minutes=1)})
    both = begun(begun(connection(), PUT), other)
    assert both.writes == (PUT, other)
    assert both.without_notes({"c1"}).writes == (other,)


def test_a_note_whose_command_nobody_sends_any_more_is_dropped_after_a_day() -> None:
    other = PUT.model_copy(update={"command_id": "c2", "started_at": NOW + timedelta(hours=25)})
    assert begun(begun(connection(), PUT), other).writes == (other,)


def test_the_note_of_the_build_before_which_knew_one_write_at_a_time_is_taken_over() -> None:
    stored = connection().model_dump() | {"in_flight": PUT.model_dump()}
    del stored["writes"]
    read = Connection.model_validate(stored)
    assert read.writes == (PUT,)
    assert "in_flight" not in read.model_dump()
