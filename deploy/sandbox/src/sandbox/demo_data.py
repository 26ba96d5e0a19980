"""What a fresh sandbox shows: a salesperson with people and deals, a calendar, and the two connected.

Safe to repeat: what is there already is left alone.
"""

import asyncio
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sandbox.clients import Json
from sandbox.console import Say
from sandbox.ics.errors import Refused
from sandbox.ics.loading import load
from sandbox.ics.put_in import PutIn
from sandbox.ics.reading import read
from sandbox.stage import EMAIL, SALESPERSON, TIME_ZONE, Stage

_PEOPLE = (("11", "Ben Weber", "ben@example.org"), ("12", "Carla Rossi", "carla@example.net"))

_HORIZON_DAYS = 179


async def play(stage: Stage, say: Say, ics: Path | None, put_in: PutIn) -> None:
    """Fill the sandbox, connect the calendar, and tell when both sides are equal."""
    await _people(stage)
    await stage.calendar.sign_up("Anna Schmidt", TIME_ZONE)
    if ics is not None:
        await _calendar_file(stage, say, ics, put_in)
    elif not await stage.calendar.events():
        await _calendar(stage)
    if not await stage.anna.activities(owner_id=SALESPERSON):
        await _activities(stage)
    connection = await stage.anna.connect(EMAIL, provider=stage.provider)
    if connection["provider"] != stage.provider:
        say("demo", f"{EMAIL} keeps her {connection['provider']} calendar; `make clean` first for another")
        return
    say("demo", f"{EMAIL} is connected ({connection['status']})")
    seconds = await stage.anna.in_sync(connection["id"])
    seconds += await stage.anna.has_heard_of(connection["id"], _soon(await stage.calendar.events()))
    await _tell(stage, say, seconds)


async def _tell(stage: Stage, say: Say, seconds: float) -> None:
    activities, events = await stage.anna.activities(owner_id=SALESPERSON), await stage.calendar.events()
    say("demo", f"in sync after {seconds:.1f} s: {len(activities)} activities, {len(events)} events and series")


async def _people(stage: Stage) -> None:
    anna = {"name": "Anna Schmidt", "email": EMAIL, "tz": TIME_ZONE}
    await stage.admin.store.put(f"/v1/users/{SALESPERSON}", json=anna)
    for person_id, name, email in _PEOPLE:
        person = {"name": name, "emails": [email], "visible_to": "everyone"}
        await stage.admin.store.put(f"/v1/linked-items/person/{person_id}", json=person)
    deal = {"name": "Acme renewal", "value": 12000, "currency": "EUR", "visible_to": "everyone"}
    await stage.admin.store.put("/v1/linked-items/deal/21", json=deal)


async def _activities(stage: Stage) -> None:
    tomorrow = _in_days(1)
    await stage.anna.add(
        subject="Call Ben about the renewal", type="call", due_date=tomorrow, due_time="09:30", duration="00:30",
        deal_id="21", person_id="11", timezone=TIME_ZONE,
    )  # fmt: skip
    await stage.anna.add(subject="Send the offer", type="task", due_date=_in_days(2), timezone=TIME_ZONE)


async def _calendar(stage: Stage) -> None:
    await stage.calendar.add(
        summary="Lunch with Carla", location="Piazza", attendees=[{"email": "carla@example.net"}], **_timed(1, 12, 60)
    )
    await stage.calendar.add(summary="Team meeting", recurrence=["RRULE:FREQ=WEEKLY;COUNT=6"], **_timed(2, 10, 45))
    await stage.calendar.add(summary="Trade fair", start={"date": _in_days(5)}, end={"date": _in_days(7)})


async def _calendar_file(stage: Stage, say: Say, ics: Path, put_in: PutIn) -> None:
    data = await asyncio.to_thread(ics.read_bytes)
    if put_in.knows(stage.provider, data) and await stage.calendar.events():
        say("demo", f"{ics.name} is in the calendar already; `make clean` first to put it in anew")
        return
    tomorrow = datetime.now(ZoneInfo(TIME_ZONE)).date() + timedelta(days=1)  # what begins today may be over by now
    drafts = read(data, begin=tomorrow, zone=TIME_ZONE)
    loaded = await load(stage.calendar.simulator, EMAIL, drafts)
    put_in.note(stage.provider, data)
    say("demo", f"{ics.name}: {loaded.events} events and series are in the calendar")
    for refused in loaded.refused:
        say("demo", f"{ics.name}: {_named(refused)} was left out: {refused.reason}")


def _named(refused: Refused) -> str:
    return f"“{refused.title}”" if refused.title else "an event without a title"


def _soon(events: Iterable[Json]) -> list[str]:
    """Return the ids of the events and series that begin within the horizon (D5), which the sync will have heard of."""
    first, last = _day(1).isoformat(), _day(_HORIZON_DAYS).isoformat()
    starts = {one["id"]: one["start"] for one in events if "recurringEventId" not in one}
    return [name for name, start in starts.items() if first < (start.get("dateTime") or start["date"])[:10] < last]


def _in_days(days: int) -> str:
    return _day(days).isoformat()


def _day(days: int) -> date:
    return datetime.now(UTC).date() + timedelta(days=days)


def _timed(days: int, hour: int, minutes: int) -> Json:
    start = datetime.combine(_day(days), datetime.min.time()) + timedelta(hours=hour)
    end = start + timedelta(minutes=minutes)
    return {
        "start": {"dateTime": start.isoformat(), "timeZone": TIME_ZONE},
        "end": {"dateTime": end.isoformat(), "timeZone": TIME_ZONE},
    }
