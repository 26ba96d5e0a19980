"""Pairs what has no counterpart after a replay, before any creation (K2, K3): by marker, iCalUID, exact match."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from contracts.activities import ActivitySnapshot
from contracts.calendar_objects import EventSnapshot
from contracts.times import EventTime, Timed
from mapper.domain.model.connections.connection import Connection
from mapper.domain.model.fields import event_values, mapped_fields
from mapper.domain.model.ids import link_id_for
from mapper.domain.model.link import Link
from mapper.domain.model.schedules import event_time
from mapper.domain.model.window import lies_ahead


class Match(NamedTuple):
    """An event that is noted on a link of its own belongs to another link; that one may not exist yet."""

    event_link: str
    link: str


@dataclass(frozen=True)
class _Event:
    link: str
    marked: str | None
    by_uid: Hashable | None
    exactly: Hashable | None
    order: tuple[datetime, str, str]


@dataclass(frozen=True)
class _Activity:
    link: str
    deleted: bool
    by_uid: Hashable | None
    exactly: Hashable | None


@dataclass
class UnpairedLinks:
    """Takes links that lack a side one by one, and keeps of each no more than matching needs."""

    connection: Connection
    _events: dict[str, _Event] = field(default_factory=dict)
    _activities: dict[str, _Activity] = field(default_factory=dict)
    _others: set[str] = field(default_factory=set)

    def add(self, link: Link) -> None:
        """Take in a link."""
        event, activity = link.event.live, link.activity.activity
        if event is not None and activity is None and not link.agreed:
            self._events[link.id] = self._event(link, event)
        elif event is None and activity is not None and _is_open(link, self.connection):
            self._activities[link.id] = self._activity(link, activity)
        else:
            self._others.add(link.id)

    @property
    def named(self) -> frozenset[str]:
        """The links that markers name and that were not added: one that has both sides is paired with nothing."""
        marked = {event.marked for event in self._events.values() if event.marked}
        return frozenset(marked - self._events.keys() - self._activities.keys() - self._others)

    def matches(self) -> tuple[Match, ...]:
        """Return which events belong to which links; nothing is in it twice."""
        found = self._by_marker()
        found |= _one_to_one(self._left(found), self._free(found), lambda one: one.by_uid)
        found |= _one_to_one(self._left(found), self._free(found), lambda one: one.exactly)
        return tuple(Match(event, link) for event, link in found.items())

    def _by_marker(self) -> dict[str, str]:
        """Pair the first event that carries a link's marker; the others are copies (K3)."""
        first: dict[str, _Event] = {}
        for event in sorted(self._events.values(), key=lambda one: one.order):
            if event.marked and event.marked not in self._others and self._may_hold(event.marked):
                first.setdefault(event.marked, event)
        return {event.link: link for link, event in first.items() if event.link != link}

    def _may_hold(self, link_id: str) -> bool:
        known = self._activities.get(link_id)
        return known is None or not known.deleted

    def _left(self, found: Mapping[str, str]) -> list[_Event]:
        return [one for one in self._events.values() if one.link not in found]

    def _free(self, found: Mapping[str, str]) -> list[_Activity]:
        taken = set(found.values())
        return [one for one in self._activities.values() if one.link not in taken]

    def _event(self, link: Link, event: EventSnapshot) -> _Event:
        marker = event.marker
        own = marker is not None and marker.account_key == link.account_key
        place = event.occurrence.original_start if event.occurrence else None
        plain = not (own or event.masked or link.event.baseline or event.response == "declined")
        when = event.fields.time
        return _Event(
            link=link.id,
            marked=link_id_for(link.account_key, marker.activity_id) if own and marker else None,
            by_uid=(event.ical_uid, place) if event.ical_uid and not own else None,
            exactly=(event.fields.summary, _span(when)) if plain and self._covers(when) else None,
            order=(event.updated, place or "", event.event_id),
        )

    def _activity(self, link: Link, activity: ActivitySnapshot) -> _Activity:
        when = event_time(activity.schedule)
        plain = link.event.gone is None and link.state != "closed" and self.connection.selects(activity.type)
        exactly = None
        if plain and not activity.deleted and when is not None and self._covers(when):
            exactly = (event_values(mapped_fields(activity))["summary"], _span(when))
        return _Activity(
            link=link.id, deleted=link.event.gone == "deleted", by_uid=_uid_of(link, activity), exactly=exactly
        )

    def _covers(self, when: EventTime) -> bool:
        return lies_ahead(when, self.connection.coverage.connected_at, self.connection.settings.timezone)


def _is_open(link: Link, connection: Connection) -> bool:
    activity = link.activity.activity
    own = activity is not None and activity.owner_id == connection.user_id
    stopped = (link.state, link.reason) == ("closed", "stopped")
    alive = activity is not None and (not activity.deleted or stopped)
    return own and alive and not link.closed_for_good and link.calendar_id == connection.settings.calendar_id


def _uid_of(link: Link, activity: ActivitySnapshot) -> Hashable | None:
    event, reference = link.event.event, activity.external_ref
    if event is not None and event.ical_uid:
        return event.ical_uid, event.occurrence.original_start if event.occurrence else None
    if reference is not None and reference.account_key == link.account_key and reference.ical_uid:
        return reference.ical_uid, reference.original_start
    return None


def _span(when: EventTime) -> Hashable:
    return (when.start, when.end) if isinstance(when, Timed) else (when.start, when.end, "all-day")


def _one_to_one(
    events: Iterable[_Event], activities: Iterable[_Activity], key: Callable[[_Event | _Activity], Hashable | None]
) -> dict[str, str]:
    """Return the pairs of those whose key nobody else on either side has."""
    left, right = _alone(events, key), _alone(activities, key)
    return {link: right[value] for value, link in left.items() if value in right}


def _alone(
    side: Iterable[_Event | _Activity], key: Callable[[_Event | _Activity], Hashable | None]
) -> dict[Hashable, str]:
    """Return the links of one side by their key, where no other has it."""
    found: defaultdict[Hashable, list[str]] = defaultdict(list)
    for one in side:
        if (value := key(one)) is not None:
            found[value].append(one.link)
    return {value: links[0] for value, links in found.items() if len(links) == 1}
