"""Three-way merge per field against what each side last agreed to (J1, J2)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from contracts.decisions import LostValue
from mapper.domain.model.fields import PAIRS, PRIVATE_FIELDS, FieldPair, is_shown_as
from mapper.domain.model.link import Link


@dataclass(frozen=True)
class Merge:
    """Which fields go where, which are equal by themselves, and what lost."""

    to_calendar: tuple[FieldPair, ...] = ()
    to_crm: tuple[FieldPair, ...] = ()
    equal: tuple[FieldPair, ...] = ()
    lost: tuple[LostValue, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether neither side changed."""
        return not (self.to_calendar or self.to_crm or self.equal)


def event_changes(link: Link) -> tuple[FieldPair, ...]:
    """Return the fields that differ from what the calendar last agreed to; all of them before any agreement."""
    event, agreed = link.event.live, link.agreed_event
    if event is None:
        return ()
    return tuple(
        pair for pair in PAIRS if agreed is None or getattr(event.fields, pair.event) != getattr(agreed, pair.event)
    )


def activity_changes(link: Link) -> tuple[FieldPair, ...]:
    """Return the fields that differ from what the CRM last agreed to; all of them before any agreement."""
    fields, agreed = link.activity_fields, link.agreed_activity
    if fields is None:
        return ()
    return tuple(
        pair for pair in PAIRS if agreed is None or getattr(fields, pair.activity) != getattr(agreed, pair.activity)
    )


def merge(link: Link, *, calendar_owns_all: bool, without: Collection[FieldPair] = ()) -> Merge:
    """Merge both sides of a link that has both.

    `calendar_rules`: the user may not change the event, so that the CRM's value loses every time (E5). `without`:
    fields that stay as they are on either side (D2).
    """
    ruled = calendar_owned(link, calendar_owns_all=calendar_owns_all)
    in_calendar, in_crm = set(event_changes(link)).difference(without), set(activity_changes(link)).difference(without)
    both = tuple(pair for pair in PAIRS if pair in in_calendar and pair in in_crm)
    equal = tuple(pair for pair in both if equal_on_both_sides(link, pair))
    disputed = tuple(pair for pair in both if pair not in equal)
    won = {pair for pair in disputed if pair not in ruled and not calendar_later(link, pair)}
    refused = tuple(pair for pair in PAIRS if pair in ruled and pair in in_crm - in_calendar)
    return Merge(
        to_calendar=_in_order((in_crm - in_calendar - set(refused)) | won),
        to_crm=_in_order((in_calendar - in_crm) | (set(disputed) - won) | set(refused)),
        equal=equal,
        lost=tuple(lost_value(link, pair, crm_won=pair in won) for pair in recordable(link, (*disputed, *refused))),
    )


def calendar_owned(link: Link, *, calendar_owns_all: bool) -> Collection[FieldPair]:
    """Return the fields that only the calendar decides: all (E5), those that are or were hidden (G2), or none."""
    if calendar_owns_all:
        return PAIRS
    was_hidden = link.agreed_guests is not None and link.agreed_guests.private
    return PRIVATE_FIELDS if was_hidden or (link.event.live is not None and link.event.live.masked) else ()


def recordable(link: Link, pairs: Iterable[FieldPair]) -> tuple[FieldPair, ...]:
    """Return the fields whose lost values may be kept: the CRM's may be what is hidden by now (G2)."""
    masked = link.event.live is not None and link.event.live.masked
    return tuple(pair for pair in pairs if not (masked and pair in PRIVATE_FIELDS))


def _in_order(pairs: Iterable[FieldPair]) -> tuple[FieldPair, ...]:
    wanted = set(pairs)
    return tuple(pair for pair in PAIRS if pair in wanted)


def equal_on_both_sides(link: Link, pair: FieldPair) -> bool:
    """Tell whether a field is equal on both sides under the mapping."""
    event, activity = link.event.live, link.activity_fields
    if event is None or activity is None:
        return False
    return is_shown_as(getattr(event.fields, pair.event), pair.to_event(activity))


def calendar_later(link: Link, pair: FieldPair) -> bool:
    """Tell whether the calendar's value of a field is the later; a tie goes to the CRM (J2)."""
    return event_changed_at(link, pair) > link.activity.changed_at(pair.activity)


def event_changed_at(link: Link, pair: FieldPair) -> datetime:
    """Return when the calendar's value of a field changed (J2)."""
    if link.event.event is None:
        raise ValueError("there is no event")
    return link.event.changed_at.get(pair.event, link.event.event.updated)


def lost_value(link: Link, pair: FieldPair, *, crm_won: bool) -> LostValue:
    """Return the value of a field that does not stand, for the decision record (J2)."""
    if crm_won and link.event.event is not None:
        value = link.event.event.fields.model_dump(mode="json")[pair.event]
        return LostValue(field=pair.activity, side="calendar", value=value, changed_at=event_changed_at(link, pair))
    fields = link.activity_fields
    value = fields.model_dump(mode="json")[pair.activity] if fields else None
    return LostValue(field=pair.activity, side="crm", value=value, changed_at=link.activity.changed_at(pair.activity))
