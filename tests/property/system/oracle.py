"""What both sides must be once quiet: the three-way merge of J1 to J3, written a second time and naively.

Nothing of the services is used here. Where the rules leave room (the calendar's time of a change is that of the first
read in which it shows, J2; a deletion without a time, J3) more than one outcome is allowed.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Side = Literal["crm", "calendar"]
SIDES: tuple[Side, Side] = ("crm", "calendar")
Value = str | bool | tuple[str, str]
Content = dict[str, Value]
Presence = Literal["yes", "no", "either"]

_NEVER = datetime.min.replace(tzinfo=UTC)

ZONE = ZoneInfo("Europe/Berlin")
"""Of all connections."""
HORIZON = timedelta(days=180)
ROLL = timedelta(days=1)
"""The window rolls on daily (D5)."""
ALL_TYPES = ("call", "meeting", "task", "deadline", "email", "lunch")


@dataclass(frozen=True)
class Edit:
    """A value that a person gave a field, and when, as the side's own answer said."""

    value: Value
    at: datetime
    late: bool = False
    """It was made when the item was over, so it stays on its side (D2)."""
    stirred: timedelta = timedelta()
    """How much later the calendar may say that it was: it changes events by itself."""


@dataclass
class Choices:
    """The settings of the connection that this oracle knows."""

    direction: str = "two_way"
    outbound_types: tuple[str, ...] = ALL_TYPES
    inbound_type: str = "meeting"
    on_event_deleted: str = "delete"
    private_events: str = "private"


@dataclass
class Item:
    """One item: what was agreed last, and what people did on either side since."""

    key: str
    origin: Side
    type: str
    agreed: Content
    owner: str = "7"
    """The user whom the activity belongs to, and in whose calendar its event is (A1, A8)."""
    linked: bool = False
    crm: dict[str, Edit] = field(default_factory=dict)
    calendar: dict[str, Edit] = field(default_factory=dict)
    touched: datetime = _NEVER
    crm_deleted: datetime | None = None
    calendar_deleted: datetime | None = None
    vague_deletion: bool = False
    deleted_by: datetime = _NEVER
    """When the deletion was answered: it was made in the CRM by then, but nobody tells at which millisecond.

    Later by as long as a provider may delete an event without noticing an edit (J3).
    """
    there: dict[Side, bool] = field(default_factory=dict)
    """Where it was seen last."""
    over: bool = False
    """Whether it was over when both sides were seen last."""
    woken: bool = False
    """It was over, and a move in the calendar brought it back: whoever deletes it then may be faster than a read."""
    kept: bool = False
    """Its event was deleted, and its link closed for good: the activity is the CRM's own (H1)."""

    def edited(self, side: Side, name: str, edit: Edit) -> None:
        """Note an edit that the side acknowledged; a new time that lies ahead brings a past item back (D2)."""
        edits = self.crm if side == "crm" else self.calendar
        edits[name] = edit
        self.woken = self.woken or (side == "calendar" and self.over and self.ahead(edit.at))
        self.over = self.over and not self.ahead(edit.at)
        edits[name] = replace(edit, late=self.over)
        if side == "calendar":
            self.touched = edit.at + edit.stirred

    def deleted(self, side: Side, at: datetime, *, by: datetime, vague: bool) -> None:
        """Note a deletion that the side acknowledged; `vague`: the provider may tell it without a time."""
        self.deleted_by = by
        if side == "crm":
            self.crm_deleted = at
        else:
            self.calendar_deleted, self.vague_deletion = at, vague

    def ahead(self, moment: datetime) -> bool:
        """Tell whether it still syncs: once linked while an end lies ahead (D2), until then by the start (D1)."""
        return any(ends_after(when, moment) for when in self._times) if self.linked else self.begins(moment)

    def begins(self, moment: datetime) -> bool:
        """Tell whether the agreed start or a new one lies ahead (D1)."""
        return any(lies_ahead(when, moment) for when in self._times)

    @property
    def _times(self) -> list[Value]:
        edits = [edits["time"].value for edits in (self.crm, self.calendar) if "time" in edits]
        return [self.agreed["time"], *edits]

    @property
    def doomed(self) -> bool:
        """Whether a side deleted it, and the outcome was not seen yet."""
        return bool(self.crm_deleted or self.calendar_deleted)


