"""`/control/accounts/…/calendars/…`: what a person does in Google's own page."""

from hashlib import sha256
from typing import Any

from fastapi import APIRouter

from simulators.frame.domain.people import ChangeCalendar, NewCalendar, Scope
from simulators.google.domain.account import accounts
from simulators.google.domain.events import writing
from simulators.google.domain.events.calendar import Calendar
from simulators.google.domain.recurring import series
from simulators.google.http.simulator import Simulator

Json = dict[str, Any]


class ChangeListed(ChangeCalendar):
    """Changes to a list entry, or to the calendar itself."""

    hidden: bool | None = None
    time_zone: str | None = None


class Person:
    """The acts of an account's holder; each ends with `save`."""

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
        return writing.Act(world.account(email).email, self.simulator.now(), world.rng)

    def done(self, event: Json, what: str) -> Json:
        """Google's page mails guests; channels are told."""
        self.simulator.world.mail(event, what, "all", self.simulator.now())
        self.simulator.save()
        return event

    def edit(self, email: str, calendar_id: str, event_id: str, changes: Json, scope: Scope) -> Json:
        """Change an event, or a series from one of its instances."""
        calendar, act = self.calendar(email, calendar_id), self.act(email)
        if scope == "following":
            return self.done(series.edit_following(calendar, event_id, changes, act), "update")
        target = self._target(calendar, event_id, scope)
        return self.done(writing.change(calendar, target, changes, act), "update")

    def remove(self, email: str, calendar_id: str, event_id: str, scope: Scope) -> Json:
        """Delete an event, an instance, the rest of a series or all of it."""
        calendar, act = self.calendar(email, calendar_id), self.act(email)
        if scope == "following":
            return self.done(series.cut_following(calendar, event_id, act), "delete")
        target = self._target(calendar, event_id, scope)
        return self.done(writing.delete(calendar, target, act), "delete")

    def _target(self, calendar: Calendar, event_id: str, scope: Scope) -> str:
        if scope == "this":
            return event_id
        event = writing.existing(calendar, event_id)
        return str(event.get("recurringEventId", event_id))


def person_router(simulator: Simulator) -> APIRouter:
    """The routes of a person's own acts."""
    router = APIRouter(prefix="/control/accounts/{email}/calendars", tags=["person"])
    person = Person(simulator)
    _calendars(router, simulator, person)
    _events(router, person)
    _single_acts(router, person)
    return router


def _calendars(router: APIRouter, simulator: Simulator, person: Person) -> None:
    world = simulator.world

    @router.get("")
    async def calendars(email: str) -> list[Json]:
        entries = world.account(email).entries.values()
        return [accounts.list_entry(one, world.calendars[one.calendar]) for one in entries]

    @router.post("", status_code=201)
    async def create(email: str, body: NewCalendar) -> Json:
        account = world.account(email)
        drawn = sha256(f"{email} {len(world.calendars)}".encode()).hexdigest()[:32]
        key = body.id or f"c_{drawn}@group.calendar.google.com"
        fresh = Calendar(key, key, body.summary, body.time_zone, account.email, body.watchable)
        calendar = world.calendars.setdefault(key, fresh)
        entry = accounts.Entry(key, body.role)
        account.keep(calendar.id, entry)
        simulator.save()
        return accounts.list_entry(entry, calendar)

    @router.patch("/{calendar_id}")
    async def change(email: str, calendar_id: str, body: ChangeListed) -> Json:
        account = world.account(email)
        calendar, entry = world.calendar(account, calendar_id)
        entry.hidden = entry.hidden if body.hidden is None else body.hidden
        entry.role = body.role or entry.role
        calendar.summary = body.summary or calendar.summary
        calendar.time_zone = body.time_zone or calendar.time_zone
        calendar.watchable = calendar.watchable if body.watchable is None else body.watchable
        account.keep(calendar.id, entry)
        simulator.save()
        return accounts.list_entry(entry, calendar)

    @router.delete("/{calendar_id}", status_code=204)
    async def delete(email: str, calendar_id: str) -> None:
        account = world.account(email)
        calendar, entry = world.calendar(account, calendar_id)
        entry.deleted = True
        account.keep(calendar.id, entry)
        simulator.save()

    @router.post("/{calendar_id}/expire-sync-tokens")
    async def expire(email: str, calendar_id: str) -> Json:
        calendar = person.calendar(email, calendar_id)
        calendar.epoch += 1
        simulator.save()
        return {"epoch": calendar.epoch}


def _events(router: APIRouter, person: Person) -> None:
    @router.get("/{calendar_id}/events")
    async def events(email: str, calendar_id: str) -> list[Json]:
        return [row.event for row in person.calendar(email, calendar_id).rows.values()]

    @router.post("/{calendar_id}/events", status_code=201)
    async def create(email: str, calendar_id: str, body: Json) -> Json:
        calendar = person.calendar(email, calendar_id)
        return person.done(seed(calendar, body, person.act(email)), "insert")

    @router.post("/{calendar_id}/seed", status_code=201)
    async def seed_many(email: str, calendar_id: str, body: list[Json]) -> list[str]:
        calendar, act = person.calendar(email, calendar_id), person.act(email)
        ids = [str(seed(calendar, one, act)["id"]) for one in body]
        person.simulator.save()
        return ids

    @router.get("/{calendar_id}/events/{event_id}")
    async def get(email: str, calendar_id: str, event_id: str) -> Json:
        return writing.existing(person.calendar(email, calendar_id), event_id)

    @router.patch("/{calendar_id}/events/{event_id}")
    async def change(email: str, calendar_id: str, event_id: str, body: Json, scope: Scope = "this") -> Json:
        return person.edit(email, calendar_id, event_id, body, scope)

    @router.delete("/{calendar_id}/events/{event_id}")
    async def delete(email: str, calendar_id: str, event_id: str, scope: Scope = "this") -> Json:
        return person.remove(email, calendar_id, event_id, scope)


def _single_acts(router: APIRouter, person: Person) -> None:
    @router.post("/{calendar_id}/events/{event_id}/restore")
    async def restore(email: str, calendar_id: str, event_id: str) -> Json:
        calendar = person.calendar(email, calendar_id)
        return person.done(series.restore(calendar, event_id, person.act(email)), "update")

    @router.post("/{calendar_id}/events/{event_id}/copy", status_code=201)
    async def copy(email: str, calendar_id: str, event_id: str, body: Json) -> Json:
        calendar = person.calendar(email, calendar_id)
        return person.done(series.copy(calendar, event_id, body, person.act(email)), "insert")

    @router.post("/{calendar_id}/events/{event_id}/move")
    async def move(email: str, calendar_id: str, event_id: str, destination: str) -> Json:
        source = person.calendar(email, calendar_id)
        target = person.calendar(email, destination)
        return person.done(writing.move(source, target, event_id, person.act(email)), "move")

    @router.post("/{calendar_id}/events/{event_id}/touch")
    async def touch(email: str, calendar_id: str, event_id: str) -> Json:
        calendar = person.calendar(email, calendar_id)
        event = writing.touch(calendar, event_id, person.act(email))
        person.simulator.save()
        return event


def seed(calendar: Calendar, body: Json, act: writing.Act) -> Json:
    """Create an event; `organizer` and `creator` may be somebody else (an invitation)."""
    event = writing.insert(calendar, body, act)
    foreign = {name: body[name] for name in ("organizer", "creator") if name in body}
    own = foreign.get("organizer", {}).get("email") == calendar.id
    if not foreign or own:
        return event
    return writing.store(calendar, event | foreign, act)
