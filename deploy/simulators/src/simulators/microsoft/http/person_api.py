"""`/control/accounts/…/calendars/…`: what a person does in Outlook, in the words that all simulators share."""

from typing import Any

from fastapi import APIRouter

from simulators.frame.domain.people import ChangeCalendar
from simulators.frame.http.person_api import person_routes
from simulators.frame.http.store_person import StorePerson, meeting_routes
from simulators.frame.store import ids
from simulators.frame.store.calendar import Item
from simulators.frame.store.mailboxes import Entry
from simulators.microsoft.domain.account import accounts
from simulators.microsoft.domain.events.views import View
from simulators.microsoft.http.simulator import Simulator

Json = dict[str, Any]


class OutlookPerson(StorePerson[Simulator]):
    """A mailbox's owner in Outlook."""

    def listed(self, calendar_id: str, entry: Entry) -> Json:
        """Return the calendar resource, and the words that all simulators share."""
        calendar = self.simulator.world.calendars[entry.calendar]
        owner = self.simulator.world.accounts[calendar.owner]
        shown = accounts.shown_calendar(calendar_id, entry, calendar, owner)
        return shown | {"summary": calendar.name, "timeZone": owner.time_zone, "accessRole": entry.role}

    def note_listed(self, email: str, calendar_id: str, change: str) -> None:
        """Note it for the subscribers to the list of calendars."""
        self.simulator.world.listed.append((email, calendar_id, change))

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
