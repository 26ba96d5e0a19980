"""What the answer to a command of ours tells as well, the change that it made need not tell; all else is taken in."""

from typing import Any

import pytest

from contracts.activities import ActivityUpdated
from contracts.activity_outcomes import ActivityReplayed
from mapper.domain.rules.incoming import is_known
from tests.support.bench import NOW, Bench, linked


def message(bench: Bench, **changes: Any) -> dict[str, Any]:
    """Return what a change of the bench's activity says, made by a command of the sync."""
    assert bench.activity
    return {
        "id": "m",
        "occurred_at": NOW,
        "company_id": bench.connection.company_id,
        "aggregate_version": bench.activity.version,
        "correlation_id": "c",
        "causation_id": None,
        "cause": "sync",
        "command_id": "command",
        "activity": bench.activity,
        **changes,
    }


def test_a_version_that_a_link_knows_already_is_known() -> None:
    bench = linked("calendar")
    assert is_known(bench.link, bench.connection, ActivityUpdated(**message(bench)))


def test_a_change_by_a_command_under_way_is_known_before_its_answer() -> None:
    bench = linked("calendar")
    bench.cal(summary="Moved")
    [pending] = bench.link.pending
    assert bench.activity
    newer = bench.activity.model_copy(update={"version": bench.activity.version + 1})
    fact = message(bench, activity=newer, command_id=pending.command.command_id)
    assert is_known(bench.link, bench.connection, ActivityUpdated(**fact))
    assert not is_known(bench.link, bench.connection, ActivityUpdated(**fact | {"command_id": "another"}))


@pytest.mark.parametrize("change", [{"command_id": None, "cause": "api"}, {"activity": {"external_ref": None}}])
def test_what_people_change_is_not_known(change: dict[str, Any]) -> None:
    bench = linked("calendar")
    fact = message(bench)
    if isinstance(change.get("activity"), dict):
        change = {"activity": fact["activity"].model_copy(update=change["activity"])}
    assert not is_known(bench.link, bench.connection, ActivityUpdated(**fact | change))


def test_a_replay_and_another_connection_are_told_everything() -> None:
    bench = linked("calendar")
    fact = message(bench, connection_id=bench.connection.id, replay_id="r")
    assert not is_known(bench.link, bench.connection, ActivityReplayed(**fact))
    other = bench.connection.model_copy(update={"id": "another"})
    assert not is_known(bench.link, other, ActivityUpdated(**message(bench)))
