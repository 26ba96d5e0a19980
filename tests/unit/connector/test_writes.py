"""The note of a write under way: it tells a first try from one that may have arrived before."""

from datetime import timedelta

from connector.domain.model.connection_parts import InFlight
from connector.domain.writing.write_attempts import begun
from tests.unit.connector.support import NOW, connection

PUT = InFlight(command_id="c1", kind="put", event_id="e1", started_at=NOW)


def test_a_first_try_is_sure() -> None:
    assert begun(connection(), PUT).in_flight == PUT
    assert not PUT.unsure


def test_a_command_that_comes_again_is_unsure_and_keeps_the_time_of_its_first_try() -> None:
    later = PUT.model_copy(update={"started_at": NOW + timedelta(minutes=1)})
    again = begun(begun(connection(), PUT), later).in_flight
    assert again
    assert (again.unsure, again.started_at) == (True, NOW)


def test_another_command_begins_anew() -> None:
    other = PUT.model_copy(update={"command_id": "c2", "started_at": NOW + timedelta(minutes=1)})
    assert begun(begun(connection(), PUT), other).in_flight == other
