"""`/control/accounts/…/calendars/…`: what a person does in Outlook, in the words that all simulators share."""

from typing import Any

from fastapi import APIRouter

from simulators.frame.domain.people import ChangeCalendar, NewCalendar
from simulators.frame.http.person_api import person_routes
from simulators.frame.http.store_person import StorePerson, meeting_routes
from simulators.frame.store import ids
from simulators.frame.store.calendar import Calendar, Item
from simulators.microsoft.domain.account import accounts
from simulators.microsoft.domain.account.accounts import Account, Entry
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


class OutlookPerson(StorePerson[Simulator]):
    """A mailbox's owner in Outlook."""

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

    def id_of(self, ref: ids.Ref, folder: str) -> str:
        """Return the immutable id."""
        return ids.item_id(ref, folder, immutable=True)

    def own(self, item: Item) -> Json:
        """Return the event as Graph shows it."""
        return {"graph": View(immutable=True).full(item)}


def person_router(simulator: Simulator) -> APIRouter:
    """Return the routes of a person's own acts."""
    who = OutlookPerson(simulator)
    router = person_routes(who)

    @router.patch("/{calendar_id}")
    async def change(email: str, calendar_id: str, body: ChangeCalendar) -> Json:
        return who.change_calendar(email, calendar_id, body)

    meeting_routes(router, who)
    return router


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
