"""`/control/accounts/…/calendars/…`: what a person does in Outlook, in the words that all simulators share."""

from typing import Any

from fastapi import APIRouter

from simulators.exchange.domain import ids
from simulators.exchange.domain.account import accounts
from simulators.exchange.domain.account.accounts import Account, Entry
from simulators.exchange.domain.events.views import change_key
from simulators.exchange.domain.events.words import FREE_BUSY
from simulators.exchange.domain.world import World
from simulators.frame.domain.people import ChangeCalendar, NewCalendar
from simulators.frame.http.person_api import person_routes
from simulators.frame.http.store_person import StorePerson, meeting_routes
from simulators.frame.simulator import BaseSimulator
from simulators.frame.store.calendar import Calendar, Item
from simulators.frame.store.identity import uid
from simulators.frame.store.ids import Ref

Json = dict[str, Any]
_ROLES: dict[str, accounts.Role] = {
    "freeBusyReader": "freeBusyRead",
    "reader": "read",
    "writerWithoutPrivateAccess": "write",
    "writer": "write",
    "owner": "owner",
}


class OutlookPerson(StorePerson[BaseSimulator[World]]):
    """A mailbox's owner in Outlook or Outlook on the web."""

    def calendars(self, email: str) -> list[Json]:
        """Return the mailbox's calendar folders."""
        entries = self.simulator.world.account(email).entries
        return [self._listed(key, one) for key, one in entries.items() if not one.deleted]

    def add_calendar(self, email: str, body: NewCalendar) -> Json:
        """Create a calendar folder, or share one that is there."""
        world = self.simulator.world
        account = world.account(email)
        calendar = self._of_somebody(body.id)
        if calendar is None:
            key = ids.new_key(world.rng)
            calendar = Calendar(key, body.summary, account.email, watchable=body.watchable)
            world.calendars[calendar.key] = calendar
        calendar_id = account.add(calendar.key, _ROLES[body.role])
        self.simulator.save()
        return self._listed(calendar_id, account.entries[calendar_id])

    def change_calendar(self, email: str, calendar_id: str, body: ChangeCalendar) -> Json:
        """Change a calendar folder, or the mailbox's right to it."""
        account = self.simulator.world.account(email)
        calendar, entry = self.simulator.world.calendar(account, calendar_id)
        entry.role = _ROLES[body.role] if body.role else entry.role
        calendar.name = body.summary or calendar.name
        calendar.watchable = calendar.watchable if body.watchable is None else body.watchable
        self.simulator.save()
        return self._listed(_id_of(account, entry), entry)

    def remove_calendar(self, email: str, calendar_id: str) -> None:
        """Delete a calendar folder from the mailbox."""
        self.simulator.world.account(email).entry(calendar_id).deleted = True
        self.simulator.save()

    def id_of(self, ref: Ref, folder: str) -> str:
        """Return EWS's id."""
        return ids.item_id(ref.key, folder, ref.day)

    def moved_key(self) -> str:
        """Return a new one: nothing of the id stays of an item that leaves a folder or comes back from the bin."""
        return ids.new_key(self.simulator.world.rng)

    def own(self, item: Item) -> Json:
        """Return what only EWS shows of an item."""
        fields = item.fields
        shown = {
            "ChangeKey": change_key(self.world.calendars[item.folder], item),
            "UID": item.uid or uid(item, None),
            "Body": item.body,
            "StartTimeZone": item.start.given,
            "EndTimeZone": item.end.given,
            "LegacyFreeBusyStatus": FREE_BUSY[fields["showAs"]],
            "ReminderIsSet": fields["isReminderOn"],
            "ReminderMinutesBeforeStart": fields["reminderMinutesBeforeStart"],
            "MeetingRequestWasSent": item.sent,
        }
        return {"ews": shown}

    def _listed(self, calendar_id: str, entry: Entry) -> Json:
        calendar = self.simulator.world.calendars[entry.calendar]
        owner = self.simulator.world.accounts[calendar.owner]
        return {
            "id": calendar_id,
            "summary": calendar.name,
            "timeZone": owner.time_zone,
            "accessRole": entry.role,
            "isDefaultCalendar": entry.default,
            "watchable": calendar.watchable,
        }

    def _of_somebody(self, calendar_id: str | None) -> Calendar | None:
        world = self.simulator.world
        for account in world.accounts.values():
            if calendar_id in account.entries:
                return world.calendars[account.entries[calendar_id].calendar]
        return None


def person_router(simulator: BaseSimulator[World]) -> APIRouter:
    """Return the routes of a person's own acts."""
    who = OutlookPerson(simulator)
    router = person_routes(who)

    @router.patch("/{calendar_id}")
    async def change(email: str, calendar_id: str, body: ChangeCalendar) -> Json:
        return who.change_calendar(email, calendar_id, body)

    meeting_routes(router, who)
    return router


def _id_of(account: Account, entry: Entry) -> str:
    return next(key for key, one in account.entries.items() if one is entry)
