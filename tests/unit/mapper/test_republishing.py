"""How a link stands is told anew where its activity shows otherwise: a broker may have forgotten it (K4)."""

from datetime import timedelta

import pytest

from contracts.activities import SyncSummary
from contracts.links import LinkStateChanged
from mapper.application.causation import Causation
from mapper.application.link_transition import LinkTransition
from tests.support.bench import NOW, linked


def shown(connection_id: str = "c1", state: str = "active", reason: str | None = None) -> SyncSummary:
    """What an activity shows of its link."""
    return SyncSummary(origin="calendar", state=state, reason=reason, connection_id=connection_id)


@pytest.mark.parametrize("sync", [None, shown(state="closed", reason="stopped"), shown("c0")], ids=str)
def test_k4_a_link_that_an_activity_does_not_show_is_told_again(sync: SyncSummary | None) -> None:
    bench = linked("calendar")
    transition = LinkTransition(bench.connection, Causation.timer(NOW), timedelta(minutes=1))
    told = transition.republished(bench.link, bench.link, sync).outbox[-1]
    fact = LinkStateChanged.model_validate_json(told.value)
    assert (fact.state, fact.connection_id) == ("active", "c1")
    assert fact.aggregate_version > bench.link.published_version


def test_k4_a_link_that_is_shown_is_told_no_more() -> None:
    bench = linked("calendar")
    transition = LinkTransition(bench.connection, Causation.timer(NOW), timedelta(minutes=1))
    assert transition.republished(bench.link, bench.link, shown()) is bench.link
    bench.set(status="stopping")
    assert transition.republished(bench.link, bench.link, shown("c2")) is bench.link, "another connection has it open"
