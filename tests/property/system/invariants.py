"""What must hold after every example, beside the oracle's word on the items: Quiet, One, Untouched, Alone."""

from collections import Counter
from datetime import timedelta

from sandbox.clients import Json
from tests.property.system.forms import lasting, of_activity, of_event, on_calendar
from tests.property.system.look import look
from tests.property.system.neighbour import Neighbour
from tests.property.system.play import Play
from tests.property.system.stage import Stage
from tests.support.providers import FEATURES
from tests.support.waiting import wait_until

ROUNDS = 3
CALM_LOOKS = 5


async def quiet(stage: Stage) -> None:
    """Idle rounds write nothing at the provider and nothing in the CRM (invariant 1)."""
    before = await _calm(stage)
    for number in range(ROUNDS):
        await stage.resync()
        after = await _calm(stage)
        assert after == before, f"idle round {number + 1} was not quiet: {_differences(before, after)}"


async def _fingerprint(stage: Stage) -> Json:
    activities = [*await stage.activities(), *await stage.activities_of(stage.team)]
    return {
        "writes": [(row["operation"], row["path"], row["body"]) for row in await stage.writes()],
        "activities": {one["id"]: one["version"] for one in activities},
        "links": {
            one["id"]: (one["state"], one["reason"]) for world in stage.everyone for one in await stage.links(world)
        },
    }


async def _calm(stage: Stage) -> Json:
    """Return what is there once several looks in a row show the same."""
    seen: list[Json] = []

    async def calm() -> bool:
        seen.append(await _fingerprint(stage))
        return len(seen) > CALM_LOOKS and all(one == seen[-1] for one in seen[-CALM_LOOKS:])

    await wait_until(calm, awaited="the system to be calm", timeout=30, every=0.15)
    return seen[-1]


def _differences(before: Json, after: Json) -> Json:
    fresh = after["writes"][len(before["writes"]) :]
    changed = {
        name: {k: (before[name].get(k), v) for k, v in after[name].items() if before[name].get(k) != v}
        for name in ("activities", "links")
    }
    return {"writes": fresh, **changed}


async def one_to_one(play: Play) -> None:
    """Active links pair one activity with one event (invariant 3), equal in the mapped fields (invariant 2)."""
    seen = await look(play.stage)
    activities = {one["id"]: one for one in seen.crm.values()}
    for owner, world in play.stage.people.items():
        links = [one for one in await play.stage.links(world) if one["state"] == "active"]
        _paired_once(links)
        _equal(links, activities, {one["id"]: one for one in seen.calendars[owner].values()})


def _paired_once(links: list[Json]) -> None:
    for side in ("activity_id", "event_id"):
        doubled = [key for key, times in Counter(one[side] for one in links).items() if key and times > 1]
        assert not doubled, f"{side} in several links: {doubled}"


def _equal(links: list[Json], activities: dict[str, Json], events: dict[str, Json]) -> None:
    for link in links:
        activity, event = activities.get(link["activity_id"]), events.get(link["event_id"])
        if link["reason"] is None and activity and event:
            assert of_activity(activity) == of_event(event), f"link {link} is not equal"


class Foreign:
    """An event that is never linked, as it was over before the connection came: nobody may touch it (invariant 5)."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._event: Json = {}

    async def create(self) -> None:
        """Put it into the calendar."""
        times = on_calendar(*lasting(self._stage.clock.now() - timedelta(days=3)))
        self._event = await self._stage.world.calendar.add(summary="x1: over", colorId="7", **times)

    async def untouched(self) -> None:
        """Check that it is byte for byte what it was, but for what the provider does to it."""
        assert FEATURES.still(await self._stage.raw(self._event["id"])) == FEATURES.still(self._event)


async def alone(neighbour: Neighbour, play: Play) -> None:
    """Check that a fresh item still syncs while the neighbour is revoked (invariant 6)."""
    assert await neighbour.needs_reauth(), "the neighbour is well again"
    item = await play.create(0, "crm")
    await play.meet(item, "calendar")
