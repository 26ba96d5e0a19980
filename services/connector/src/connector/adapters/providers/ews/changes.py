"""What changed in a calendar, by SyncFolderItems (providers/ews.md 3.3): its rows are hints, each item is read anew.

A first read goes through every item that the folder ever had: what is over already is left out by what a row tells of
it. The sync state of the last page is the cursor; an earlier one would pass over what was not published yet.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from chassis.errors import TandemError
from connector.adapters.providers.ews import requests
from connector.adapters.providers.ews.events.canonical import item_id
from connector.adapters.providers.ews.folder import GONE, ITEMS_AT_ONCE, Answer, CalendarFolder
from connector.adapters.providers.ews.reading import answers_of, assembled, modified_ids, with_masters
from connector.adapters.providers.ews.xml import Element, children, flag_at, instant_at, local, text_at
from connector.adapters.providers.exchange_store.ended import MARGIN, has_ended
from connector.adapters.providers.wire import broken_answer
from connector.domain.provider.items import Item

_EVENT = "CalendarItem"
_LIVE, _DELETED = {"Create", "Update"}, "Delete"
"""A ReadFlagChange is about no content."""


@dataclass(frozen=True)
class ChangedPage:
    """One page of changes: ids that are there, ids that are not any more, and the state after it.

    An id in both was made and deleted in the same page, in whichever order.
    """

    state: str
    is_last: bool
    live: tuple[str, ...]
    deleted: frozenset[str]


def changed_page(folder: CalendarFolder, state: str | None, since: datetime | None, size: int) -> ChangedPage:
    """Return the page of changes after a state; of a first read (`since`), without what ended before it."""
    message = folder.one(requests.sync(folder.calendar_id, state, size), "changes")
    new = text_at(message, "m:SyncState")
    if not new:
        raise broken_answer("a page of changes without a state")
    rows, deleted = _told(children(message, "m:Changes/*"))
    live = [one for one, row in rows.items() if since is None or not _is_over(row, since - MARGIN)]
    is_last = flag_at(message, "m:IncludesLastItemInRange") is not False
    return ChangedPage(new, is_last, tuple(live), frozenset(deleted))


def _told(rows: list[Element]) -> tuple[dict[str, Element], set[str]]:
    """Return the rows of live events by their ids, and the ids that were deleted; their order counts for nothing.

    A calendar's folder may hold other items as well, such as messages that somebody has dragged there.
    """
    changed = [row[0] for row in rows if local(row) in _LIVE and len(row)]
    live = {item_id(one): one for one in changed if local(one) == _EVENT}
    return live, {item_id(row) for row in rows if local(row) == _DELETED}


def _is_over(row: Element, since: datetime) -> bool:
    """Whether a row says of a single event that it has ended; series are always read."""
    if text_at(row, "t:CalendarItemType") != "Single":
        return False
    try:
        end = instant_at(row, "t:End")
    except (ValueError, OverflowError):
        return False
    return end is not None and end <= since


@dataclass(frozen=True)
class ChangedBatch:
    """Some of the changed events on the way to items. Each step is a call or two: a slow server gets many small ones.

    `missing`: the server's ids of changed occurrences that are still to be read. `items`: None until none is missing.
    """

    found: Mapping[str, Answer]
    since: datetime | None
    missing: Sequence[str] = ()
    modified: Mapping[str, Answer] = field(default_factory=dict)
    items: tuple[Item, ...] | None = None


def changed_batch(
    folder: CalendarFolder, event_ids: Sequence[str], deleted: Collection[str], since: datetime | None
) -> ChangedBatch:
    """Return changed events as they are now; of a first read (`since`), without those that ended before it.

    One that is not there is asked for once more, and then left out: a later page says that it was deleted. Only where
    this one does already (`deleted`), that is proven.
    """
    answers = answers_of(folder, event_ids)
    if gone := [one for one, answer in answers.items() if _is_gone(answer)]:
        answers |= answers_of(folder, gone)
    told = {one: answer for one, answer in answers.items() if one in deleted or not _is_gone(answer)}
    found = with_masters(folder, told)
    return _step(folder, ChangedBatch(found, since, modified_ids(folder, found)))


def continued(folder: CalendarFolder, batch: ChangedBatch) -> ChangedBatch:
    """Return a batch with more of its changed occurrences."""
    some, rest = batch.missing[:ITEMS_AT_ONCE], batch.missing[ITEMS_AT_ONCE:]
    modified = {**batch.modified, **answers_of(folder, some)}
    return _step(folder, replace(batch, missing=rest, modified=modified))


def _step(folder: CalendarFolder, batch: ChangedBatch) -> ChangedBatch:
    if batch.missing:
        return batch
    items, since = assembled(folder, batch.found, batch.modified), batch.since
    return replace(batch, items=tuple(one for one in items if since is None or not has_ended(one, since)))


def _is_gone(answer: Answer) -> bool:
    return isinstance(answer, TandemError) and answer.code == GONE
