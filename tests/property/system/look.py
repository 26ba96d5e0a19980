"""What is to be seen of an example on both sides."""

from dataclasses import dataclass

from sandbox.clients import Json
from tests.property.system.forms import of_activity, of_event
from tests.property.system.oracle import Content, Item
from tests.property.system.stage import Stage


@dataclass
class Seen:
    """Both sides by the key in each item's title, the activities of series apart."""

    crm: dict[str, Json]
    calendar: dict[str, Json]
    occurrences: list[Json]
    doubled: list[str]

    def sides(self, item: Item) -> tuple[Content | None, Content | None]:
        """Return the mapped fields of an item's activity and event."""
        activity, event = self.crm.get(item.key), self.calendar.get(item.key)
        return of_activity(activity) if activity else None, of_event(event) if event else None


async def look(stage: Stage) -> Seen:
    """Return both sides as they are."""
    activities = await stage.world.sales.activities(owner_id="7")
    events = [row for row in await stage.world.calendar.events() if "recurringEventId" not in row]
    single = [one for one in activities if not one["recurring"]]
    crm = {_key(one["subject"]): one for one in single}
    calendar = {_key(one["summary"]): one for one in events if not one["summary"].startswith("s")}
    titles = [_key(one["subject"]) for one in single]
    names = [_key(one["summary"]) for one in events if _key(one["summary"]) in calendar]
    doubled = [key for keys in (titles, names) for key in set(keys) if keys.count(key) > 1]
    return Seen(crm, calendar, [one for one in activities if one["recurring"]], doubled)


def _key(title: str) -> str:
    return title.partition(":")[0]
