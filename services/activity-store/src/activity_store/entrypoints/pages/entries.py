"""An activity as the pages show it: plain values, made from what the reader may see, in his language and zone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from activity_store.application.weeks import SeenWeek
from activity_store.domain.model.activity import Activity
from activity_store.domain.model.activity_types import ActivityTypes, TypeEntry
from activity_store.domain.model.errors import LockReason
from activity_store.domain.model.week import Place, place_of
from activity_store.domain.rules.locks import lock_reasons
from activity_store.domain.rules.sync_state import Standing, standing_of
from activity_store.entrypoints.pages import words
from chassis.pages.language import Language

_PLAIN = "5F6B7A"
"""The colour of a type that has none."""
_ICONS = frozenset({"call", "meeting", "task", "deadline", "email", "lunch"})
OTHER_ICON = "other"


@dataclass(frozen=True)
class ShownType:
    """An activity type; `color` is RRGGBB."""

    key: str
    name: str
    icon: str
    color: str


@dataclass(frozen=True)
class Entry:
    """One activity. `start` and `end` are in UTC, or dates where it is all-day; `place` is the same locally."""

    id: str
    subject: str
    type: ShownType
    start: str | None
    end: str | None
    all_day: bool
    when: str
    done: bool
    private: bool
    lock: LockReason | None
    lock_words: str | None
    standing: Standing
    standing_words: str
    overlap_words: str | None
    own: bool
    place: Place | None


def shown_type(types: ActivityTypes, key: str, language: Language) -> ShownType:
    """Return a type as it is shown; an unknown one goes by its key."""
    entry = types.find(key) or TypeEntry(key_string=key, name=key, icon_key=None, color=None)
    icon = entry.icon_key if entry.icon_key in _ICONS else OTHER_ICON
    color = entry.color.removeprefix("#").upper() if entry.color else _PLAIN
    valid = len(color) == len(_PLAIN) and all(digit in "0123456789ABCDEF" for digit in color)
    return ShownType(key, words.type_name(key, entry.name, language.text), icon, color if valid else _PLAIN)


@dataclass(frozen=True)
class Reader:
    """Who reads, and how: what an entry needs beside the activity."""

    user_id: str
    language: Language
    zone: str
    types: ActivityTypes

    def entry(self, activity: Activity, overlaps: Iterable[Activity] = ()) -> Entry:
        """Return an activity as this reader sees it."""
        place = place_of(activity, self.zone)
        lock = next(iter(lock_reasons(activity)), None)
        text = self.language.text
        standing = standing_of(activity.sync)
        start, end = _instants(place)
        return Entry(
            id=activity.activity_id,
            subject=activity.subject,
            type=self.type(activity.type),
            start=start,
            end=end,
            all_day=place is not None and place.all_day,
            when=self._when(place),
            done=activity.done,
            private=activity.private,
            lock=lock,
            lock_words=text(words.LOCKED[lock]) if lock else None,
            standing=standing,
            standing_words=text(words.STANDING[standing]),
            overlap_words=self._overlap_words(overlaps),
            own=activity.owner_id == self.user_id,
            place=place,
        )

    def type(self, key: str) -> ShownType:
        """Return a type as this reader sees it."""
        return shown_type(self.types, key, self.language)

    def week(self, seen: SeenWeek) -> list[Entry]:
        """Return a week's entries, those of the whole day first, then by time; last what has no date."""
        entries = [self.entry(activity, seen.overlaps.get(activity.id, ())) for activity in seen.activities]
        return [*sorted(entries, key=_order), *map(self.entry, seen.undated)]

    def _when(self, place: Place | None) -> str:
        if place is None:
            return ""
        if place.all_day:
            return self.language.text(words.ALL_DAY)
        return f"{self._time(place.start)}\u2013{self._time(place.end)}"

    def _time(self, local: datetime) -> str:
        return self.language.time(local, self.zone)

    def _overlap_words(self, others: Iterable[Activity]) -> str | None:
        named = ", ".join(f"\u201c{one.subject}\u201d" for one in others)
        return self.language.text(words.OVERLAPS) % {"others": named} if named else None


def by_day(entries: Iterable[Entry], days: Iterable[date]) -> list[tuple[date, list[Entry]]]:
    """Return each day with what touches it."""
    found = list(entries)
    return [(day, [one for one in found if one.place and one.place.on(day)]) for day in days]


def _instants(place: Place | None) -> tuple[str | None, str | None]:
    if place is None:
        return None, None
    written = _day if place.all_day else _utc
    return written(place.start), written(place.end)


def _day(local: datetime) -> str:
    return local.date().isoformat()


def _utc(local: datetime) -> str:
    return local.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _order(entry: Entry) -> tuple[bool, str, str]:
    return (not entry.all_day, entry.start or "", entry.id)
