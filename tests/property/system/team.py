"""A calendar that two colleagues of one company sync: whose each event is, written a second time and naively (A10).

Both are connected before anything is made in it but one event, so three kinds are left: what a colleague who is
connected made himself, what somebody else made, and what was there before either came.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Literal

from sandbox.clients import CalendarPerson, Json, Salesperson, calendar_person, succeeded
from tests.property.system.forms import lasting, on_calendar, to_activity
from tests.property.system.hands import patiently
from tests.property.system.oracle import Side
from tests.property.system.reach import Reach
from tests.property.system.stage import Stage
from tests.support.providers import PROVIDER
from tests.support.stories import World, in_sync
from tests.support.waiting import wait_until

User = Literal["21", "22"]
USERS: tuple[User, User] = ("21", "22")
OWNER: User = "21"
"""Whose calendar it is."""
THIRD = "third"
"""Writes in it, and has no connection."""
SHARED = PROVIDER != "exchange"
"""At an Exchange Server only one's own calendars are offered."""
_MOST = 4
_AHEAD = timedelta(days=100)
_WITHIN = 90.0
"""Seconds for a takeover: it waits for no daily look."""


@dataclass
class Shared:
    """An event of the calendar. `by`: who made it; `joined`: it was made when both were connected."""

    key: str
    origin: Side
    by: str
    title: str
    joined: bool = True
    event: str = ""
    removed: bool = False
    """A stop has taken it out of the calendar (K1), until its owner is back."""


@dataclass
class Hands:
    """A colleague: his connection and his calendar; `away` while his sync is stopped."""

    world: World
    away: bool = False


@dataclass
class Team:
    """What one knows of the shared calendar. `left`: activities of which no link is active, by owner and key."""

    hands: dict[str, Hands] = field(default_factory=dict)
    items: list[Shared] = field(default_factory=list)
    left: set[tuple[str, str]] = field(default_factory=set)

    def keeper(self, item: Shared) -> str | None:
        """Return whose it is: of the CRM, its owner's for ever; of the calendar, one's who is connected."""
        here = [user for user in USERS if not self.hands[user].away]
        if item.origin == "crm":
            return item.by if item.by in here else None
        maker = item.by if PROVIDER == "google" else OWNER  # Microsoft names the calendar's owner as the maker of all
        # Before anybody else came the owner was there alone, and he has been there for longest.
        return maker if maker in here and item.joined else OWNER if OWNER in here else next(iter(here), None)


