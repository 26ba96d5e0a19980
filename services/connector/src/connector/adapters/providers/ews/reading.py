"""Items read by their ids: what a row of changes says is but a hint."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from chassis.errors import TandemError
from connector.adapters.providers.ews import requests
from connector.adapters.providers.ews.events.canonical import item_id, read_single
from connector.adapters.providers.ews.events.times import own_zone
from connector.adapters.providers.ews.folder import GONE, Answer, CalendarFolder
from connector.adapters.providers.ews.recurring.series import (
    ModifiedOccurrence,
    is_master,
    is_of_series,
    modified_occurrences,
    occurrence_of,
    read_series,
)
from connector.adapters.providers.ews.xml import Element, children, text_at
from connector.adapters.providers.exchange_store.places import occurrence_id, place_at
from connector.adapters.providers.exchange_store.unreadable import UNREADABLE, unreadable
from connector.adapters.providers.instances import instance_place
from connector.domain.provider.errors import Missing
from connector.domain.provider.items import (
    EventRemoved,
    Item,
    OccurrenceCancelled,
    OccurrenceRead,
    SeriesRead,
    Unreadable,
    deviation_id,
)

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_MOST_EAST, _MOST_WEST = timedelta(hours=14), timedelta(hours=12)


def read(folder: CalendarFolder, event_id: str) -> Item:
    """Return one item as it is now; Missing for an id that is none, EventRemoved for one that is gone."""
    place = instance_place(event_id)
    return _read(folder, event_id) if place is None else _occurrence(folder, event_id, *place)[0]


def own(folder: CalendarFolder, event_id: str) -> Element:
    """Return an event as the server shows it, with its own id, also of an occurrence. Raises Missing."""
    place = instance_place(event_id)
    if place is None:
        return folder.raw(event_id)
    found = _occurrence(folder, event_id, *place)[1]
    if found is None:
        raise Missing("no_such_occurrence", "the series has no such occurrence")
    return found


def _read(folder: CalendarFolder, event_id: str) -> Item:
    raw = _raw_or_none(folder, event_id)
    return EventRemoved(event_id) if raw is None else items_of(folder, {event_id: raw})[0]


def _raw_or_none(folder: CalendarFolder, event_id: str) -> Element | None:
    """Return an item as the server shows it; None where it is proven to be gone. Raises Missing for what is no id."""
    try:
        return folder.raw(event_id)
    except Missing as error:
        if error.code != GONE:
            raise
        return None


def items_of(folder: CalendarFolder, answers: Mapping[str, Answer]) -> list[Item]:
    """Return the items of answers by their ids, masters with what became of their occurrences."""
    found = with_masters(folder, answers)
    return assembled(folder, found, answers_of(folder, modified_ids(folder, found)))


def with_masters(folder: CalendarFolder, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """Return the answers, with its master in the place of an occurrence."""
    of_series = [one for one, raw in answers.items() if not isinstance(raw, TandemError) and is_of_series(raw)]
    masters = folder.answers([requests.master_of(one) for one in of_series])
    found = {one: answer for one, answer in answers.items() if one not in of_series}
    for one, answer in zip(of_series, masters, strict=True):
        found[one if isinstance(answer, TandemError) else item_id(answer)] = answer
    return found


def modified_ids(folder: CalendarFolder, answers: Mapping[str, Answer]) -> list[str]:
    """Return the server's ids of the changed occurrences that must be read for their masters."""
    masters = [raw for raw in answers.values() if not isinstance(raw, TandemError) and is_master(raw)]
    return [one.item_id for raw in masters for one in _known_modified(folder, raw)]


def answers_of(folder: CalendarFolder, event_ids: Sequence[str]) -> dict[str, Answer]:
    """Return what the server shows by these ids."""
    return dict(zip(event_ids, folder.answers([requests.item_id(one) for one in event_ids]), strict=True))


