"""The bench goes through all its rows and compares like with like. Seconds are its own business, never a test's."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.infrastructure import sandbox_environ
from tests.support.providers import FEATURES, PROVIDER

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.timeout(900)  # on a busy machine; two minutes on an idle one


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a quick run found, by row."""
    kept = tmp_path_factory.mktemp("bench") / "figures.json"
    environ = {**os.environ, **sandbox_environ(), "QUICK": "1", "BENCH_FIGURES": str(kept)}
    ended = subprocess.run([sys.executable, "-m", "bench"], cwd=ROOT, env=environ, capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr.decode()
    rows: dict[str, Any] = json.loads(kept.read_text())[PROVIDER]
    return {row: content["figures"] for row, content in rows.items()}


def test_every_row_has_figures_of_ours_and_of_the_floor(figures: dict[str, Any]) -> None:
    assert set(figures) == {"latency", "sync", "outbound", "mapper", "startup"}
    for row in figures.values():
        assert row
        assert all(one["ours"] is not None and one["floor"] is not None for one in row), row


def test_the_floor_makes_the_same_provider_calls_and_hops_for_a_change(figures: dict[str, Any]) -> None:
    for one in figures["latency"]:
        if one["detail"]:
            ours, floor = one["detail"]["ours"]["per_change"], one["detail"]["floor"]["per_change"]
            assert ours["provider_calls"] == pytest.approx(floor["provider_calls"], abs=0.5), one
            assert floor["messages"] >= 5, one
            assert floor["documents_written"] >= 8, one


def test_everything_arrives_on_both_sides(figures: dict[str, Any]) -> None:
    for one in figures["latency"]:
        for detail in one["detail"].values():
            assert detail["arrived"] == detail["changes"], one
    syncs = [one for one in (*figures["sync"], *figures["outbound"]) if "first sync" in one["what"]]
    assert syncs
    for one in syncs:
        ours, floor = (one["detail"][side]["arrived"] for side in ("ours", "floor"))
        assert ours == floor > 0 or ("a call" in one["what"] and ours > floor > 0), one


def test_a_push_without_a_change_is_not_told_on(figures: dict[str, Any]) -> None:
    quiet = [one["detail"]["ours"] for one in figures["sync"] if one["what"].startswith("push, nothing changed")]
    assert quiet
    for cost in quiet:
        assert set(cost["messages_by_topic"]) <= {"calendar.commands.v1"}, cost
        assert set(cost["provider_calls_by_operation"]) == FEATURES.looks, cost
