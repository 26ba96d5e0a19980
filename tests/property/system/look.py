"""What is to be seen of an example on both sides."""

from collections import Counter
from dataclasses import dataclass

from sandbox.clients import Json
from tests.property.system.forms import of_activity, of_event
from tests.property.system.oracle import Content, Item
from tests.property.system.stage import Stage


@dataclass
class Seen:
    """Both sides by the key in each item's title, calendars by their owner, the activities of series apart."""

    crm: dict[str, Json]
    calendars: dict[str, dict[str, Json]]
    occurrences: list[Json]
    doubled: list[str]

    def event(self, item: Item) -> Json | None:
        """Return an item's event in its owner's calendar."""
        return self.calendars[item.owner].get(item.key)

    def sides(self, item: Item) -> tuple[Content | None, Content | None]:
        """Return the mapped fields of an item's activity and event."""
        activity, event = self.crm.get(item.key), self.event(item)
        return of_activity(activity) if activity else None, of_event(event) if event else None


async def look(stage: Stage) -> Seen:
    """Return both sides as they are."""
    activities = await stage.activities()
    titles = [one["subject"] for one in activities if not one["recurring"]]
    crm = {key_of(one["subject"]): one for one in activities if not one["recurring"]}
    doubled, calendars = _twice(titles), {}
    for owner, one in stage.people.items():
        events = [row for row in await one.calendar.events() if not row["summary"].startswith("s")]
        doubled += _twice([row["summary"] for row in events])
        calendars[owner] = {key_of(row["summary"]): row for row in events}
    return Seen(crm, calendars, [one for one in activities if one["recurring"]], doubled)


def key_of(title: str) -> str:
    """Return the key of the item that has a title."""
    return title.partition(":")[0]


def _twice(titles: list[str]) -> list[str]:
    return [key for key, times in Counter(map(key_of, titles)).items() if times > 1]
