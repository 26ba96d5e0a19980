"""`/control/accounts/…/calendars/…`: what a person does in Outlook, in the words that all simulators share."""

from collections.abc import Callable
from typing import Any, Literal

from fastapi import APIRouter

from simulators.frame.domain.people import ChangeCalendar, NewCalendar, Scope
from simulators.frame.http.person_api import Person, person_routes
from simulators.frame.store import ids
from simulators.microsoft.domain.account import accounts
from simulators.microsoft.domain.account.accounts import Account, Entry
from simulators.microsoft.domain.events import neutral, person, writing
from simulators.microsoft.domain.events.calendar import Calendar, Item
from simulators.microsoft.domain.events.views import View
from simulators.microsoft.http.simulator import Simulator

Json = dict[str, Any]
_ROLES: dict[str, accounts.Role] = {
    "freeBusyReader": "freeBusyRead",
    "reader": "read",
    "writerWithoutPrivateAccess": "write",
    "writer": "write",
    "owner": "owner",
}


Meeting = Literal["accept", "decline", "call-off"]
_MEETINGS: dict[Meeting, Callable[[Calendar, Item, writing.Act], Item]] = {
    "accept": lambda calendar, item, act: writing.respond(calendar, item, "accepted", act),
    "decline": lambda calendar, item, act: writing.respond(calendar, item, "declined", act),
    "call-off": writing.called_off,
}


class OutlookPerson(Person[Simulator, Calendar]):
    """A mailbox's owner in Outlook."""

    def time_zone(self, email: str, calendar: Calendar) -> str:  # noqa: ARG002 - Outlook's calendars have no zones of their own
        """Return the mailbox's zone."""
        return self.simulator.world.account(email).time_zone

    def calendars(self, email: str) -> list[Json]:
        """Return the mailbox's calendars."""
        entries = self.simulator.world.account(email).entries
        return [_listed(self.simulator, key, one) for key, one in entries.items() if not one.deleted]

    def add_calendar(self, email: str, body: NewCalendar) -> Json:
        """Create a calendar, or share one that is there."""
        world = self.simulator.world
        account = world.account(email)
        calendar = _of_somebody(self.simulator, body.id)
        if calendar is None:
            calendar = Calendar(ids.new_key(world.rng), body.summary, account.email, watchable=body.watchable)
            world.calendars[calendar.key] = calendar
        calendar_id = account.add(calendar.key, _ROLES[body.role])
        # Of a new calendar Graph says that it was updated (providers/graph.md 2.1).
        return self._published(account, calendar_id, "updated")

    def change_calendar(self, email: str, calendar_id: str, body: ChangeCalendar) -> Json:
        """Change a calendar, or the mailbox's right to it."""
        account = self.simulator.world.account(email)
        calendar, entry = self.simulator.world.calendar(account, calendar_id)
        entry.role = _ROLES[body.role] if body.role else entry.role
        calendar.name = body.summary or calendar.name
        calendar.watchable = calendar.watchable if body.watchable is None else body.watchable
        return self._published(account, _id_of(account, entry), "updated")

    def remove_calendar(self, email: str, calendar_id: str) -> None:
        """Delete a calendar from the mailbox."""
        account = self.simulator.world.account(email)
        account.entry(calendar_id).deleted = True
        self.simulator.world.listed.append((account.email, calendar_id, "deleted"))
        self.simulator.save()

    def _published(self, account: Account, calendar_id: str, change: str) -> Json:
        self.simulator.world.listed.append((account.email, calendar_id, change))
        self.simulator.save()
        return _listed(self.simulator, calendar_id, account.entries[calendar_id])

    def events(self, calendar: Calendar) -> list[Json]:
        """Return the events that are not deleted."""
        return [self._shown(item) for item in calendar.live()]

    def event(self, calendar: Calendar, event_id: str) -> Json:
        """Return an event by any of its ids."""
        return self._shown(_found(calendar, event_id))

    def create(self, email: str, calendar: Calendar, body: Json) -> Json:
        """Create an event."""
        return self.done(person.create(calendar, body, self.act(email)))

    def seed(self, email: str, calendar: Calendar, bodies: list[Json]) -> list[str]:
        """Create many events, as if long ago."""
        act = self.act(email)
        made = [person.create(calendar, one, act, long_ago=True) for one in bodies]
        self.simulator.save()
        return [View(immutable=True).id(item) for item in made]

    def edit(self, email: str, calendar: Calendar, event_id: str, changes: Json, scope: Scope) -> Json:
        """Change an event, an occurrence, the rest of a series or all of it."""
        return self.done(person.edit(calendar, event_id, changes, scope, self.act(email)))

    def remove(self, email: str, calendar: Calendar, event_id: str, scope: Scope) -> Json:
        """Delete an event, an occurrence, the rest of a series or all of it."""
        return self.done(person.remove(calendar, event_id, scope, self.act(email)))

    def restore(self, email: str, calendar: Calendar, event_id: str) -> Json:
        """Take a deleted event out of the deleted items."""
        return self.done(person.restore(calendar, event_id, self.act(email)))

    def copy(self, email: str, calendar: Calendar, event_id: str, body: Json) -> Json:
        """Duplicate an event."""
        return self.done(person.copy(calendar, event_id, body, self.act(email)))

    def move(self, email: str, source: Calendar, target: Calendar, event_id: str) -> Json:
        """Move an event to another calendar."""
        return self.done(writing.move(source, target, _found(source, event_id), self.act(email)))

    def touch(self, email: str, calendar: Calendar, event_id: str) -> Json:
        """Let an event get a new change key though nothing changes."""
        return self.done(writing.touch(calendar, _found(calendar, event_id), self.act(email)))

    def meeting(self, email: str, calendar: Calendar, event_id: str, act: Meeting) -> Json:
        """Answer an invitation, or have its organizer call it off."""
        return self.done(_MEETINGS[act](calendar, _found(calendar, event_id), self.act(email)))

    def act(self, email: str) -> writing.Act:
        """Return the person, now."""
        world = self.simulator.world
        return writing.Act(world, world.account(email), self.simulator.now())

    def done(self, item: Item) -> Json:
        """Tell the subscribers; return the event in a person's words."""
        self.simulator.save()
        return self._shown(item)

    def _shown(self, item: Item) -> Json:
        return neutral.shown(item, self.simulator.world.calendars[item.folder])


