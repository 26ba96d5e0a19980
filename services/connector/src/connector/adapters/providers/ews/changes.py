"""What changed in a calendar, by SyncFolderItems (providers/ews.md 3.3): its rows are hints, each item is read anew.

A first read goes through every item that the folder ever had: what is over already is left out by what a row tells of
it. The sync state of the last page is the cursor; an earlier one would pass over what was not published yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from connector.adapters.providers.ews import requests
from connector.adapters.providers.ews.events.canonical import item_id
from connector.adapters.providers.ews.folder import CalendarFolder
from connector.adapters.providers.ews.reading import read_all
from connector.adapters.providers.ews.xml import Element, children, flag_at, instant_at, local, text_at
from connector.adapters.providers.exchange_store.ended import MARGIN, has_ended
from connector.adapters.providers.wire import broken_answer
from connector.domain.provider.items import Item

_LIVE, _DELETED = {"Create", "Update"}, "Delete"
"""A ReadFlagChange is about no content."""


@dataclass(frozen=True)
class ChangedPage:
    """One page of changes: ids that are there, ids that are not any more, and the state after it."""

    state: str
    is_last: bool
    live: tuple[str, ...]
    deleted: tuple[str, ...]


def changed_page(folder: CalendarFolder, state: str | None, since: datetime | None, size: int) -> ChangedPage:
    """Return the page of changes after a state; of a first read (`since`), without what ended before it."""
    message = folder.one(requests.sync(folder.calendar_id, state, size), "changes")
    new = text_at(message, "m:SyncState")
    if not new:
        raise broken_answer("a page of changes without a state")
    rows, deleted = _told(children(message, "m:Changes/*"))
    live = [one for one, row in rows.items() if since is None or not _is_over(row, since - MARGIN)]
    is_last = flag_at(message, "m:IncludesLastItemInRange") is not False
    if not is_last and new == state:
        raise broken_answer("a page of changes that leads to itself")
    return ChangedPage(new, is_last, tuple(live), tuple(sorted(deleted)))


def _told(rows: list[Element]) -> tuple[dict[str, Element], set[str]]:
    """Return the rows of live items by their ids, and the ids that were deleted.

    Rows come in no order that counts: an item that was made and deleted in the same page is asked for.
    """
    live = {item_id(row[0]): row[0] for row in rows if local(row) in _LIVE and len(row)}
    deleted = {item_id(row) for row in rows if local(row) == _DELETED}
    return live, deleted - live.keys()


def _is_over(row: Element, since: datetime) -> bool:
    """Whether a row says of a single event that it has ended; series are always read."""
    if text_at(row, "t:CalendarItemType") != "Single":
        return False
    try:
        end = instant_at(row, "t:End")
    except (ValueError, OverflowError):
        return False
    return end is not None and end <= since


def changed_items(folder: CalendarFolder, event_ids: Sequence[str], since: datetime | None) -> list[Item]:
    """Return changed events as they are now; of a first read (`since`), without those that ended before it."""
    items = read_all(folder, event_ids)
    return [item for item in items if since is None or not has_ended(item, since)]
