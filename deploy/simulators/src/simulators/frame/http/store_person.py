"""What a mailbox's owner does to events in Outlook, alike behind Graph and EWS."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, Generic, Literal, TypeVar

from fastapi import APIRouter

from simulators.frame.domain.people import ChangeCalendar, NewCalendar, Scope
from simulators.frame.http.person_api import Person
from simulators.frame.simulator import BaseSimulator
from simulators.frame.store import ids, neutral, person, writing
from simulators.frame.store.calendar import Calendar, Item
from simulators.frame.store.mailboxes import BaseAccount, Entry, Role
from simulators.frame.store.world import StoreWorld

Json = dict[str, Any]
Meeting = Literal["accept", "decline", "call-off"]
_MEETINGS: dict[Meeting, Callable[[Calendar, Item, writing.Act], Item]] = {
    "accept": lambda calendar, item, act: writing.respond(calendar, item, "accepted", act),
    "decline": lambda calendar, item, act: writing.respond(calendar, item, "declined", act),
    "call-off": writing.called_off,
}

_ROLES: dict[str, Role] = {
    "freeBusyReader": "freeBusyRead",
    "reader": "read",
    "writerWithoutPrivateAccess": "write",
    "writer": "write",
    "owner": "owner",
}

S = TypeVar("S", bound=BaseSimulator[Any])


class StorePerson(Person[S, Calendar], Generic[S]):
    """A mailbox's owner in Outlook; a provider says how it writes ids, and what its calendars are."""

    @abstractmethod
    def id_of(self, ref: ids.Ref, folder: str) -> str:
        """Return the id under which the provider's clients know an item."""

    @abstractmethod
    def listed(self, calendar_id: str, entry: Entry) -> Json:
        """Return a calendar as the person sees it."""

    def note_listed(self, email: str, calendar_id: str, change: str) -> None:
        """Note a change of a mailbox's list of calendars, where the provider tells its clients of that."""

    def moved_key(self) -> str | None:
        """Return the inner name that an item gets that leaves a folder or comes back; None: it keeps its own."""
        return None

    def own(self, item: Item) -> Json:  # noqa: ARG002 - a provider may have nothing to add
        """Return what the provider shows of an item beside the words that all have."""
        return {}

    @property
    def world(self) -> StoreWorld[Any]:
        """The store."""
        world: StoreWorld[Any] = self.simulator.world
        return world

    def calendars(self, email: str) -> list[Json]:
        """Return the mailbox's calendars."""
        entries = self.world.account(email).entries
        return [self.listed(key, one) for key, one in entries.items() if not one.deleted]

    def add_calendar(self, email: str, body: NewCalendar) -> Json:
        """Create a calendar, or share one that is there."""
        account = self.world.account(email)
        calendar = self.world.calendar_known_as(body.id)
        if calendar is None:
            calendar = Calendar(ids.new_key(self.world.rng), body.summary, account.email, watchable=body.watchable)
            self.world.calendars[calendar.key] = calendar
        calendar_id = account.add(calendar.key, _ROLES[body.role])
        # Of a new calendar Graph says that it was updated (providers/graph.md 2.1).
        return self._published(account, calendar_id, "updated")

    def change_calendar(self, email: str, calendar_id: str, body: ChangeCalendar) -> Json:
        """Change a calendar, or the mailbox's right to it."""
        account = self.world.account(email)
        calendar, entry = self.world.calendar(account, calendar_id)
        entry.role = _ROLES[body.role] if body.role else entry.role
        calendar.name = body.summary or calendar.name
        calendar.watchable = calendar.watchable if body.watchable is None else body.watchable
        return self._published(account, next(key for key, one in account.entries.items() if one is entry), "updated")

    def remove_calendar(self, email: str, calendar_id: str) -> None:
        """Delete a calendar from the mailbox."""
        account = self.world.account(email)
        account.entry(calendar_id).deleted = True
        self.note_listed(account.email, calendar_id, "deleted")
        self.simulator.save()

    def _published(self, account: BaseAccount, calendar_id: str, change: str) -> Json:
        self.note_listed(account.email, calendar_id, change)
        self.simulator.save()
        return self.listed(calendar_id, account.entries[calendar_id])

    def time_zone(self, email: str, calendar: Calendar) -> str:  # noqa: ARG002 - calendars have no zones of their own
        """Return the mailbox's zone."""
        zone: str = self.world.account(email).time_zone
        return zone

    def events(self, calendar: Calendar) -> list[Json]:
        """Return the events that are not deleted."""
        return [self.shown(item) for item in calendar.live()]

    def event(self, calendar: Calendar, event_id: str) -> Json:
        """Return an event by any of its ids."""
        return self.shown(_found(calendar, event_id))

    def create(self, email: str, calendar: Calendar, body: Json) -> Json:
        """Create an event."""
        return self.done(person.create(calendar, body, self.act(email)))

    def seed(self, email: str, calendar: Calendar, bodies: list[Json]) -> list[str]:
        """Create many events, as if long ago."""
        act = self.act(email)
        made = [person.create(calendar, one, act, long_ago=True) for one in bodies]
        self.simulator.save()
        return [self.id_of(ids.Ref(item.key), item.folder) for item in made]

    def edit(self, email: str, calendar: Calendar, event_id: str, changes: Json, scope: Scope) -> Json:
        """Change an event, an occurrence, the rest of a series or all of it."""
        return self.done(person.edit(calendar, event_id, changes, scope, self.act(email)))

    def remove(self, email: str, calendar: Calendar, event_id: str, scope: Scope) -> Json:
        """Delete an event, an occurrence, the rest of a series or all of it."""
        return self.done(person.remove(calendar, event_id, scope, self.act(email)))

    def restore(self, email: str, calendar: Calendar, event_id: str) -> Json:
        """Take a deleted event out of the deleted items."""
        return self.done(person.restore(calendar, event_id, self.act(email), self.moved_key()))

    def copy(self, email: str, calendar: Calendar, event_id: str, body: Json) -> Json:
        """Duplicate an event."""
        return self.done(person.copy(calendar, event_id, body, self.act(email)))

    def move(self, email: str, source: Calendar, target: Calendar, event_id: str) -> Json:
        """Move an event to another calendar."""
        return self.done(writing.move(source, target, _found(source, event_id), self.act(email), self.moved_key()))

    def touch(self, email: str, calendar: Calendar, event_id: str) -> Json:
        """Let an event get a new change key though nothing changes."""
        return self.done(writing.touch(calendar, _found(calendar, event_id), self.act(email)))

    def meeting(self, email: str, calendar: Calendar, event_id: str, act: Meeting) -> Json:
        """Answer an invitation, or have its organizer call it off."""
        return self.done(_MEETINGS[act](calendar, _found(calendar, event_id), self.act(email)))

    def act(self, email: str) -> writing.Act:
        """Return the person, now."""
        return writing.Act(self.world, self.world.account(email), self.simulator.now())

    def done(self, item: Item) -> Json:
        """Tell the subscribers; return the event in a person's words."""
        self.simulator.save()
        return self.shown(item)

    def shown(self, item: Item) -> Json:
        """Return an event in a person's words."""
        return neutral.shown(item, self.world.calendars[item.folder], self.id_of) | self.own(item)


def meeting_routes(router: APIRouter, who: StorePerson[Any]) -> None:
    """Add what only Outlook's person does: answering invitations. It comes after the other acts on an event."""

    @router.post("/{calendar_id}/events/{event_id:path}/{act}")
    async def meeting(email: str, calendar_id: str, event_id: str, act: Meeting) -> Json:
        return who.meeting(email, who.calendar(email, calendar_id), event_id, act)


def _found(calendar: Calendar, event_id: str) -> Item:
    return writing.found(calendar, person.ref_of(calendar, event_id))
