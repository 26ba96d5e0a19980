"""What a client writes about a calendar item, in the store's words (Graph's): one row for each property."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from simulators.exchange.domain.errors import EwsError, invalid_property
from simulators.exchange.domain.events import mapi, properties, times
from simulators.exchange.domain.events.words import ATTENDEES, DELETED, READERS, body, guest, is_true, name_of
from simulators.exchange.domain.mime.reading import words as words_of_mime
from simulators.exchange.domain.recurring import patterns
from simulators.exchange.domain.xml import Element, child, children, local
from simulators.frame.store import bodies
from simulators.frame.store.calendar import Item
from simulators.frame.store.times import Moment

Json = dict[str, Any]

#: What only the times and the series are made of; `Draft.words` puts it together.
_TIMING = frozenset({"Start", "End", "StartTimeZone", "EndTimeZone", "MeetingTimeZone", "IsAllDayEvent", "Recurrence"})
#: What Exchange lets a client set and then does not keep, or keeps as it is anyway.
_IGNORED = frozenset({"ItemClass", "Culture", "DateTimeStamp", "ConferenceType", "NetShowUrl", "MeetingWorkspaceUrl"})

#: "ErrorCalendarDurationIsTooLong: the item duration of a calendar item exceeds five years" (MS-OXWSMTGS 3.1.4.2.1).
_LONGEST = timedelta(days=5 * 366)


@dataclass(slots=True)
class Draft:
    """What one request says about one item, collected property by property.

    `zone`: the Windows id of the request's TimeZoneContext, by which local times without a zone are read.
    """

    zone: str
    plain: Json = field(default_factory=dict)
    timing: dict[str, Element] = field(default_factory=dict)
    attendees: dict[str, list[Json]] = field(default_factory=dict)
    extended: dict[str, str | None] = field(default_factory=dict)
    more_attendees: list[Json] = field(default_factory=list)
    more_body: Json = field(default_factory=dict)

    def set(self, element: Element) -> None:
        """Take a property in."""
        name = local(element)
        if name == "ExtendedProperty":
            key, value = properties.read(element)
            if key == mapi.SUBJECT:
                self.plain["subject"] = value
            else:
                self.extended[key] = value
        elif name in ATTENDEES:
            self.attendees[ATTENDEES[name]] = [guest(one, ATTENDEES[name]) for one in children(element)]
        elif name == "MimeContent":
            self.plain |= words_of_mime(element.text or "", self.zone)
        elif name in _TIMING:
            self.timing[name] = element
        elif name in READERS:
            self.plain |= READERS[name](element)
        elif name == "ItemClass" and not (element.text or "").startswith("IPM.Appointment"):
            raise EwsError("ErrorObjectTypeChanged", "The item class is not that of a calendar item.")
        elif name not in _IGNORED:
            raise invalid_property(name)

    def delete(self, path: Element) -> None:
        """Take in that a property goes."""
        if local(path) == "ExtendedFieldURI":
            key = properties.id_of(path)
            if key == mapi.BODY:
                self.plain |= DELETED["Body"]
            else:
                self.extended[key] = None
            return
        name = name_of(path)
        if name in ATTENDEES:
            self.attendees[ATTENDEES[name]] = []
        elif name in DELETED:
            self.plain |= DELETED[name]
        else:
            raise EwsError("ErrorInvalidPropertyDelete", f"Delete action is invalid for property {name}.")

    def words(self, old: Item | None) -> Json:
        """Return the changes in the store's words; `old`: the item as it is, None for a new one."""
        made = self.plain | self._guests(old) | self._times(old)
        if self.more_body:
            made["body"] = bodies.appended(old.body if old else "", self.more_body)
        if self.extended:
            given = [{"id": key, "value": value} for key, value in self.extended.items() if value is not None]
            made["singleValueExtendedProperties"] = given
            made["removedProperties"] = [key for key, value in self.extended.items() if value is None]
        return made

    def _guests(self, old: Item | None) -> Json:
        if not self.attendees and not self.more_attendees:
            return {}
        known = old.fields["attendees"] if old else []
        kept = [one for one in known if one["type"] not in self.attendees]
        new = [one for found in self.attendees.values() for one in found]
        return {"attendees": kept + new + self.more_attendees}

    def _times(self, old: Item | None) -> Json:
        if not self.timing:
            return {}
        start, end = self._moment("Start", old), self._moment("End", old)
        all_day = self._all_day(old)
        made: Json = {"isAllDay": all_day}
        if "Recurrence" in self.timing:
            made["recurrence"] = patterns.read(self.timing["Recurrence"])
            by = times.day(made["recurrence"]["range"]["startDate"]) - start.local.date()
            start, end = start.at(start.local + by), end.at(end.local + by)
        if all_day:
            start, end = times.whole_days(start, end)
        if end.instant - start.instant > _LONGEST:
            raise EwsError("ErrorCalendarDurationIsTooLong", "The duration exceeds five years.")
        return made | {"start": _written(start), "end": _written(end)}

    def _all_day(self, old: Item | None) -> bool:
        if "IsAllDayEvent" in self.timing:
            return is_true(self.timing["IsAllDayEvent"])
        return bool(old and old.fields["isAllDay"])

    def _moment(self, side: str, old: Item | None) -> Moment:
        kept: Moment | None = getattr(old, side.lower()) if old else None
        zone = self._zone(side) or (times.zone_of(kept) if kept else times.zone(self.zone))
        if side in self.timing:
            return times.read(self.timing[side].text or "", zone)
        if kept is None:
            raise EwsError("ErrorCalendarInvalidPropertyState", f"A calendar item needs its {side}.")
        return times.in_zone(kept, zone)

    def _zone(self, side: str) -> times.Zone | None:
        """The zone that the request gives to one side; a new item's end is in its start's, if nothing else is said."""
        for name in (f"{side}TimeZone", "StartTimeZone"):
            if name in self.timing:
                return times.zone(self.timing[name].get("Id", ""))
        if "MeetingTimeZone" in self.timing:
            return times.zone(self.timing["MeetingTimeZone"].get("TimeZoneName", ""))
        return None


