"""The mapped fields (F3): one table says what each is called on either side, how it is converted, and what masks it.

A new mapped field is an entry here and in the models of `contracts`; `tests/unit/mapper/test_fields.py` compares them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from contracts.activities import ActivityField, ActivitySnapshot, Schedule
from contracts.calendar_objects import MASKED_TITLE, EventField, EventFields
from contracts.envelope import Value
from contracts.times import EventTime
from mapper.domain.model.schedules import event_time, schedule_of

SHORTEST_CUT: Final = 1000
"""No provider cuts a text that is shorter than this; a longer one that is the beginning of another may be cut (F6)."""

NO_TITLE: Final = "(no title)"
"""Subject of an activity whose event has no title; never written back (F7)."""

FieldValue = str | bool | EventTime | Schedule | None
"""The value of a mapped field, on either side."""


class ActivityFields(Value):
    """The mapped content of an activity."""

    subject: str
    schedule: Schedule
    location: str = ""
    public_description: str = ""
    busy: bool = True


ToEvent = Callable[[ActivityFields], FieldValue]
"""Returns an activity's value of a field as the event has it; None for the time of an undated activity."""

ToActivity = Callable[[EventFields, ActivityFields | None, str], FieldValue]
"""Returns an event's value of a field as the activity has it, given the activity before and the connection's zone."""


@dataclass(frozen=True)
class FieldPair:
    """One mapped field: its name on the event and on the activity, and how a value of one side reads on the other."""

    event: EventField
    activity: ActivityField
    to_event: ToEvent
    to_activity: ToActivity
    mask: str | None = None
    """What a private event shows instead (G2); None: it is shown as it is."""


def _plain(event: EventField, activity: ActivityField, *, mask: str | None = None) -> FieldPair:
    """Return a field that has the same value on both sides."""
    return FieldPair(
        event, activity, lambda fields: getattr(fields, activity), lambda fields, *_: getattr(fields, event), mask
    )


def _summary(activity: ActivityFields) -> FieldValue:
    return "" if activity.subject == NO_TITLE else activity.subject


def _subject(event: EventFields, _previous: ActivityFields | None, _zone: str) -> FieldValue:
    return event.summary or NO_TITLE


def _time(activity: ActivityFields) -> FieldValue:
    return event_time(activity.schedule)


def _schedule(event: EventFields, previous: ActivityFields | None, zone: str) -> FieldValue:
    return schedule_of(event.time, previous.schedule if previous else None, zone)


def _transparency(activity: ActivityFields) -> FieldValue:
    return "opaque" if activity.busy else "transparent"


def _busy(event: EventFields, _previous: ActivityFields | None, _zone: str) -> FieldValue:
    return event.transparency == "opaque"


PAIRS: Final[tuple[FieldPair, ...]] = (
    FieldPair("summary", "subject", _summary, _subject, mask=MASKED_TITLE),
    FieldPair("time", "schedule", _time, _schedule),
    _plain("location", "location", mask=""),
    _plain("description", "public_description", mask=""),
    FieldPair("transparency", "busy", _transparency, _busy),
)

PRIVATE_FIELDS: Final = frozenset(pair for pair in PAIRS if pair.mask is not None)
"""What a private event does not show (G2)."""


def mapped_fields(activity: ActivitySnapshot) -> ActivityFields:
    """Return the mapped content of a whole activity."""
    return ActivityFields.model_validate({pair.activity: getattr(activity, pair.activity) for pair in PAIRS})


F = TypeVar("F", EventFields, ActivityFields)


def with_values(fields: F, values: Mapping[Any, FieldValue]) -> F:
    """Return the fields with other values, which are valid ones of fields of theirs."""
    return fields.model_copy(update=dict(values))


def is_shown_as(value: FieldValue, wanted: FieldValue) -> bool:
    """Tell whether an event's value is what the CRM wants there, as much of it as the provider holds (F6)."""
    if isinstance(value, str) and isinstance(wanted, str) and len(value) >= SHORTEST_CUT:
        return wanted.startswith(value)
    return value == wanted


def event_values(activity: ActivityFields, pairs: Iterable[FieldPair] = PAIRS) -> dict[str, Any]:
    """Return the given fields of an activity in the event's vocabulary."""
    return {pair.event: pair.to_event(activity) for pair in pairs}


def activity_values(
    event: EventFields, previous: ActivityFields | None, zone: str, pairs: Iterable[FieldPair] = PAIRS
) -> dict[str, Any]:
    """Return the given fields of an event in the activity's vocabulary; `zone`: the connection's, for all-day ones."""
    return {pair.activity: pair.to_activity(event, previous, zone) for pair in pairs}
