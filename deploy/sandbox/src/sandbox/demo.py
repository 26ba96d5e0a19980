"""`make demo`: a short story against the running sandbox, told with what happens on both sides and how fast."""

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from sandbox.clients import Json, NeverHappenedError, eventually
from sandbox.places import FOLDER
from sandbox.stage import EMAIL, TIME_ZONE, Stage, provider_of, read_settings, stage

Tell = Callable[[str], None]
Chapter = Callable[["Story"], Awaitable[None]]


class Story:
    """What the chapters share: the people, the connection, and how to tell."""

    def __init__(self, stage: Stage, connection_id: str, tell: Tell) -> None:
        self.anna, self.calendar = stage.anna, stage.calendar
        self.connection_id, self.tell = connection_id, tell

    def step(self, crm: str, calendar: str, seconds: float) -> None:
        """Tell what both sides show, and how long the second took to follow."""
        self.tell(f"  CRM       {crm}\n  calendar  {calendar}\n  after     {seconds * 1000:.0f} ms")

    async def event_of(self, activity: Json) -> tuple[Json, float]:
        """Wait for the event of an activity."""

        async def look() -> Json | None:
            link = await self.anna.link(activity_id=activity["id"])
            return await self.calendar.event(link["event_id"]) if link and link["event_id"] else None

        return await eventually(look, awaited=f"the event of “{activity['subject']}”")

    async def activity_where(self, awaited: str, matches: Callable[[Json], bool]) -> tuple[Json, float]:
        """Wait for an activity that looks like this."""

        async def look() -> Json | None:
            return next(filter(matches, await self.anna.activities(owner_id=self.anna.user_id)), None)

        return await eventually(look, awaited=awaited)


async def activity_becomes_event(story: Story) -> None:
    """An activity is created: it becomes an event."""
    activity = await story.anna.add(**_call("Demo: call Ben"))
    event, seconds = await story.event_of(activity)
    story.step(f"created “{activity['subject']}”", f"“{event['summary']}” at {event['start']['dateTime']}", seconds)


async def event_is_moved(story: Story) -> None:
    """The event is moved in the calendar: the activity follows."""
    activity = await story.anna.add(**_call("Demo: moved in the calendar"))
    event, _ = await story.event_of(activity)
    start, end = (_hours_later(event[side]["dateTime"], 2) for side in ("start", "end"))
    await story.calendar.change(event["id"], start=start, end=end)
    moved, seconds = await story.activity_where(
        "the moved activity", lambda one: one["id"] == activity["id"] and one["due_time"] != activity["due_time"]
    )
    story.step(f"{activity['due_time']} became {moved['due_time']} UTC", "moved by two hours", seconds)


async def both_sides_edited(story: Story) -> None:
    """Both sides are edited at once: different fields merge."""
    activity = await story.anna.add(**_call("Demo: both edited"))
    event, _ = await story.event_of(activity)
    await asyncio.gather(
        story.anna.change(activity["id"], subject="Demo: title from the CRM"),
        story.calendar.change(event["id"], location="Room from the calendar"),
    )

    async def look() -> tuple[Json, Json] | None:
        crm, calendar = await story.anna.activity(activity["id"]), await story.calendar.event(event["id"])
        if not crm or not calendar:
            return None
        merged = crm["location"] == calendar.get("location") and crm["subject"] == calendar["summary"]
        return (crm, calendar) if merged and crm["location"] and "CRM" in calendar["summary"] else None

    (crm, calendar), seconds = await eventually(look, awaited="both edits on both sides")
    story.step(f"“{crm['subject']}”, {crm['location']}", f"“{calendar['summary']}”, {calendar['location']}", seconds)