def _written(moment: Moment) -> Json:
    return {"dateTime": moment.wall, "timeZone": moment.zone, "zoneName": moment.given}


def of_item(element: Element, zone: str) -> Draft:
    """Return what a `t:CalendarItem` to create says."""
    draft = Draft(zone)
    for one in children(element):
        draft.set(one)
    return draft


def of_changes(updates: Iterable[Element], zone: str) -> Draft:
    """Return what a `t:Updates` says, in its order."""
    draft = Draft(zone)
    for one in updates:
        _CHANGES[local(one)](draft, one)
    return draft


def _set(draft: Draft, change: Element) -> None:
    path, item = children(change)
    found = children(item)
    if len(found) != 1:
        raise EwsError("ErrorIncorrectUpdatePropertyCount", "A change names one property.")
    if not _fits(path, found[0]):
        raise EwsError("ErrorUpdatePropertyMismatch", "The property of the change is not that of its path.")
    draft.set(found[0])


def _fits(path: Element, element: Element) -> bool:
    if local(path) == "ExtendedFieldURI":
        named = child(element, "t:ExtendedFieldURI")
        return named is not None and properties.id_of(named) == properties.id_of(path)
    return name_of(path) == local(element)


def _append(draft: Draft, change: Element) -> None:
    path, item = children(change)
    name, found = name_of(path), children(item)
    if name in ATTENDEES and found:
        draft.more_attendees += [guest(one, ATTENDEES[name]) for one in children(found[0])]
    elif name == "Body" and found:
        draft.more_body = body(found[0])["body"]
    else:
        raise EwsError("ErrorInvalidPropertyAppend", f"Append action is invalid for property {name}.")


_CHANGES: Mapping[str, Callable[[Draft, Element], None]] = {
    "SetItemField": _set,
    "DeleteItemField": lambda draft, change: draft.delete(children(change)[0]),
    "AppendToItemField": _append,
}
