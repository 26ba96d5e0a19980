"""What a person does in Google's own page, and what only Google's calendars can be changed in."""

from hashlib import sha256
from typing import Any, ClassVar

from fastapi import APIRouter

from simulators.frame.domain.people import ChangeCalendar, NewCalendar, Scope
from simulators.frame.http.person_api import Person, person_routes
from simulators.google.domain.account import accounts
from simulators.google.domain.events import descriptions, writing
from simulators.google.domain.events.calendar import Calendar
from simulators.google.domain.recurring import series
from simulators.google.http.simulator import Simulator

Json = dict[str, Any]


class ChangeListed(ChangeCalendar):
    """Changes to a list entry, or to the calendar itself."""

    hidden: bool | None = None
    time_zone: str | None = None


class GooglePerson(Person[Simulator, Calendar]):
    """An account's holder in Google Calendar, whose guests are mailed."""

    # An all-day event that gets a time loses its date.
    time_extra: ClassVar[Json] = {"date": None}

    def time_zone(self, email: str, calendar: Calendar) -> str:  # noqa: ARG002 - Google's calendars have zones of their own
        """Return the calendar's zone."""
        return calendar.time_zone

    def calendars(self, email: str) -> list[Json]:
        """Return the account's list of calendars."""
        world = self.simulator.world
        entries = world.account(email).entries.values()
        return [accounts.list_entry(one, world.calendars[one.calendar]) for one in entries]

    def add_calendar(self, email: str, body: NewCalendar) -> Json:
        """Create a calendar, or share one that is there."""
        world = self.simulator.world
        account = world.account(email)
        drawn = sha256(f"{email} {len(world.calendars)}".encode()).hexdigest()[:32]
        key = body.id or f"c_{drawn}@group.calendar.google.com"
        fresh = Calendar(key, key, body.summary, body.time_zone, account.email, body.watchable)
        calendar = world.calendars.setdefault(key, fresh)
        return self._listed(account, calendar, accounts.Entry(key, body.role))

    def change_calendar(self, email: str, calendar_id: str, body: ChangeListed) -> Json:
        """Change a calendar, or the account's entry of it."""
        account = self.simulator.world.account(email)
        calendar, entry = self.simulator.world.calendar(account, calendar_id)
        entry.hidden = entry.hidden if body.hidden is None else body.hidden
        entry.role = body.role or entry.role
        calendar.summary = body.summary or calendar.summary
        calendar.time_zone = body.time_zone or calendar.time_zone
        calendar.watchable = calendar.watchable if body.watchable is None else body.watchable
        return self._listed(account, calendar, entry)

    def remove_calendar(self, email: str, calendar_id: str) -> None:
        """Take a calendar off the account's list."""
        account = self.simulator.world.account(email)
        calendar, entry = self.simulator.world.calendar(account, calendar_id)
        entry.deleted = True
        self._listed(account, calendar, entry)

    def _listed(self, account: accounts.Account, calendar: Calendar, entry: accounts.Entry) -> Json:
        account.keep(calendar.id, entry)
        self.simulator.save()
        return accounts.list_entry(entry, calendar)

    def events(self, calendar: Calendar) -> list[Json]:
        """Return all rows of a calendar, deleted ones included."""
        return [descriptions.seen(row.event) for row in calendar.rows.values()]

    def event(self, calendar: Calendar, event_id: str) -> Json:
        """Return one event."""
        return descriptions.seen(writing.existing(calendar, event_id))

    def create(self, email: str, calendar: Calendar, body: Json) -> Json:
        """Create an event."""
        return self._done(_create(calendar, body, self._act(email)), "insert")

    def seed(self, email: str, calendar: Calendar, bodies: list[Json]) -> list[str]:
        """Create many events without mailing anybody."""
        act = self._act(email)
        ids = [str(_create(calendar, one, act)["id"]) for one in bodies]
        self.simulator.save()
        return ids

    def edit(self, email: str, calendar: Calendar, event_id: str, changes: Json, scope: Scope) -> Json:
        """Change an event, or a series from one of its instances."""
        act, changes = self._act(email), descriptions.typed(changes)
        if scope in {"following", "apart"}:
            edited = series.edit_following(calendar, event_id, changes, act, apart=scope == "apart")
            return self._done(edited, "update")
        target = _target(calendar, event_id, scope)
        return self._done(writing.change(calendar, target, changes, act), "update")

    def remove(self, email: str, calendar: Calendar, event_id: str, scope: Scope) -> Json:
        """Delete an event, an instance, the rest of a series or all of it."""
        act = self._act(email)
        if scope in {"following", "apart"}:
            return self._done(series.cut_following(calendar, event_id, act), "delete")
        return self._done(writing.delete(calendar, _target(calendar, event_id, scope), act), "delete")

    def restore(self, email: str, calendar: Calendar, event_id: str) -> Json:
        """Take a deleted event out of the bin."""
        return self._done(series.restore(calendar, event_id, self._act(email)), "update")

    def copy(self, email: str, calendar: Calendar, event_id: str, body: Json) -> Json:
        """Duplicate an event."""
        return self._done(series.copy(calendar, event_id, descriptions.typed(body), self._act(email)), "insert")

    def move(self, email: str, source: Calendar, target: Calendar, event_id: str) -> Json:
        """Move an event to another calendar."""
        return self._done(writing.move(source, target, event_id, self._act(email)), "move")

    def touch(self, email: str, calendar: Calendar, event_id: str) -> Json:
        """Let an event get a new etag though nothing changes."""
        event = writing.touch(calendar, event_id, self._act(email))
        self.simulator.save()
        return descriptions.seen(event)

    def _act(self, email: str) -> writing.Act:
        """Return the person, now."""
        world = self.simulator.world
        return writing.Act(world.account(email).email, self.simulator.now(), world.rng, on_page=True)

    def _done(self, event: Json, what: str) -> Json:
        """Mail the guests, as Google's page does, and tell the channels."""
        self.simulator.world.mail(event, what, "all", self.simulator.now())
        self.simulator.save()
        return descriptions.seen(event)


def person_router(simulator: Simulator) -> APIRouter:
    """Return the routes of a person's own acts."""
    person = GooglePerson(simulator)
    router = person_routes(person)

    @router.patch("/{calendar_id}")
    async def change(email: str, calendar_id: str, body: ChangeListed) -> Json:
        return person.change_calendar(email, calendar_id, body)

    return router


def _target(calendar: Calendar, event_id: str, scope: Scope) -> str:
    if scope == "this":
        return event_id
    event = writing.existing(calendar, event_id)
    return str(event.get("recurringEventId", event_id))


def _create(calendar: Calendar, body: Json, act: writing.Act) -> Json:
    """Create an event; `organizer` and `creator` may be somebody else (an invitation)."""
    event = writing.insert(calendar, descriptions.typed(body), act)
    foreign = {name: body[name] for name in ("organizer", "creator") if name in body}
    own = foreign.get("organizer", {}).get("email") == calendar.id
    if not foreign or own:
        return event
    return writing.store(calendar, event | foreign, act)
