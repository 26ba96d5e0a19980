"""`/control/accounts/…/calendars/…`: what a person does in Outlook, in the same words as with every simulator."""

from collections.abc import Callable
from typing import Any, Literal

from fastapi import APIRouter

from simulators.frame.domain.people import ChangeCalendar, NewCalendar, Scope
from simulators.microsoft.domain import ids
from simulators.microsoft.domain.account import accounts
from simulators.microsoft.domain.account.accounts import Account, Entry
from simulators.microsoft.domain.events import neutral, person, writing
from simulators.microsoft.domain.events.calendar import Calendar, Item
from simulators.microsoft.domain.events.views import View
from simulators.microsoft.http.simulator import Simulator

Json = dict[str, Any]
Meeting = Literal["accept", "decline", "call-off"]
_ROLES: dict[str, accounts.Role] = {
    "freeBusyReader": "freeBusyRead",
    "reader": "read",
    "writerWithoutPrivateAccess": "write",
    "writer": "write",
    "owner": "owner",
}


class Person:
    """The acts of an account's holder; each ends with `save`, which tells the subscribers."""

    def __init__(self, simulator: Simulator) -> None:
        """Acts on the simulator's world."""
        self.simulator = simulator

    def calendar(self, email: str, calendar_id: str) -> Calendar:
        """A calendar that the person sees."""
        world = self.simulator.world
        return world.calendar(world.account(email), calendar_id)[0]

    def act(self, email: str) -> writing.Act:
        """The person, now."""
        world = self.simulator.world
        return writing.Act(world, world.account(email), self.simulator.now())

    def done(self, item: Item) -> Json:
        """The event in a person's words; subscribers are told."""
        self.simulator.save()
        return self.shown(item)

    def shown(self, item: Item) -> Json:
        """The event in a person's words."""
        return neutral.shown(item, self.simulator.world.calendars[item.folder])

    def found(self, email: str, calendar_id: str, event_id: str) -> tuple[Calendar, Item]:
        """An event by any of its names."""
        calendar = self.calendar(email, calendar_id)
        return calendar, writing.found(calendar, person.ref_of(calendar, event_id))


def person_router(simulator: Simulator) -> APIRouter:
    """The routes of a person's own acts."""
    router = APIRouter(prefix="/control/accounts/{email}/calendars", tags=["person"])
    who = Person(simulator)
    _calendars(router, simulator)
    _one_calendar(router, simulator, who)
    _events(router, who)
    _single_acts(router, who)
    _meetings(router, who)
    return router


def _listed(simulator: Simulator, calendar_id: str, entry: Entry) -> Json:
    calendar = simulator.world.calendars[entry.calendar]
    owner = simulator.world.accounts[calendar.owner]
    shown = accounts.shown_calendar(calendar_id, entry, calendar, owner)
    return shown | {"summary": calendar.name, "timeZone": owner.time_zone, "accessRole": entry.role}


def _calendars(router: APIRouter, simulator: Simulator) -> None:
    world = simulator.world

    @router.get("")
    async def calendars(email: str) -> list[Json]:
        entries = world.account(email).entries
        return [_listed(simulator, key, one) for key, one in entries.items() if not one.deleted]

    @router.post("", status_code=201)
    async def create(email: str, body: NewCalendar) -> Json:
        account = world.account(email)
        calendar = _of_somebody(simulator, body.id)
        if calendar is None:
            calendar = Calendar(ids.new_key(world.rng), body.summary, account.email, watchable=body.watchable)
            world.calendars[calendar.key] = calendar
        calendar_id = account.add(calendar.key, _ROLES[body.role])
        # Of a new calendar Graph says that it was updated (providers/graph.md 2.1).
        world.listed.append((account.email, calendar_id, "updated"))
        simulator.save()
        return _listed(simulator, calendar_id, account.entries[calendar_id])


def _of_somebody(simulator: Simulator, calendar_id: str | None) -> Calendar | None:
    for account in simulator.world.accounts.values():
        if calendar_id in account.entries:
            return simulator.world.calendars[account.entries[calendar_id].calendar]
    return None


