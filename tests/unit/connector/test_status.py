"""One honest status (L2): from proven reads and counts, never from attempts."""

from datetime import timedelta
from typing import Any

import pytest

from connector.domain.connection.status import Progress, progress_of, status_of
from connector.domain.model.connection_parts import Counted, MassDeleteGuard, Trouble
from tests.unit.connector.support import NOW, connection

PATIENCE = timedelta(minutes=10)
COUNTED = Counted(replay_id="r1", replayed=True, links=3, pending=0)
PROVEN: dict[str, Any] = {"counted": COUNTED, "ever_replayed": True, "last_read_at": NOW}


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"phase": "connecting"}, "connecting"),
        ({}, "initial_sync"),
        (PROVEN, "in_sync"),
        (PROVEN | {"last_read_at": NOW - timedelta(minutes=11)}, "catching_up"),
        (PROVEN | {"counted": COUNTED.model_copy(update={"pending": 1})}, "catching_up"),
        (PROVEN | {"replay_id": "r2"}, "catching_up"),
        (PROVEN | {"trouble": Trouble(kind="needs_reauth", since=NOW)}, "needs_reauth"),
        (PROVEN | {"trouble": Trouble(kind="throttled", since=NOW)}, "throttled"),
        (PROVEN | {"trouble": Trouble(kind="unreachable", since=NOW)}, "in_sync"),
        (PROVEN | {"brake": MassDeleteGuard(id="b", pass_id="p", items=())}, "needs_confirmation"),
        (PROVEN | {"phase": "stopping"}, "stopping"),
        (PROVEN | {"phase": "stopped"}, "stopped"),
    ],
)
def test_the_status_says_how_it_stands_l2(fields: dict[str, Any], status: str) -> None:
    assert status_of(connection(**fields), NOW, PATIENCE) == status


def test_an_unreachable_provider_shows_once_the_last_read_is_too_old_l2() -> None:
    away = connection(**PROVEN | {"trouble": Trouble(kind="unreachable", since=NOW)})
    assert status_of(away, NOW + timedelta(minutes=11), PATIENCE) == "catching_up"


def test_progress_is_shown_until_all_is_taken_in_l2() -> None:
    assert progress_of(connection(told=5)) == Progress(done=5, total=5)
    under_way = COUNTED.model_copy(update={"pending": 2})
    assert progress_of(connection(told=5, counted=under_way)) == Progress(done=5, total=7)
    assert progress_of(connection(**PROVEN)) is None
