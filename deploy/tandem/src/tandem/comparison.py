"""Both sides of a connection compared by hashes and versions. Pure.

What the calendar holds now is compared with what its links were last told, what the store holds now likewise, and on
the link both sides with what they agreed on: what is called equal here is equal, and no content had to be seen.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Json = Mapping[str, Any]

Kind = Literal[
    "equal", "beyond", "left_out", "resting", "waiting", "only_in_crm", "only_in_calendar", "different", "quarantined"
]
"""`beyond`: the event is outside the window that was read; `left_out`: not synced, with a reason that explain tells;
`resting`: dormant, frozen or closed links."""

DIFFERENCES: tuple[Kind, ...] = ("only_in_crm", "only_in_calendar", "different", "quarantined")
"""What somebody has to see to, unless it passes by itself in a moment."""

_RESTING = {"dormant", "frozen", "closed"}


@dataclass(frozen=True)
class Verdict:
    """What one item is found to be."""

    kind: Kind
    activity_id: str | None
    event_id: str | None
    why: str = ""


@dataclass(frozen=True)
class Sides:
    """What the three services say: events by hash, events that are gone, links, and activities by id."""

    hashes: Mapping[str, str]
    absent: frozenset[str]
    links: Sequence[Json]
    activities: Mapping[str, Json]
    now: datetime


@dataclass(frozen=True)
class Comparison:
    """The verdicts on all items of a connection."""

    verdicts: Sequence[Verdict] = ()
    counts: Counter[Kind] = field(default_factory=Counter)

    @property
    def differences(self) -> list[Verdict]:
        """The items that differ."""
        return [one for one in self.verdicts if one.kind in DIFFERENCES]


def compare(sides: Sides) -> Comparison:
    """Return what both sides of a connection are to each other."""
    verdicts = [*(_judge(sides, link) for link in sides.links), *_unknown(sides)]
    return Comparison(verdicts, Counter(one.kind for one in verdicts))


def _judge(sides: Sides, link: Json) -> Verdict:
    kind, why = _kind_of(sides, link)
    return Verdict(kind, link["activity_id"], link["event_id"], why)


def _kind_of(sides: Sides, link: Json) -> tuple[Kind, str]:
    if link["state"] == "quarantined":
        return "quarantined", link["reason"] or ""
    if link["pending"] or link["state"] == "pending":
        return "waiting", "a command is under way"
    if news := _news(sides, link):
        return "different", news
    if link["state"] == "unlinked":
        return "left_out", link["reason"] or ""
    if link["state"] in _RESTING:
        return "resting", link["reason"] or ""
    return _active(sides, link)


def _news(sides: Sides, link: Json) -> str:
    """Return what the mapper has not been told of an item, as one reads it."""
    there, noted = sides.hashes.get(link["event_id"] or ""), link["event_hash"]
    if there and noted and there != noted:
        return "the event has changed, and the mapper has not heard of it"
    activity = sides.activities.get(link["activity_id"])
    if activity and link["activity_version"] and activity["version"] != link["activity_version"]:
        return "the activity has changed, and the mapper has not heard of it"
    return ""


def _active(sides: Sides, link: Json) -> tuple[Kind, str]:
    if link["activity_id"] not in sides.activities:
        return "only_in_calendar", "its activity is not there"
    if link["event_id"] in sides.absent:
        return "only_in_crm", "its event is not there"
    if link["differing"] and link["reason"]:
        return "waiting", link["reason"]
    if link["differing"]:
        return "different", f"not as agreed: {', '.join(link['differing'])}"
    return ("equal" if link["event_id"] in sides.hashes else "beyond"), ""


def _unknown(sides: Sides) -> Iterator[Verdict]:
    """Yield items of either side that no link knows of."""
    linked_events = _ids(sides.links, "event_id")
    for event_id in sides.hashes.keys() - linked_events:
        yield Verdict("only_in_calendar", None, event_id, "the mapper has not heard of it")
    linked_activities = _ids(sides.links, "activity_id")
    for activity_id in sides.activities.keys() - linked_activities:
        ends_at = sides.activities[activity_id]["ends_at"]
        if ends_at and datetime.fromisoformat(ends_at) > sides.now:
            yield Verdict("only_in_crm", activity_id, None, "the mapper has not heard of it")


def _ids(links: Iterable[Json], name: str) -> set[str]:
    return {link[name] for link in links if link[name]}