@dataclass
class Expected:
    """What the two sides may be: whether they are there, and the values allowed for each field."""

    crm: Presence
    calendar: Presence
    crm_values: dict[str, set[Value]]
    calendar_values: dict[str, set[Value]]
    apart: bool = False
    """The sides need not be equal: the link sleeps or waits (B3, C6), or there is none."""
    alone: bool = False
    """The CRM may have it alone, if its link is closed as `kept` (H1)."""

    @property
    def certain(self) -> bool:
        """Whether only one outcome is allowed."""
        sets = (*self.crm_values.values(), *self.calendar_values.values())
        return "either" not in {self.crm, self.calendar} and all(len(values) == 1 for values in sets)


def lies_ahead(when: Value, moment: datetime) -> bool:
    """Tell whether a start does, or the last of whole days (D1)."""
    assert isinstance(when, tuple)
    if "T" in when[0]:
        return datetime.fromisoformat(when[0]) >= moment
    return date.fromisoformat(when[1]) - timedelta(days=1) >= moment.astimezone(ZONE).date()


def ends_after(when: Value, moment: datetime) -> bool:
    """Tell whether an item is not over yet (D2)."""
    assert isinstance(when, tuple)
    return datetime.fromisoformat(when[1]) > moment if "T" in when[1] else lies_ahead(when, moment)


def comes_in(item: Item, now: datetime) -> Presence:
    """Tell whether an event that nobody knows yet lies within the window by now (D5)."""
    when = item.calendar["time"].value if "time" in item.calendar else item.agreed["time"]
    assert isinstance(when, tuple)
    if not lies_ahead(when, now + HORIZON):
        near = now + HORIZON - ROLL
        return "either" if lies_ahead(when, near) else "yes"
    return "no"


def expected(item: Item, choices: Choices, now: datetime) -> Expected:
    """Return what becomes of an item under these settings."""
    if item.kept:
        presence: Presence = "no" if item.crm_deleted else "yes"
        return Expected(presence, "no", _own(item, item.crm), {}, apart=True, alone=True)
    if item.over or (item.woken and item.doomed):
        return _over(item, alone=is_to_be_kept(item, choices))
    if _sleeps(item, choices):
        return _asleep(item)
    if item.origin == "crm" and item.type not in choices.outbound_types:
        return Expected("no" if item.crm_deleted else "yes", "no", _own(item, item.crm), {}, apart=True)
    if is_to_be_kept(item, choices):
        return _event_gone(item)
    return _one_side_gone(item) if item.doomed else _both(item, choices, now)


def _sleeps(item: Item, choices: Choices) -> bool:
    return item.origin == "calendar" and choices.direction == "one_way"


def is_to_be_kept(item: Item, choices: Choices) -> bool:
    """Tell whether its event was deleted, and its activity is to stay (H1)."""
    gone = item.linked and item.calendar_deleted is not None and item.crm_deleted is None
    return gone and choices.on_event_deleted == "keep" and not _sleeps(item, choices)


def _both(item: Item, choices: Choices, now: datetime) -> Expected:
    values = {name: winners(item, name) for name in item.agreed}
    arrival: Presence = "yes" if item.origin == "crm" or item.linked else comes_in(item, now)
    if arrival != "yes":
        return Expected(arrival, "yes", values, values, apart=True)
    if item.linked and item.type not in choices.outbound_types:
        return Expected("yes", "yes", values, {name: _waiting(item, name) for name in item.agreed}, apart=True)
    return Expected("yes", "yes", values, values)


def winners(item: Item, name: str) -> set[Value]:
    """Return the values that may stand for a field (J1, J2)."""
    ours, theirs = item.crm.get(name), item.calendar.get(name)
    if ours is None or theirs is None:
        edit = ours or theirs
        return {edit.value if edit else item.agreed[name]}
    if name == "busy":  # two values only: an edit back to the agreed one is none
        return {True, False}
    if theirs.at > ours.at:
        return {theirs.value}
    return {ours.value} if item.touched <= ours.at else {ours.value, theirs.value}


def _waiting(item: Item, name: str) -> set[Value]:
    """Return what the calendar may hold while edits of the CRM wait (C6)."""
    ours, theirs = item.crm.get(name), item.calendar.get(name)
    return {theirs.value} if theirs else {item.agreed[name]} if ours else winners(item, name)


def _own(item: Item, edits: dict[str, Edit]) -> dict[str, set[Value]]:
    return {name: {edits[name].value if name in edits else value} for name, value in item.agreed.items()}


def _asleep(item: Item) -> Expected:
    crm: Presence = "yes" if item.linked and not item.crm_deleted else "no"
    calendar: Presence = "no" if item.calendar_deleted else "yes"
    return Expected(crm, calendar, _own(item, item.crm), _own(item, item.calendar), apart=True)


