"""How long an edit takes is counted from the person's edit to the answer that it is written, once."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

from contracts.activity_outcomes import ActivityCommandSettled
from contracts.calendar_events import EventChanged
from mapper.application.causation import Causation
from mapper.application.link_transition import LinkTransition
from mapper.application.sync_latency import edit_of_event, observe_latency
from mapper.domain.model.pending import PendingCommand
from tests.support.bench import NOW, Bench, linked

EXAMPLES = Path(__file__).parents[3] / "contracts" / "examples"


def example(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EXAMPLES / name).read_text())
    return found


def noted() -> tuple[float, float]:
    """Return how many edits were noted, and how many seconds they took together."""
    labels = {"direction": "to_crm", "provider": "unknown"}
    values = (REGISTRY.get_sample_value(f"tandem_sync_seconds_{one}", labels) for one in ("count", "sum"))
    count, total = (value or 0 for value in values)
    return count, total


def pending(bench: Bench) -> PendingCommand:
    bench.cal(summary="Edited")
    [one] = bench.link.pending
    return one.model_copy(update={"edited_at": NOW - timedelta(seconds=7)})


@pytest.mark.parametrize(("outcome", "more"), [("applied", 1), ("unchanged", 0), ("stale", 0), ("refused", 0)])
def test_an_edit_is_noted_when_it_is_written_and_not_otherwise(outcome: str, more: int) -> None:
    bench = linked("calendar")
    body = example("activity.outcomes.v1/applied.json") | {"occurred_at": NOW.isoformat(), "outcome": outcome}
    answered, before = pending(bench), noted()
    observe_latency(bench.connection, answered, ActivityCommandSettled.model_validate(body))
    after = noted()
    assert after[0] - before[0] == more
    assert after[1] - before[1] == pytest.approx(7 * more)


def test_what_is_tried_anew_carries_the_same_edit_over() -> None:
    bench = linked("calendar")
    transition = LinkTransition(bench.connection, Causation.timer(NOW), timedelta(minutes=1))
    assert transition.following(pending(bench)).causation.edited_at == NOW - timedelta(seconds=7)
    assert transition.following(None).causation.edited_at is None


@pytest.mark.parametrize(("age", "is_edit"), [(timedelta(hours=1), True), (timedelta(days=2), False)])
def test_an_event_that_came_in_with_the_horizon_is_no_edit(age: timedelta, is_edit: bool) -> None:
    message = EventChanged.model_validate(example("calendar.events.v1/changed.json") | {"occurred_at": NOW.isoformat()})
    old = message.model_copy(update={"event": message.event.model_copy(update={"updated": NOW - age})})
    assert (edit_of_event(old) is not None) == is_edit
