"""Writes, each with what must be read before and after it: EWS answers with the id and the change key alone."""

from collections.abc import Callable
from copy import deepcopy
from typing import TypeVar

from connector.adapters.providers.ews import calls, requests
from connector.adapters.providers.ews.events.canonical import change_key, item_id, read_single, version_of
from connector.adapters.providers.ews.events.marker import is_of_try, read_marker
from connector.adapters.providers.ews.events.times import own_zone
from connector.adapters.providers.ews.events.writing import new_item, properties
from connector.adapters.providers.ews.folder import GONE, CalendarFolder, item_in
from connector.adapters.providers.ews.reading import own, read
from connector.adapters.providers.ews.xml import Element, child, flag_at, t
from connector.adapters.providers.exchange_store.answers import newer
from connector.adapters.providers.exchange_store.marks import is_same_link
from connector.adapters.providers.exchange_store.versions import EventVersion
from connector.adapters.providers.instances import instance_place
from connector.domain.provider.errors import (
    AlreadyExists,
    ConnectionLost,
    Forbidden,
    Missing,
    PreconditionFailed,
    Rejected,
)
from connector.domain.provider.items import Item, etag_of
from connector.domain.provider.port import NewEvent
from contracts.calendar_objects import EventChanges, Marker
from contracts.times import AllDay, EventTime

_T = TypeVar("_T")
_MARKED_AT_ONCE = 100
_UNKNOWN_ZONE = "error_time_zone"

MailboxZone = Callable[[CalendarFolder], str]
"""Tells a mailbox's own zone, where it is needed: the days of an all-day event begin at its midnight."""


def create(folder: CalendarFolder, new: NewEvent, zone: MailboxZone, *, invite: bool) -> Item:
    """Create an event, unless an earlier try has made it: Exchange takes no ids from clients, and no key to tell.

    Raises AlreadyExists.
    """
    if there := _made_before(folder, new):
        raise AlreadyExists("marked_event_exists", event_id=there)
    days = _days_zone(folder, new.content.time, None, zone)

    def write(known: bool) -> tuple[Element, Element]:
        item = new_item(new.content, new.marker, days, tried_at=new.tried_at, known=known)
        request = requests.create(folder.calendar_id, deepcopy(item), invite=invite)
        return item, item_in(folder.one(request, "new"))

    sent, made = _in_a_zone_it_knows(write)
    answered = read_single(_as_sent(sent, made), folder.calendar_id)
    try:
        raw = folder.raw(item_id(made))
    except Missing:  # deleted since: a later read tells (H1)
        return answered
    shown = read_single(raw, folder.calendar_id)
    return shown if change_key(raw) == change_key(made) else newer(answered, shown)


def _made_before(folder: CalendarFolder, new: NewEvent) -> str | None:
    """Return the id of the event that an earlier try of the same creation has made, by its mark.

    A copy of an event that was made for this activity before bears its mark, too, and is another event (K3).
    """

    def ask(offset: int) -> Element:
        wanted = requests.find_marked(folder.calendar_id, new.marker.activity_id, offset, _MARKED_AT_ONCE)
        return folder.one(wanted, "calendar")

    for row in calls.listed(ask, "t:Items/*"):
        same = is_same_link(read_marker(row), new.marker)
        if same and (new.tried_at is None or is_of_try(row, new.tried_at)):
            return item_id(row)
    return None


def _as_sent(sent: Element, made: Element) -> Element:
    """Return the new event as it was written, with the id and the change key that it was given."""
    found = child(made, "t:ItemId")
    return t("CalendarItem", [*([] if found is None else [deepcopy(found)]), *sent])


def update(
    folder: CalendarFolder,
    event_id: str,
    changes: EventChanges,
    marker: Marker,
    zone: MailboxZone,
    *,
    etag: str | None,
    invite: bool,
) -> Item:
    """Change the given fields and the mark. Raises PreconditionFailed, Missing, Forbidden.

    Raises ConnectionLost where somebody has changed the event between our write and our read of it: what was written
    is then told apart from what came after.
    """
    known = EventVersion.parsed(etag) if etag else None
    _check_right(known)
    single = instance_place(event_id) is None
    there = own(folder, event_id) if _is_needed(known, changes, single=single) else None
    version = _checked(known, there)
    days = _days_zone(folder, changes.time, there, zone)
    conflict = requests.NEVER if known and version.etag else requests.ALWAYS

    def write(known: bool) -> Element:
        wanted = properties(changes, marker, days, there, single=single, known=known)
        item = requests.item_id(event_id if there is None else item_id(there), version.etag)
        return item_in(_about_item(folder, requests.update(item, wanted, invite=invite, conflict=conflict)))

    made = _in_a_zone_it_knows(write)
    shown = read(folder, event_id)
    if (told := etag_of(shown)) and EventVersion.parsed(told).etag != change_key(made):
        raise ConnectionLost("changed_since", "the event was changed again before it could be read")
    return shown


def delete(folder: CalendarFolder, event_id: str, *, etag: str | None, invite: bool) -> None:
    """Delete an event; Missing where it is deleted already. Exchange itself heeds no version when it deletes."""
    there = own(folder, event_id)
    version = _checked(EventVersion.parsed(etag) if etag else None, there)
    _about_item(folder, requests.delete(requests.item_id(item_id(there), version.etag), invite=invite))


def _in_a_zone_it_knows(write: Callable[[bool], _T]) -> _T:
    """Write; where the server does not know the zone, in UTC: the instants are right, and the zone is in our mark."""
    try:
        return write(True)
    except Rejected as error:
        if error.code != _UNKNOWN_ZONE:
            raise
        return write(False)


def _is_needed(known: EventVersion | None, changes: EventChanges, *, single: bool) -> bool:
    """Whether the event must be read before it is changed."""
    partly = changes.description is not None or changes.attendees is not None or isinstance(changes.time, AllDay)
    return partly or not single or known is None or not known.etag


def _checked(known: EventVersion | None, there: Element | None) -> EventVersion:
    """Return the version that is written. Raises PreconditionFailed where it is not the known one any more."""
    if there is None:
        return known or EventVersion("")
    version = version_of(there)
    _check_right(version)
    if known and known.etag and version.etag != known.etag:
        raise PreconditionFailed("changed_since", "the event is another version than the one that was read")
    return version


def _check_right(version: EventVersion | None) -> None:
    """Raise Forbidden for what Exchange would let happen, and should not (E5)."""
    if version and version.standing == "foreign":
        raise Forbidden("not_organizer", "it would change the guest's own copy alone (E5)")


def _about_item(folder: CalendarFolder, request: Element) -> Element:
    """Return the answer; an item that is not there may as well mean that the calendar is lost."""
    try:
        return folder.one(request, "item")
    except Missing as error:
        if error.code == GONE:
            folder.check()
        raise


def _days_zone(folder: CalendarFolder, time: EventTime | None, there: Element | None, zone: MailboxZone) -> str:
    """Return the zone in which the days of an event begin: as they did, else in the mailbox's own."""
    if not isinstance(time, AllDay):
        return ""
    if there is not None and flag_at(there, "t:IsAllDayEvent") and (known := own_zone(there)):
        return known
    return zone(folder)
