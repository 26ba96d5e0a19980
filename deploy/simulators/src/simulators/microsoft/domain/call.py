"""One authorised request to Graph, on its way to its operation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from simulators.frame.domain.call import JsonCall
from simulators.frame.store import ids, writing
from simulators.frame.store.calendar import Calendar, Item
from simulators.frame.store.errors import access_denied, bad_id, item_not_found
from simulators.frame.store.mailboxes import WRITERS, Entry
from simulators.frame.store.writing import Act
from simulators.microsoft.domain.account.accounts import Account
from simulators.microsoft.domain.events.views import View
from simulators.microsoft.domain.lists.options import Options, Prefer
from simulators.microsoft.domain.push.subscriptions import Subscription
from simulators.microsoft.domain.world import World

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Route:
    """What a path means: the operation, and which calendar, event or subscription it names.

    `calendar` None means all of the mailbox.
    """

    operation: str
    calendar: str | None = None
    event: str | None = None
    subscription: str | None = None
    action: str = ""


@dataclass(slots=True, kw_only=True)
class Call(JsonCall[World, Account]):
    """One authorised request. `url` is its address without the query, for links to more."""

    route: Route
    query: dict[str, str]
    options: Options
    prefer: Prefer
    url: str
    opened: Subscription | None = None
    status: int = 200

    def act(self) -> Act:
        """Who writes, when."""
        return Act(self.world, self.account, self.now)

    def calendar(self) -> tuple[Calendar, Entry]:
        """The calendar of the path; the default one where it names none."""
        return self.world.calendar(self.account, self.route.calendar or "primary")

    def writable(self) -> Calendar:
        """The calendar of the path, 403 if it is only readable."""
        calendar, entry = self.calendar()
        if entry.role not in WRITERS:
            raise access_denied()
        return calendar

    def event(self) -> tuple[Calendar, Entry, Item]:
        """The event of the path: in the named calendar, or anywhere in the caller's own mailbox."""
        ref = ids.parse(self.route.event or "")
        if ref is None:
            raise bad_id()
        if self.route.calendar is not None:
            calendar, entry = self.calendar()
        else:
            calendar, entry = self._own(ref.key)
        key = ids.seen_from(self._mailbox(calendar), ref.key)
        return calendar, entry, writing.found(calendar, replace(ref, key=key))

    def _mailbox(self, calendar: Calendar) -> str:
        """The mailbox through which another's calendar is seen."""
        return "" if calendar.owner == self.account.email else self.account.email

    def _own(self, key: str) -> tuple[Calendar, Entry]:
        calendar = self.world.calendars.get(self.world.where.get(key, ""))
        # What lies in a shared calendar is found only by that calendar's own path.
        held = self.account.id_of(calendar.key) if calendar and calendar.owner == self.account.email else None
        if calendar is None or held is None:
            raise item_not_found()
        return calendar, self.account.entries[held]

    def view(self, entry: Entry) -> View:
        """How this caller gets the events of a calendar."""
        quirk = self.trap("zone.odd_name")
        return View(
            zone=self.prefer.zone,
            immutable=self.prefer.immutable,
            text=self.prefer.text,
            sees_private=entry.role == "owner",
            zone_quirk=quirk["name"] if quirk else None,
            unknown_enum=self.trap("event.unknown_enum") is not None,
            mailbox=self._mailbox(self.world.calendars[entry.calendar]),
        )

    def shown(self, calendar: Calendar, view: View, item: Item) -> Json:
        """An event with what `$expand` and `$select` ask for."""
        event = view.full(item)
        if self.options.properties:
            found = _properties(item, self.options.properties)
            event |= {"singleValueExtendedProperties": found} if found else {}
        if self.options.exceptions and item.is_series:
            apart = calendar.exceptions(item.key)
            event["exceptionOccurrences"] = [view.full(one) for one in apart]
        if self.options.cancelled and item.is_series:
            event["cancelledOccurrences"] = view.cancelled(item)
        return selected(event, self.options)

    def link(self, **query: str) -> str:
        """The same address with another query."""
        return f"{self.url}?{urlencode(query)}"

    def page_of(self, rows: Sequence[Any]) -> tuple[Sequence[Any], str | None]:
        """One page of a list, and the link to the next."""
        size = min(self.options.top or self.prefer.page_size or 10, self.world.page_cap or 1000)
        end = self.options.skip + size
        if end >= len(rows):
            return rows[self.options.skip : end], None
        return rows[self.options.skip : end], self.link(**self.query | {"$skip": str(end)})


def _properties(item: Item, wanted: tuple[str, ...]) -> list[Json]:
    return [{"id": name, "value": item.properties[name]} for name in wanted if name in item.properties]


def selected(event: Json, options: Options) -> Json:
    """Only what `$select` names; the id, annotations and what was expanded stay."""
    if not options.select:
        return event
    kept = {*options.select, "id", "singleValueExtendedProperties", "exceptionOccurrences"}
    return {name: value for name, value in event.items() if name in kept or name.startswith("@")}


def collection(rows: list[Json], more: str | None) -> Json:
    """A page of a collection, with the link to the next."""
    return {"value": rows} | ({"@odata.nextLink": more} if more else {})