async def recurring_event(story: Story) -> None:
    """A recurring event comes in as one read-only activity an occurrence."""
    before = {one["id"] for one in await story.anna.activities(owner_id=story.anna.user_id)}
    start, end = (_at(days=3, hours=hour) for hour in (8, 9))
    await story.calendar.add(summary="Demo: weekly", recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"], start=start, end=end)

    async def look() -> list[Json] | None:
        activities = await story.anna.activities(owner_id=story.anna.user_id)
        found = [one for one in activities if one["subject"] == "Demo: weekly" and one["id"] not in before]
        return found if len(found) == 3 else None

    occurrences, seconds = await eventually(look, awaited="three occurrences")
    refused = await story.anna.store.patch(f"/v1/activities/{occurrences[0]['id']}", json={"subject": "x"})
    story.step(f"{len(occurrences)} activities; an edit is refused: {refused.json()['code']}", "one series", seconds)


async def filter_changed(story: Story) -> None:
    """A type is unselected: its events leave the calendar; selected again, they are back."""
    activity = await story.anna.add(**_call("Demo: filtered") | {"type": "deadline"})
    event, _ = await story.event_of(activity)
    others = ["call", "meeting", "task", "email", "lunch"]
    await story.anna.settings(story.connection_id, outbound_types=others)

    async def gone() -> bool:
        return await story.calendar.event(event["id"]) is None

    _, seconds = await eventually(gone, awaited="the event to leave the calendar")
    story.step("type “deadline” unselected", "its event is gone", seconds)
    [why, *_] = await story.anna.explain(activity_id=activity["id"])
    story.tell(f"  explain   {why['words']} (rule {why['rule']}) {why['remedy']['words']}")
    await story.anna.settings(story.connection_id, outbound_types=[*others, "deadline"])
    _, seconds = await story.event_of(activity)
    story.step("type “deadline” selected again", "its event is back", seconds)


async def explained(story: Story) -> None:
    """Explain is asked why something is not in the calendar."""
    activity = await story.anna.add(subject="Demo: no date", type="task")

    async def look() -> list[Json] | None:
        return await story.anna.explain(activity_id=activity["id"])

    [why, *_], seconds = await eventually(look, awaited="an explanation")
    story.step(f"“{activity['subject']}”: {why['words']}", why["remedy"]["words"], seconds)


CHAPTERS: tuple[Chapter, ...] = (
    activity_becomes_event,
    event_is_moved,
    both_sides_edited,
    recurring_event,
    filter_changed,
    explained,
)


async def play(folder: Path, provider: str, tell: Tell) -> None:
    """Play all chapters against the sandbox that runs in a folder, with the calendar that it was started with."""
    async with stage(read_settings(folder), provider) as opened:
        await play_on(opened, tell)


async def play_on(opened: Stage, tell: Tell) -> None:
    """Play all chapters with the people of a stage, connected first."""
    await opened.calendar.sign_up("Anna Schmidt", TIME_ZONE)
    connection = await opened.anna.connect(EMAIL, provider=opened.provider)
    await opened.anna.in_sync(connection["id"])
    story = Story(opened, connection["id"], tell)
    for chapter in CHAPTERS:
        tell(chapter.__doc__ or "")
        await chapter(story)


def _call(subject: str) -> Json:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    return {"subject": subject, "type": "call", "due_date": tomorrow, "due_time": "13:00", "duration": "00:45"}


def _at(*, days: int, hours: int) -> Json:
    day = datetime.now(UTC).date() + timedelta(days=days)
    return {"dateTime": f"{day}T{hours:02d}:00:00", "timeZone": TIME_ZONE}


def _hours_later(moment: str, hours: int) -> Json:
    return {"dateTime": (datetime.fromisoformat(moment) + timedelta(hours=hours)).isoformat(), "timeZone": TIME_ZONE}


def main() -> int:
    """Play the story; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.demo", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="the sandbox's folder (default: %(default)s)")
    try:
        asyncio.run(play(parser.parse_args().folder, provider_of(os.environ), print))
    except FileNotFoundError:
        print("demo: no sandbox runs here; `make run` starts one", file=sys.stderr)
        return 1
    except (NeverHappenedError, httpx.HTTPError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
