"""Real calendar files, many of them odd on purpose: each syncs or is quarantined with a reason (E3, L1)."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connector.adapters.providers.instances import instance_id
from connector.domain.series.recurrence import original_start
from sandbox.clients import Json
from sandbox.ics.errors import Refused
from sandbox.ics.loading import load
from sandbox.ics.reading import read
from tests.support.stories import World
from tests.support.waiting import wait_until

FILES = Path(__file__).parents[3] / "shared" / "data" / "ics"
WITHIN = 120.0
_ZONE = "Europe/Berlin"


@pytest.mark.timeout(400)
async def test_every_file_syncs_or_is_quarantined_with_a_reason(synced: World) -> None:
    if not FILES.is_dir():
        pytest.skip(f"no calendar files at {FILES}")
    refused: list[Refused] = []
    for file in sorted(FILES.glob("*.ics")):
        drafts = read(file.read_bytes(), begin=datetime.now(ZoneInfo(_ZONE)).date(), zone=_ZONE)
        refused += (await load(synced.calendar.simulator, synced.calendar.email, drafts)).refused
    assert all(one.reason for one in refused)
    events = await synced.calendar.events()
    assert len(events) > 200

    silent = {told_as(event): event for event in events}

    async def all_answered() -> bool:
        linked = await linked_events(synced)
        for event_id in list(silent):
            if event_id in linked or await explained(synced, event_id):
                del silent[event_id]
        first = [(one.get("summary"), one.get("recurrence"), one["start"]) for one in silent.values()][:5]
        assert not silent, f"{len(silent)} without an answer, such as {first}"
        return True

    await wait_until(all_answered, awaited="an answer for every event", timeout=WITHIN, every=1)


def told_as(event: Json) -> str:
    """Return the id by which an event is known to us: a changed occurrence's is made of its series and its place."""
    if "recurringEventId" not in event:
        return str(event["id"])
    place: Json = event["originalStartTime"]
    if "date" in place:
        return instance_id(event["recurringEventId"], place["date"])
    return instance_id(event["recurringEventId"], original_start(datetime.fromisoformat(place["dateTime"])))


async def linked_events(world: World) -> set[str]:
    """Return the ids of all linked events, and of the series of linked occurrences."""
    linked: set[str] = set()
    query: dict[str, str] = {"connection_id": world.connection_id, "limit": "500"}
    while True:
        page = (await world.sales.mapper.get("/v1/links", params=query)).json()
        linked |= {part for link in page["items"] for part in (link["event_id"], link["event_id"].rsplit("_", 1)[0])}
        if page["next_cursor"] is None:
            return linked
        query["cursor"] = page["next_cursor"]


async def explained(world: World, event_id: str) -> bool:
    """Tell whether there is a decision on an event, with its reason."""
    return any(one["words"] for one in await world.sales.explain(event_id=event_id))