def _one_calendar(router: APIRouter, simulator: Simulator, who: Person) -> None:
    world = simulator.world

    @router.patch("/{calendar_id}")
    async def change(email: str, calendar_id: str, body: ChangeCalendar) -> Json:
        account = world.account(email)
        calendar, entry = world.calendar(account, calendar_id)
        entry.role = _ROLES[body.role] if body.role else entry.role
        calendar.name = body.summary or calendar.name
        calendar.watchable = calendar.watchable if body.watchable is None else body.watchable
        world.listed.append((account.email, _id_of(account, entry), "updated"))
        simulator.save()
        return _listed(simulator, _id_of(account, entry), entry)

    @router.delete("/{calendar_id}", status_code=204)
    async def delete(email: str, calendar_id: str) -> None:
        account = world.account(email)
        account.entry(calendar_id).deleted = True
        world.listed.append((account.email, calendar_id, "deleted"))
        simulator.save()

    @router.post("/{calendar_id}/expire-sync-tokens")
    async def expire(email: str, calendar_id: str) -> Json:
        calendar = who.calendar(email, calendar_id)
        calendar.epoch += 1
        simulator.save()
        return {"epoch": calendar.epoch}


def _id_of(account: Account, entry: Entry) -> str:
    return next(key for key, one in account.entries.items() if one is entry)


def _events(router: APIRouter, who: Person) -> None:
    @router.get("/{calendar_id}/events")
    async def events(email: str, calendar_id: str) -> list[Json]:
        return [who.shown(item) for item in who.calendar(email, calendar_id).live()]

    @router.post("/{calendar_id}/events", status_code=201)
    async def create(email: str, calendar_id: str, body: Json) -> Json:
        return who.done(person.create(who.calendar(email, calendar_id), body, who.act(email)))

    @router.post("/{calendar_id}/seed", status_code=201)
    async def seed_many(email: str, calendar_id: str, body: list[Json]) -> list[str]:
        calendar, act = who.calendar(email, calendar_id), who.act(email)
        made = [person.create(calendar, one, act, long_ago=True) for one in body]
        who.simulator.save()
        return [View(immutable=True).id(item) for item in made]

    @router.get("/{calendar_id}/events/{event_id}")
    async def get(email: str, calendar_id: str, event_id: str) -> Json:
        return who.shown(who.found(email, calendar_id, event_id)[1])

    @router.patch("/{calendar_id}/events/{event_id}")
    async def change(email: str, calendar_id: str, event_id: str, body: Json, scope: Scope = "this") -> Json:
        calendar = who.calendar(email, calendar_id)
        return who.done(person.edit(calendar, event_id, body, scope, who.act(email)))

    @router.delete("/{calendar_id}/events/{event_id}")
    async def delete(email: str, calendar_id: str, event_id: str, scope: Scope = "this") -> Json:
        calendar = who.calendar(email, calendar_id)
        return who.done(person.remove(calendar, event_id, scope, who.act(email)))


def _single_acts(router: APIRouter, who: Person) -> None:
    @router.post("/{calendar_id}/events/{event_id}/restore")
    async def restore(email: str, calendar_id: str, event_id: str) -> Json:
        return who.done(person.restore(who.calendar(email, calendar_id), event_id, who.act(email)))

    @router.post("/{calendar_id}/events/{event_id}/copy", status_code=201)
    async def copy(email: str, calendar_id: str, event_id: str, body: Json) -> Json:
        return who.done(person.copy(who.calendar(email, calendar_id), event_id, body, who.act(email)))

    @router.post("/{calendar_id}/events/{event_id}/move")
    async def move(email: str, calendar_id: str, event_id: str, destination: str) -> Json:
        source, item = who.found(email, calendar_id, event_id)
        return who.done(writing.move(source, who.calendar(email, destination), item, who.act(email)))

    @router.post("/{calendar_id}/events/{event_id}/touch")
    async def touch(email: str, calendar_id: str, event_id: str) -> Json:
        calendar, item = who.found(email, calendar_id, event_id)
        return who.done(writing.touch(calendar, item, who.act(email)))


def _meetings(router: APIRouter, who: Person) -> None:
    acts: dict[str, Callable[[Calendar, Item, writing.Act], Item]] = {
        "accept": lambda calendar, item, act: writing.respond(calendar, item, "accepted", act),
        "decline": lambda calendar, item, act: writing.respond(calendar, item, "declined", act),
        "call-off": writing.called_off,
    }

    @router.post("/{calendar_id}/events/{event_id}/{act}")
    async def meeting(
        email: str, calendar_id: str, event_id: str, act: Literal["accept", "decline", "call-off"]
    ) -> Json:
        """Answer an invitation, or have its organizer call it off."""
        calendar, item = who.found(email, calendar_id, event_id)
        return who.done(acts[act](calendar, item, who.act(email)))
