"""Every query of every dashboard is answered by a real Prometheus that scrapes the running sandbox."""

import importlib.util
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.prometheus import ROOT, Prometheus, alert_rules, prometheus, targets_of
from tests.support.stories import World, call, timed
from tests.support.waiting import wait_until

pytestmark = pytest.mark.timeout(240)


def queries() -> dict[str, str]:
    """Return the queries of all dashboards, by dashboard, panel and legend."""
    spec = importlib.util.spec_from_file_location("dashboards", ROOT / "deploy" / "k8s" / "dashboards.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {
        f"{name}: {panel['title']}: {target['legendFormat']}": target["expr"]
        for name, board in module.dashboards().items()
        for panel in board["panels"]
        for target in panel["targets"]
    }


@pytest.fixture
async def watch(folder: Path, tmp_path: Path) -> AsyncIterator[Prometheus]:
    """A Prometheus that scrapes the sandbox by the deployed rules."""
    with prometheus(tmp_path, targets_of(folder), alert_rules(), every="1s") as url:
        async with Prometheus(url) as opened:
            yield opened


async def both_ways(world: World) -> None:
    """Have something to show: an edit in each direction."""
    activity = await world.activity_of(await world.calendar.add(summary="Visit", **timed()))
    event = await world.event_of(await world.sales.add(**call()))
    await world.sales.change(activity["id"], subject="Their visit")
    await world.calendar.change(event["id"], summary="Call her")
    await world.linked(activity["id"])


async def test_every_query_of_every_dashboard_is_answered(synced: World, watch: Prometheus) -> None:
    await both_ways(synced)
    left: dict[str, Any] = queries()
    assert len(left) > 50

    async def answered() -> bool:
        for panel, query in list(left.items()):
            if await watch.query(query):
                del left[panel]
        assert not left, left
        return True

    await wait_until(answered, awaited="all panels to show something", timeout=60, every=1)
    assert await watch.query("count(up == 0)") == []
