"""One authorised API request, on its way to its operation."""

from dataclasses import dataclass
from typing import Any

from simulators.frame.domain.call import JsonCall
from simulators.google.domain.account.accounts import WRITERS, Account, Entry
from simulators.google.domain.errors import writer_required
from simulators.google.domain.events.calendar import Calendar, Event
from simulators.google.domain.events.drafts import TextRules
from simulators.google.domain.events.views import View
from simulators.google.domain.events.writing import Act
from simulators.google.domain.push.channels import Channel
from simulators.google.domain.world import World

Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Call(JsonCall[World, Account]):
    """One authorised request, checked against the method's description."""

    path: dict[str, str]
    query: Json
    https_only: bool = False
    api_root: str = ""
    opened: Channel | None = None
    sync_first: bool = False

    def act(self) -> Act:
        """Who writes, when."""
        text = TextRules(trim=self.trap("write.trims_text") is not None)
        return Act(self.account.email, self.now, self.world.rng, text)

    def calendar(self) -> tuple[Calendar, Entry]:
        """The calendar of the path."""
        return self.world.calendar(self.account, self.path["calendarId"])

    def writable(self) -> Calendar:
        """The calendar of the path, 403 if it is only readable."""
        calendar, entry = self.calendar()
        if entry.role not in WRITERS:
            raise writer_required()
        return calendar

    def view(self, calendar: Calendar, role: str, events: list[Event]) -> View:
        """How these events are shown to this caller."""
        gone = any(event["status"] == "cancelled" for event in events)
        return View(
            role=role,
            zone=self.query.get("timeZone", calendar.time_zone),
            max_attendees=self.query.get("maxAttendees"),
            busy_only=self.trap("event.details_missing") is not None,
            sparse=gone and self.trap("tombstone.sparse") is not None,
            unknown_enum=self.trap("event.unknown_enum") is not None,
        )

    def updates(self) -> str:
        """Who is mailed about a write; nobody unless asked."""
        old_style = "all" if self.query.get("sendNotifications") else "none"
        return str(self.query.get("sendUpdates", old_style))
