"""`/control/accounts/…/calendars/…`: what a person does in Outlook, in the words that all simulators share."""

from typing import Any

from fastapi import APIRouter

from simulators.exchange.domain import ids
from simulators.exchange.domain.events.views import change_key
from simulators.exchange.domain.events.words import FREE_BUSY
from simulators.exchange.domain.world import World
from simulators.frame.domain.people import ChangeCalendar
from simulators.frame.http.person_api import person_routes
from simulators.frame.http.store_person import StorePerson, meeting_routes
from simulators.frame.simulator import BaseSimulator
from simulators.frame.store.calendar import Item
from simulators.frame.store.identity import uid
from simulators.frame.store.ids import Ref
from simulators.frame.store.mailboxes import Entry

Json = dict[str, Any]


class OutlookPerson(StorePerson[BaseSimulator[World]]):
    """A mailbox's owner in Outlook or Outlook on the web."""

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

    def listed(self, calendar_id: str, entry: Entry) -> Json:
        """Return a calendar folder."""
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


def person_router(simulator: BaseSimulator[World]) -> APIRouter:
    """Return the routes of a person's own acts."""
    who = OutlookPerson(simulator)
    router = person_routes(who)

    @router.patch("/{calendar_id}")
    async def change(email: str, calendar_id: str, body: ChangeCalendar) -> Json:
        return who.change_calendar(email, calendar_id, body)

    meeting_routes(router, who)
    return router