def assembled(folder: CalendarFolder, answers: Mapping[str, Answer], modified: Mapping[str, Answer]) -> list[Item]:
    """Return the items of answers; `modified`: the changed occurrences of the masters among them. Calls nothing."""
    return [_item(folder, event_id, answer, modified) for event_id, answer in answers.items()]


def _known_modified(folder: CalendarFolder, raw: Element) -> list[ModifiedOccurrence]:
    try:
        return modified_occurrences(raw, folder.now)
    except UNREADABLE:  # `_item` says so
        return []


def _item(folder: CalendarFolder, event_id: str, answer: Answer, modified: Mapping[str, Answer]) -> Item:
    if isinstance(answer, TandemError):
        return EventRemoved(event_id) if answer.code == GONE else Unreadable(event_id, answer.code)
    if not is_master(answer):
        return read_single(answer, folder.calendar_id)
    try:
        wanted = modified_occurrences(answer, folder.now)
        return read_series(answer, folder.calendar_id, {one: _there(modified[one.item_id]) for one in wanted})
    except UNREADABLE as error:
        return unreadable(event_id, error)
    except TandemError as error:
        return Unreadable(event_id, error.code)


def _there(answer: Answer) -> Element | None:
    """Return a changed occurrence, None where there is none any more. Raises what stands in the way of its series."""
    if not isinstance(answer, TandemError):
        return answer
    if answer.code == GONE:
        return None
    raise answer


def _occurrence(folder: CalendarFolder, event_id: str, series_id: str, start: str) -> tuple[Item, Element | None]:
    """Return an occurrence, and as the server shows it. Raises Missing where the series has no such."""
    master = _raw_or_none(folder, series_id)
    if master is None:
        return EventRemoved(event_id), None
    modified = answers_of(folder, modified_ids(folder, {series_id: master}))
    series = _item(folder, series_id, master, modified)
    if not isinstance(series, SeriesRead):
        return EventRemoved(event_id, getattr(series, "at", None)), None
    for one in series.exceptions or ():
        if deviation_id(one) == event_id:
            return one, None if isinstance(one, OccurrenceCancelled) else _changed(
                folder, series, master, modified, event_id
            )
    return _unchanged(folder, series, event_id, start)


def _changed(
    folder: CalendarFolder, series: SeriesRead, master: Element, modified: Mapping[str, Answer], event_id: str
) -> Element | None:
    """Return a changed occurrence as the server shows it."""
    for one in modified_occurrences(master, folder.now):
        if occurrence_id(place_at(series.event, one.original_start, own_zone(master))) == event_id:
            return _there(modified[one.item_id])
    return None


def _unchanged(folder: CalendarFolder, series: SeriesRead, event_id: str, start: str) -> tuple[Item, Element]:
    """Return an occurrence where the rule put it: its own id is found in what the calendar shows then."""
    message = folder.one(requests.find_between(folder.calendar_id, *_around(start)), "calendar")
    rows = [row for row in children(message, "m:RootFolder/t:Items/*") if _may_be_of(row, series)]
    answers = folder.answers([requests.item_id(item_id(row)) for row in rows]) if rows else []
    for raw in answers:
        if isinstance(raw, TandemError) or not _may_be_of(raw, series):
            continue
        found = occurrence_of(raw, series)
        if isinstance(found, OccurrenceRead) and found.event.event_id == event_id:
            return found, raw
    raise Missing("no_such_occurrence", "the series has no such occurrence")


def _may_be_of(raw: Element, series: SeriesRead) -> bool:
    uid = text_at(raw, "t:UID")
    same = not uid or series.event.ical_uid in {None, uid}
    return same and text_at(raw, "t:CalendarItemType") in {"", "Occurrence"}


def _around(start: str) -> tuple[datetime, datetime]:
    """Return the moments between which an occurrence is shown; where only its day is known, that day everywhere."""
    moment = datetime.fromisoformat(start)
    if moment.tzinfo:
        return moment, moment + _MINUTE
    begin = moment.replace(tzinfo=UTC)
    return begin - _MOST_EAST, begin + _DAY + _MOST_WEST