def _over(item: Item, *, alone: bool) -> Expected:
    """Both sides stay as they are but for what is done there (D2), and what was done in time and waits (B3, C6)."""
    crm, calendar = (_still(item, item.there[side]) for side in SIDES)
    values, theirs = _stays(item, item.crm, item.calendar), _stays(item, item.calendar, item.crm)
    return Expected(crm, calendar, values, theirs, apart=True, alone=alone)


def _still(item: Item, there: bool) -> Presence:
    return "either" if item.doomed else "yes" if there else "no"


def _stays(item: Item, own: dict[str, Edit], other: dict[str, Edit]) -> dict[str, set[Value]]:
    in_time = {name: {edit.value} for name, edit in other.items() if not edit.late}
    return {name: values | in_time.get(name, set()) for name, values in _own(item, own).items()}


def _one_side_gone(item: Item) -> Expected:
    """Apply J3: the edit wins when it is later, otherwise the deletion."""
    presence: Presence = "no"
    if not (item.crm_deleted and item.calendar_deleted):
        edits = item.crm if item.calendar_deleted else item.calendar
        deleted = item.calendar_deleted or item.crm_deleted
        later = [edit for edit in edits.values() if deleted and edit.at > deleted]
        if later:
            presence = "yes" if any(edit.at > item.deleted_by for edit in later) else "either"
        elif edits and (item.vague_deletion or (item.crm_deleted and item.touched > item.crm_deleted)):
            presence = "either"
    values = {name: {value, *_said(item, name)} for name, value in item.agreed.items()}
    for name, edit in (item.crm if item.calendar_deleted else item.calendar).items():
        values[name] = {edit.value}
    return Expected(presence, presence, values, values)


def _event_gone(item: Item) -> Expected:
    """Leave the activity as it is (H1), unless a later edit was known first (J3): `kept` is for good."""
    deleted = item.calendar_deleted
    later = item.vague_deletion or any(deleted and edit.at > deleted for edit in item.crm.values())
    untouched = {name: set() if name in item.crm else {value} for name, value in item.agreed.items()}
    values = {name: own | _said(item, name) for name, own in untouched.items()}
    return Expected("yes", "either" if item.crm and later else "no", values, values, alone=True)


def _said(item: Item, name: str) -> set[Value]:
    return {edits[name].value for edits in (item.crm, item.calendar) if name in edits}


def problem(item: Item, want: Expected, crm: Content | None, calendar: Content | None) -> str:
    """Say what is wrong with the two sides of an item; empty where nothing is."""
    wrong = [
        *_wrong("crm", want.crm, want.crm_values, crm),
        *_wrong("calendar", want.calendar, want.calendar_values, calendar),
    ]
    if not want.apart and crm != calendar and not (want.alone and calendar is None):
        wrong.append(f"crm {crm} differs from calendar {calendar}")
    return f"{item.key}: {'; '.join(wrong)}" if wrong else ""


def _wrong(side: str, presence: Presence, values: dict[str, set[Value]], seen: Content | None) -> list[str]:
    if seen is None:
        return [f"not in the {side}"] if presence == "yes" else []
    if presence == "no":
        return [f"still in the {side}: {seen}"]
    return [
        f"{side} {name} is {seen.get(name)!r}, not {allowed}"
        for name, allowed in values.items()
        if seen.get(name) not in allowed
    ]


def absorb(item: Item, choices: Choices, crm: Content | None, calendar: Content | None, now: datetime) -> bool:
    """Take over what was seen and allowed as agreed; return whether the item still exists."""
    if crm is None and calendar is None:
        return False
    item.there = {"crm": crm is not None, "calendar": calendar is not None}
    if crm is not None and calendar is None and (item.kept or is_to_be_kept(item, choices)):
        _keep(item, crm)
    elif not (item.over or _sleeps(item, choices)):
        _agree(item, crm, calendar)
    item.over, item.woken = not item.ahead(now), False
    return True


def _keep(item: Item, crm: Content) -> None:
    item.kept, item.linked, item.calendar_deleted = True, False, None
    item.agreed, item.crm, item.calendar = dict(crm), {}, {}


def _agree(item: Item, crm: Content | None, calendar: Content | None) -> None:
    item.crm_deleted = item.calendar_deleted = None
    item.linked = item.linked or (crm is not None and calendar is not None)
    if crm is not None and calendar is not None and crm != calendar:
        _keep_waiting(item, crm, calendar)
        return
    item.agreed = dict(crm or calendar or {})
    item.crm, item.calendar = {}, {}


def _keep_waiting(item: Item, crm: Content, calendar: Content) -> None:
    for name in item.agreed:
        if crm[name] == calendar[name]:
            item.agreed[name] = crm[name]
            item.crm.pop(name, None)
            item.calendar.pop(name, None)