def person_router(simulator: Simulator) -> APIRouter:
    """Return the routes of a person's own acts."""
    who = OutlookPerson(simulator)
    router = person_routes(who)

    @router.patch("/{calendar_id}")
    async def change(email: str, calendar_id: str, body: ChangeCalendar) -> Json:
        return who.change_calendar(email, calendar_id, body)

    @router.post("/{calendar_id}/events/{event_id}/{act}")
    async def meeting(email: str, calendar_id: str, event_id: str, act: Meeting) -> Json:
        return who.meeting(email, who.calendar(email, calendar_id), event_id, act)

    return router


def _found(calendar: Calendar, event_id: str) -> Item:
    return writing.found(calendar, person.ref_of(calendar, event_id))


def _listed(simulator: Simulator, calendar_id: str, entry: Entry) -> Json:
    calendar = simulator.world.calendars[entry.calendar]
    owner = simulator.world.accounts[calendar.owner]
    shown = accounts.shown_calendar(calendar_id, entry, calendar, owner)
    return shown | {"summary": calendar.name, "timeZone": owner.time_zone, "accessRole": entry.role}


def _of_somebody(simulator: Simulator, calendar_id: str | None) -> Calendar | None:
    for account in simulator.world.accounts.values():
        if calendar_id in account.entries:
            return simulator.world.calendars[account.entries[calendar_id].calendar]
    return None


def _id_of(account: Account, entry: Entry) -> str:
    return next(key for key, one in account.entries.items() if one is entry)
