"""The simulation of the scheduler plays its story with the product's own decisions."""

from collections import Counter
from dataclasses import replace

from tests.load.scale.inputs import scaled
from tests.load.scale.story import Story


def test_the_story_plays_with_the_products_own_decisions() -> None:
    result = Story(replace(scaled(400), scheduler_seconds=5.0)).play()
    names = [phase["phase"] for phase in result["phases"]]
    assert names[1:3] == ["Google down", "Google back"]
    by_name = {phase["phase"]: phase for phase in result["phases"]}
    calls = Counter({name: phase["calls"].get("google ok", {}).get("mean", 0) for name, phase in by_name.items()})
    assert calls["Google down"] == 0
    assert calls["Google back"] > 0
    assert by_name["Google down"]["calls"]["graph ok"]["mean"] > 0
    last = by_name["wave of daily work"]["late"]
    assert "retry" not in last, "what the outage parked was not gone on with"
    assert last["poll"]["count"] > 0
