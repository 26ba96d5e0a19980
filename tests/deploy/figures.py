"""What became of all that was done under load: lost, doubled, failed, and how long it took."""

import re
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.clients import Json
from tests.deploy.disturbances import Step
from tests.deploy.load import Request
from tests.deploy.people import Worker
from tests.support.waiting import wait_until

_ITEM = re.compile(r"worker\d+-(?:in|out)-\d+\.")
_SYNCED_SECONDS = 120.0


@dataclass
class Sides:
    """What both sides hold of what was made: how often each item is there, and since when (seconds since 1970)."""

    crm: Counter[str] = field(default_factory=Counter)
    calendar: Counter[str] = field(default_factory=Counter)
    arrived: dict[str, float] = field(default_factory=dict)

    def missing(self, wanted: Iterable[str]) -> list[str]:
        """Return the items that are not on both sides."""
        return [one for one in wanted if not self.crm[one] or not self.calendar[one]]

    @property
    def doubled(self) -> list[str]:
        """Return the items that are more than once on a side."""
        return [one for one, count in (self.crm | self.calendar).items() if count > 1]


async def sides(team: Sequence[Worker]) -> Sides:
    """Read both sides."""
    found = Sides()
    for one in team:
        for activity in await one.crm.activities(owner_id=one.crm.user_id):
            _note(found, found.crm, activity["subject"], "in", activity["add_time"])
        for event in await one.calendar.events():
            _note(found, found.calendar, event.get("summary", ""), "out", event["updated"])
    return found


def _note(found: Sides, side: Counter[str], title: str, way: str, moment: str) -> None:
    if item := _ITEM.search(title):
        side[item[0]] += 1
        if f"-{way}-" in item[0]:
            found.arrived[item[0]] = datetime.fromisoformat(moment).timestamp()


async def synced(team: Sequence[Worker], made: Sequence[str]) -> Sides:
    """Return both sides once all that was made is there, or as they are when it does not come."""
    last = Sides()

    async def look() -> bool:
        nonlocal last
        last = await sides(team)
        return not last.missing(made)

    try:
        await wait_until(look, awaited="both sides to hold everything", timeout=_SYNCED_SECONDS, every=2)
    except AssertionError:
        return last
    return last


def latencies(requests: Iterable[Request], found: Sides, way: str) -> list[float]:
    """Return how long items took to the other side, in seconds."""
    made = (one for one in requests if f"-{way}-" in one.item)
    return [max(0.0, found.arrived[one.item] - one.at) for one in made if one.item in found.arrived]


def table(steps: Sequence[Step], requests: Sequence[Request], found: Sides) -> Iterator[str]:
    """Return a line for each step: requests, failures, and the seconds from one side to the other."""
    yield f"  {'':34}{'s':>5}{'requests':>10}{'failed':>8}{'2nd try':>9}{'slowest':>9}  out p50 / max     in p50 / max"
    for step in steps:
        of_step = [one for one in requests if step.began <= one.at < step.ended]
        failed, repeated = sum(one.failed for one in of_step), sum(one.repeated for one in of_step)
        slowest = max((one.seconds for one in of_step), default=0)
        ways = "  ".join(_spread(latencies(of_step, found, way)) for way in ("out", "in"))
        counts = f"{step.ended - step.began:5.0f}{len(of_step):10}{failed:8}{repeated:9}"
        yield f"  {step.name:34}{counts}{slowest:8.2f}s  {ways}"


def _spread(seconds: Sequence[float]) -> str:
    return f"{statistics.median(seconds):6.2f} / {max(seconds):5.2f} s" if seconds else f"{'-':>16}"


def problems(requests: Sequence[Request], found: Sides, steps: Sequence[Step]) -> list[str]:
    """Return what must not be."""
    made = [one.item for one in requests if one.item and not one.failed]
    failed = [one for one in requests if one.failed]
    unkind = [step for step in steps if "killed" in step.name]
    repeated = [
        one for one in requests if one.repeated and not any(step.began <= one.at < step.ended for step in unkind)
    ]
    told: dict[str, Sequence[object]] = {
        "lost": found.missing(made),
        "doubled": found.doubled,
        "failed": failed,
        "needed a second try": repeated,
    }
    return [f"{len(which)} {what}: {which[:3]}" for what, which in told.items() if which]


def started(pods: Iterable[Json]) -> dict[str, float]:
    """Return how many seconds each pod took from its container's start to being ready."""
    found = {}
    for pod in pods:
        states = [one["state"].get("running") for one in pod["status"].get("containerStatuses", [])]
        ready = [one for one in pod["status"]["conditions"] if one["type"] == "Ready" and one["status"] == "True"]
        if all(states) and ready:
            begin = min(datetime.fromisoformat(one["startedAt"]) for one in states)
            moment = datetime.fromisoformat(ready[0]["lastTransitionTime"])
            found[pod["metadata"]["name"]] = (moment - begin).total_seconds()
    return found
