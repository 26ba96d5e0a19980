"""What both sides must be once quiet: the three-way merge of J1 to J3, written a second time and naively.

Nothing of the services is used here. Where the rules leave room (the calendar's time of a change is that of the first
read in which it shows, J2; a deletion without a time, J3) more than one outcome is allowed.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

Side = Literal["crm", "calendar"]
Value = str | bool | tuple[str, str]
Content = dict[str, Value]
Presence = Literal["yes", "no", "either"]

_NEVER = datetime.min.replace(tzinfo=UTC)

ALL_TYPES = ("call", "meeting", "task", "deadline", "email", "lunch")


@dataclass(frozen=True)
class Edit:
    """A value that a person gave a field, and when, as the side's own answer said."""

    value: Value
    at: datetime


@dataclass
class Choices:
    """The settings of the connection that this oracle knows."""

    direction: str = "two_way"
    outbound_types: tuple[str, ...] = ALL_TYPES
    inbound_type: str = "meeting"


@dataclass
class Item:
    """One item: what was agreed last, and what people did on either side since."""

    key: str
    origin: Side
    type: str
    agreed: Content
    linked: bool = False
    crm: dict[str, Edit] = field(default_factory=dict)
    calendar: dict[str, Edit] = field(default_factory=dict)
    touched: datetime = _NEVER
    crm_deleted: datetime | None = None
    calendar_deleted: datetime | None = None
    vague_deletion: bool = False

    def edited(self, side: Side, name: str, edit: Edit) -> None:
        """Note an edit that the side acknowledged."""
        edits = self.crm if side == "crm" else self.calendar
        edits[name] = edit
        if side == "calendar":
            self.touched = edit.at

    def deleted(self, side: Side, at: datetime, *, vague: bool) -> None:
        """Note a deletion that the side acknowledged; `vague`: the provider may tell it without a time."""
        if side == "crm":
            self.crm_deleted = at
        else:
            self.calendar_deleted, self.vague_deletion = at, vague

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

    @property
    def certain(self) -> bool:
        """Whether only one outcome is allowed."""
        sets = (*self.crm_values.values(), *self.calendar_values.values())
        return "either" not in {self.crm, self.calendar} and all(len(values) == 1 for values in sets)


def expected(item: Item, choices: Choices) -> Expected:
    """Return what becomes of an item under these settings."""
    if item.origin == "calendar" and choices.direction == "one_way":
        return _asleep(item)
    if item.origin == "crm" and item.type not in choices.outbound_types:
        return Expected("no" if item.crm_deleted else "yes", "no", _own(item, item.crm), {}, apart=True)
    if item.doomed:
        return _one_side_gone(item)
    values = {name: winners(item, name) for name in item.agreed}
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


def _one_side_gone(item: Item) -> Expected:
    """Apply J3: the edit wins when it is later, otherwise the deletion."""
    presence: Presence = "no"
    if not (item.crm_deleted and item.calendar_deleted):
        edits = item.crm if item.calendar_deleted else item.calendar
        deleted = item.calendar_deleted or item.crm_deleted
        if deleted and any(edit.at > deleted for edit in edits.values()):
            presence = "yes"
        elif edits and item.vague_deletion:
            presence = "either"
    values = {name: {value, *_said(item, name)} for name, value in item.agreed.items()}
    for name, edit in (item.crm if item.calendar_deleted else item.calendar).items():
        values[name] = {edit.value}
    return Expected(presence, presence, values, values)


def _said(item: Item, name: str) -> set[Value]:
    return {edits[name].value for edits in (item.crm, item.calendar) if name in edits}


def problem(item: Item, choices: Choices, crm: Content | None, calendar: Content | None) -> str:
    """Say what is wrong with the two sides of an item; empty where nothing is."""
    want = expected(item, choices)
    wrong = [
        *_wrong("crm", want.crm, want.crm_values, crm),
        *_wrong("calendar", want.calendar, want.calendar_values, calendar),
    ]
    if not want.apart and crm != calendar:
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


def absorb(item: Item, choices: Choices, crm: Content | None, calendar: Content | None) -> bool:
    """Take over what was seen and allowed as agreed; return whether the item still exists."""
    if crm is None and calendar is None:
        return False
    if item.origin == "calendar" and choices.direction == "one_way":
        return True
    item.crm_deleted = item.calendar_deleted = None
    item.linked = item.linked or (crm is not None and calendar is not None)
    if crm is not None and calendar is not None and crm != calendar:
        _keep_waiting(item, crm, calendar)
        return True
    item.agreed = dict(crm or calendar or {})
    item.crm, item.calendar = {}, {}
    return True


def _keep_waiting(item: Item, crm: Content, calendar: Content) -> None:
    for name in item.agreed:
        if crm[name] == calendar[name]:
            item.agreed[name] = crm[name]
            item.crm.pop(name, None)
            item.calendar.pop(name, None)
