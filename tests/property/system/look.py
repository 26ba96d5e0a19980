"""What is to be seen of an example on both sides."""

from collections import Counter
from dataclasses import dataclass

from sandbox.clients import Json
from tests.property.system.forms import not_kept, of_activity, of_event
from tests.property.system.oracle import Content, Item
from tests.property.system.stage import Stage


@dataclass
class Seen:
    """Both sides by the key in each item's title, calendars by their owner; the activities of others apart.

    Those of series, those of private events, whose titles may be hidden, and those about the meeting.
    """

    crm: dict[str, Json]
    calendars: dict[str, dict[str, Json]]
    occurrences: list[Json]
    private: list[Json]
    meetings: list[Json]
    doubled: list[str]

    def event(self, item: Item) -> Json | None:
        """Return an item's event in its owner's calendar."""
        return self.calendars[item.owner].get(item.key)

    def sides(self, item: Item) -> tuple[Content | None, Content | None]:
        """Return the mapped fields of an item's activity and event."""
        activity, event = self.crm.get(item.key), self.event(item)
        return of_activity(activity) if activity else None, of_event(event) if event else None

    def not_kept(self, item: Item) -> str:
        """Say where an activity stands alone, and its link is not closed for good (H1)."""
        activity = self.crm.get(item.key)
        return "" if activity is None or self.event(item) else not_kept(activity)


async def look(stage: Stage) -> Seen:
    """Return both sides as they are."""
    activities = await stage.activities()
    private = [one for one in activities if _is_private(one)]
    meetings = [one for one in activities if one["subject"].startswith("m")]
    single = [one for one in activities if not one["recurring"] and one not in private and one not in meetings]
    crm = {key_of(one["subject"]): one for one in single}
    doubled, calendars = _twice([one["subject"] for one in single]), {}
    for owner, one in stage.people.items():
        events = [row for row in await one.calendar.events() if not row["summary"].startswith(("s", "p", "m"))]
        doubled += _twice([row["summary"] for row in events])
        calendars[owner] = {key_of(row["summary"]): row for row in events}
    return Seen(crm, calendars, [one for one in activities if one["recurring"]], private, meetings, doubled)


def _is_private(activity: Json) -> bool:
    return str(activity["subject"]).startswith(("p", "Private"))


def key_of(title: str) -> str:
    """Return the key of the item that has a title."""
    return title.partition(":")[0]


def _twice(titles: list[str]) -> list[str]:
    return [key for key, times in Counter(map(key_of, titles)).items() if times > 1]