class TeamPlay:
    """What both colleagues and a third do in the calendar and in the CRM, one thing after the other."""

    def __init__(self, stage: Stage, reach: Reach, numbers: Iterator[int]) -> None:
        self._stage, self._reach, self._numbers = stage, reach, numbers
        self._team = Team()
        self._pens: dict[str, CalendarPerson] = {}

    @property
    def is_open(self) -> bool:
        """Whether there is such a calendar in this example."""
        return bool(self._team.hands)

    async def open(self) -> None:
        """Let the owner connect, make an event, and let his colleague join, who takes nothing over."""
        if self.is_open or not SHARED:
            return
        calendar = await (await self._person(OWNER)).with_calendar("Team")
        self._pens = {OWNER: calendar}
        for name in (USERS[1], THIRD):
            self._pens[name] = await (await self._person(name)).with_calendar(
                "Team", role="writer", shared=calendar.calendar_id
            )
        await self._join(OWNER)
        await self._create("calendar", THIRD, joined=False)
        await self._join(USERS[1])
        await self.agree()

    async def _person(self, name: str) -> CalendarPerson:
        world = self._stage.world
        person = calendar_person(PROVIDER, world.calendar.simulator, f"team-{name}-{world.calendar.email}")
        await person.sign_up(name, "Europe/Berlin")
        return person

    async def _join(self, user: User) -> None:
        world, pen = self._stage.world, self._pens[user]
        sales = await self._stage.enter(world.way.salesperson(user, world.company, "regular"))
        known = {"name": user, "email": pen.email, "tz": "Europe/Berlin"}
        succeeded(await self._stage.crm("PUT", f"/v1/users/{user}", world.admin, json=known))
        hands = Hands(replace(world, sales=sales, calendar=pen))
        await self._connect(hands)
        self._team.hands[user] = hands
        await asyncio.sleep(1.5)  # some providers know when an event was made by the second

    async def _connect(self, hands: Hands) -> None:
        world = hands.world
        chosen = {"provider": PROVIDER, "calendar_id": world.calendar.calendar_id}
        made = await world.sales.connect(world.calendar.email, **chosen)
        await in_sync(world.sales, made["id"])
        hands.world = self._stage.team[world.sales.user_id] = replace(world, connection_id=made["id"])

    async def act(self, what: str, who: str, pick: int) -> None:
        """Create, edit or delete something on a side, once both sides are as they must be."""
        if not SHARED:
            return
        await self.open()
        await self.agree()
        action, side = what.split("_")
        alive = [item for item in self._team.items if self._can(action, side, item)]
        if action == "create" or not alive:
            await self._made(side, who)
        elif action == "edit":
            await self._edit(alive[pick % len(alive)], side, who)
        else:
            await self._delete(alive[pick % len(alive)], side, who)

    def _can(self, action: str, side: str, item: Shared) -> bool:
        """Tell whether somebody may do it, and the rules say what follows.

        What becomes of an event whose owner is away is for when he is back; a deleted activity of calendar origin
        leaves somebody else's event where it is (H3).
        """
        if item.removed or (side == "crm" and self._team.keeper(item) is None):
            return False
        away = [user for user in USERS if self._team.hands[user].away]
        if action == "delete":
            return not any((user, item.key) in self._team.left for user in away) and (
                side == "calendar" or item.origin == "crm"
            )
        return side == "crm" or self._team.keeper(item) is not None

    async def _made(self, side: str, who: str) -> None:
        if len(self._team.items) >= _MOST:
            self._reach.note("team:full")
            return
        crm = side == "crm" and who in USERS and not self._team.hands[who].away
        await self._create("crm" if crm else "calendar", who)
        self._reach.note(f"team:create_{'crm' if crm else 'calendar'}")

    async def _create(self, side: Side, who: str, *, joined: bool = True) -> None:
        number = next(self._numbers)
        item = Shared(f"t{number}", side, who, f"t{number}: made", joined)
        start = (self._stage.clock.now() + _AHEAD).replace(hour=8, minute=0, second=0, microsecond=0)
        when = lasting(start + timedelta(minutes=number))
        if side == "calendar":
            item.event = (await self._pens[who].add(summary=item.title, **on_calendar(*when)))["id"]
        else:
            body = {"type": "call", "timezone": "Europe/Berlin", **to_activity({"title": item.title, "time": when})}
            succeeded(await self._stage.crm("POST", "/v1/activities", self._sales(who), json=body))
        self._team.items.append(item)

    def _sales(self, who: str) -> Salesperson:
        return self._team.hands[who].world.sales

    async def _edit(self, item: Shared, side: str, who: str) -> None:
        item.title = f"{item.key}: {next(self._numbers)}"
        if side == "calendar":
            await self._pens[who].change(item.event, summary=item.title)
        else:
            by = self._sales(who if who in USERS else OWNER)  # who sees an activity may edit it (G1)
            path = f"/v1/activities/{await self._activity(item)}"
            succeeded(await self._stage.crm("PATCH", path, by, json={"subject": item.title}))
        self._reach.note(f"team:edit_{side}")

    async def _delete(self, item: Shared, side: str, who: str) -> None:
        if side == "calendar":
            await self._pens[who].delete(item.event)
        else:
            path = f"/v1/activities/{await self._activity(item)}"
            await self._stage.crm("DELETE", path, self._sales(item.by))
        self._team.items.remove(item)
        self._reach.note(f"team:delete_{side}")

    async def _activity(self, item: Shared) -> str:
        rows = await self._activities()
        return str(next(one["id"] for one in rows if _is_of(one, item) and _is_linked(one)))

    async def stop(self, user: User, remove: str) -> None:
        """Stop one's sync: what was his of the calendar's events is the other's at once."""
        if not SHARED:
            return
        await self.open()
        await self.agree()
        if any(hands.away for hands in self._team.hands.values()):
            return
        hands, team = self._team.hands[user], self._team
        his = [item for item in team.items if team.keeper(item) == user]
        await self._stage.stop(remove, hands.world)
        hands.away = True
        self._stage.team.pop(user, None)
        for item in his:
            item.removed = item.origin == "crm" and remove == "events"
            if not (item.origin == "calendar" and remove == "activities"):
                team.left.add((user, item.key))
            if taker := team.keeper(item):
                team.left.discard((taker, item.key))
                self._reach.note("team:taken_over")
        self._reach.note(f"team:stop_{remove}")

    async def back(self) -> None:
        """Let who is away connect again: what was his is his again, and the other's activity stays behind (H2)."""
        team = self._team
        if not any(hands.away for hands in team.hands.values()):
            return
        await self.agree()
        before = {item.key: team.keeper(item) for item in team.items}
        (user, hands) = next((user, hands) for user, hands in team.hands.items() if hands.away)
        await self._connect(hands)
        hands.away = False
        for item in team.items:
            item.removed = False
            if (now := team.keeper(item)) == user:
                team.left.discard((user, item.key))
                if former := before[item.key]:
                    team.left.add((former, item.key))
                    self._reach.note("team:given_back")
            assert now is not None
        await self.agree()
        self._reach.note("team:back")

    async def agree(self) -> None:
        """Wait until both sides are as they must be."""

        async def look() -> bool:
            wrong = await self.problems()
            assert not wrong, wrong
            return True

        await wait_until(look, awaited="the shared calendar", timeout=_WITHIN, every=0.1, longest=1.0)

    async def problems(self) -> list[str]:
        """Say where both sides are not what the rule says; nothing where there is no such calendar."""
        if not self.is_open:
            return []
        activities = await self._activities()
        events = {_key(one["summary"]): one for one in await self._events()}
        linked = [one for one in activities if _is_linked(one)]
        there = {item.key for item in self._team.items if not item.removed}
        wrong = [f"the calendar has {sorted(events)}, not {sorted(there)}"] if events.keys() != there else []
        wrong += self._left_wrong([one for one in activities if not _is_linked(one)])
        for item in self._team.items:
            wrong += self._item_wrong(item, [one for one in linked if _is_of(one, item)], events.get(item.key))
        keys = {item.key for item in self._team.items}
        wrong += [f"{one['subject']} is still linked" for one in linked if _key(one["subject"]) not in keys]
        return wrong or await self._links_wrong(len(linked))

    def _item_wrong(self, item: Shared, linked: list[Json], event: Json | None) -> list[str]:
        keeper = self._team.keeper(item)
        owners = [one["owner_id"] for one in linked]
        if owners != ([keeper] if keeper else []):
            return [f"{item.key} is linked with {owners}, not with {keeper}"]
        if event is None:
            return []
        item.event = event["id"]
        titles = {event["summary"], *(one["subject"] for one in linked)}
        return [f"{item.key} says {titles}, not {item.title}"] if titles != {item.title} else []

    def _left_wrong(self, unlinked: list[Json]) -> list[str]:
        """Say where activities without an active link are too many or too few: nothing is deleted with its link."""
        found = Counter((one["owner_id"], _key(one["subject"])) for one in unlinked)
        wanted = Counter(self._team.left)
        return [f"left behind are {dict(found)}, not {dict(wanted)}"] if found != wanted else []

    async def _links_wrong(self, wanted: int) -> list[str]:
        """Count the active links of both: one for each activity that says it is linked (invariant 3)."""
        rows = [row for user in USERS for row in await self._stage.links(self._team.hands[user].world)]
        active = [row for row in rows if row["state"] == "active"]
        return [f"{len(active)} links are active, not {wanted}"] if len(active) != wanted else []

    async def _activities(self) -> list[Json]:
        rows: list[Json] = []
        for user in USERS:
            rows += await patiently(partial(self._sales(user).activities, owner_id=user), "the team's activities")
        return [one for one in rows if _key(one["subject"]).startswith("t")]

    async def _events(self) -> list[Json]:
        return await self._pens[OWNER].events()


def _key(title: str) -> str:
    return title.partition(":")[0]


def _is_of(activity: Json, item: Shared) -> bool:
    return _key(activity["subject"]) == item.key


def _is_linked(activity: Json) -> bool:
    return (activity["sync"] or {}).get("state") == "active"
