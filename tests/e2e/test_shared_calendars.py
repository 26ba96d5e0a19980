"""Two colleagues who sync one team calendar: an event is one's alone, whoever reads it (A10, G1, invariant 3)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from sandbox.clients import CalendarPerson, Json, calendar_person, succeeded
from tests.support.providers import PROVIDER
from tests.support.stories import WITHIN, World, call, in_sync, timed, world
from tests.support.waiting import wait_until

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.skipif(PROVIDER == "exchange", reason="of Exchange only one's own calendars are offered"),
]
SECRET = "do not tell"


@dataclass(frozen=True)
class Team:
    """User 7, whose calendar it is, user 8, and a third who writes in it and has no connection."""

    seven: World
    eight: World
    third: CalendarPerson

    async def subjects(self) -> list[str]:
        """Return the subjects of all activities of the company, whoever owns them."""
        mine, theirs = await self.seven.sales.activities(owner_id="7"), await self.eight.sales.activities(owner_id="8")
        return sorted(one["subject"] for one in [*mine, *theirs])

    async def becomes(self, *subjects: str) -> None:
        """Wait until the company has exactly these activities."""

        async def look() -> bool:
            found = await self.subjects()
            assert found == sorted(subjects), found
            return True

        await wait_until(look, awaited=f"the activities {subjects}", timeout=WITHIN)

    async def is_skipped(self, one: World, event: Json) -> Json:
        """Wait until explain tells a colleague that an event is not his."""

        async def look() -> Json:
            event_id = await own_id(one, event)
            found = await one.sales.explain(connection_id=one.connection_id, event_id=event_id)
            assert found, "nothing is told yet"
            assert (found[0]["outcome"], found[0]["rule"], found[0]["reason"]) == ("skipped", "A10", "colleagues_event")
            return found[0]

        return await wait_until(look, awaited="colleagues_event", timeout=WITHIN)


async def own_id(one: World, event: Json) -> str:
    """Return a user's own id of an event: at Microsoft another for each who sees the calendar."""
    if PROVIDER == "google":
        return str(event["id"])
    http, who = one.calendar.simulator, one.calendar
    token = succeeded(await http.post(f"/control/accounts/{who.email}/tokens", json={}))["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Prefer": 'IdType="ImmutableId"'}
    path = f"/v1.0/me/calendars/{who.calendar_id}/events"
    rows = succeeded(await http.get(path, headers=headers, params={"$top": 100}))["value"]
    return str(next(row["id"] for row in rows if row["iCalUId"] == event["iCalUID"]))


async def _joined(one: World, calendar: CalendarPerson) -> World:
    """Connect a user to a calendar of his list."""
    chosen = {"provider": PROVIDER, "calendar_id": calendar.calendar_id}
    connection = await one.sales.connect(calendar.email, **chosen)
    await in_sync(one.sales, connection["id"])
    return replace(one, calendar=calendar, connection_id=connection["id"])


@asynccontextmanager
async def team(folder: Path, unique: str) -> AsyncIterator[Team]:
    """Open a company in which 7 has shared a calendar with 8 and a third; 7 and 8 sync it."""
    async with world(folder, unique) as seven, seven.way.salesperson("8", unique, "regular") as sales:
        calendar = await seven.calendar.with_calendar("Team")
        others = []
        for name in ("eight", "third"):
            person = calendar_person(PROVIDER, seven.calendar.simulator, f"{name}-{seven.calendar.email}")
            await person.sign_up(name, "Europe/Berlin")
            others.append(await person.with_calendar("Team", role="writer", shared=calendar.calendar_id))
        user = {"name": "Eight", "email": others[0].email, "tz": "Europe/Berlin"}
        succeeded(await seven.admin.store.put("/v1/users/8", json=user))
        eight = replace(seven, sales=sales)
        yield Team(await _joined(seven, calendar), await _joined(eight, others[0]), others[1])


async def test_a10_g1_an_event_from_the_crm_is_its_owners_and_shows_nobody_what_he_may_not_see(
    folder: Path, unique: str
) -> None:
    async with team(folder, unique) as they:
        seven, eight = they.seven, they.eight
        deal = {"name": "Secret deal", "visible_to": "owner", "owner_id": "7"}
        succeeded(await seven.admin.store.put("/v1/linked-items/deal/d1", json=deal))
        activity = await seven.sales.add(**call("Call Ben", deal_id="d1", public_description=SECRET))
        event = await seven.event_of(activity)
        assert SECRET not in str(await they.is_skipped(eight, event))
        async with seven.way.salesperson("9", unique, "regular") as nine:
            assert await nine.activities() == []
        assert await eight.sales.activities() == []

        await eight.calendar.change(event["id"], summary="Renamed in the calendar")
        await seven.activity_becomes(activity["id"], subject="Renamed in the calendar", public_description=SECRET)
        await seven.sales.change(activity["id"], subject="Renamed in the CRM")
        await seven.event_becomes(event["id"], summary="Renamed in the CRM")
        await they.becomes("Renamed in the CRM")
        await eight.calendar.delete(event["id"])
        await seven.activity_goes(activity["id"])
        await they.becomes()


async def test_a10_an_event_of_the_calendar_is_its_makers_or_its_owners(folder: Path, unique: str) -> None:
    async with team(folder, unique) as they:
        seven, eight = they.seven, they.eight
        by_seven = await seven.calendar.add(summary="By seven", **timed(at="09:00"))
        by_eight = await eight.calendar.add(summary="By eight", **timed(at="11:00"))
        by_third = await they.third.add(summary="By a third", **timed(at="13:00"))
        weekly = {"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=2"]}
        await eight.calendar.add(summary="Weekly", **timed(ahead=2) | weekly)
        await they.becomes("By seven", "By eight", "By a third", "Weekly", "Weekly")
        # Microsoft takes the calendar's owner for the organizer of all that is made in it, and names no creator.
        names_creators = PROVIDER == "google"
        maker, other = (eight, seven) if names_creators else (seven, eight)
        for event, owner, colleague in (
            (by_seven, seven, eight),
            (by_eight, maker, other),
            (by_third, seven, eight),
        ):
            assert (await owner.activity_of(event))["owner_id"] == owner.sales.user_id
            await they.is_skipped(colleague, event)

        activity = await maker.activity_of(by_eight)
        await maker.sales.change(activity["id"], location="Room 1")
        await seven.event_becomes(by_eight["id"], location="Room 1")
        await seven.calendar.delete(by_eight["id"])
        await maker.activity_goes(activity["id"])
        await they.becomes("By seven", "By a third", "Weekly", "Weekly")


async def test_a10_who_joins_takes_nothing_over_and_who_stays_takes_on_what_is_left(folder: Path, unique: str) -> None:
    async with team(folder, unique) as they:
        seven, eight = they.seven, they.eight
        event = await seven.calendar.add(summary="Stand-up", **timed())
        await they.becomes("Stand-up")
        await they.is_skipped(eight, event)
        stopping = {"remove": "activities"}
        succeeded(await seven.sales.connector.delete(f"/v1/connections/{seven.connection_id}", params=stopping))
        await they.becomes()
        await they.becomes("Stand-up")
        assert (await eight.activity_of({"id": await own_id(eight, event)}))["owner_id"] == "8"
