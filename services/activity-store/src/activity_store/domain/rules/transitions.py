"""How an activity comes to be, changes and goes: each returns the next document and what changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from activity_store.domain.model.activity import CONTENT_FIELDS, LINKS, SCHEDULE_FIELDS, Activity, linked_key
from activity_store.domain.model.errors import Fault, InvalidError
from activity_store.domain.rules import schedule
from contracts.activities import ActivityField

_PLAIN_MAPPED: tuple[ActivityField, ...] = ("subject", "location", "public_description", "busy")


@dataclass(frozen=True)
class Transition:
    """A change of one activity. `changed` names snapshot fields; where it is empty there is no new version."""

    before: Activity | None
    after: Activity
    changed: tuple[str, ...] = ()


def create(fields: Mapping[str, Any], now: datetime) -> Transition:
    """Return a new activity in version 1; raises `InvalidError` where its fields contradict each other."""
    draft = Activity.model_validate(dict(fields) | {"add_time": now, "update_time": now})
    return Transition(None, _computed(draft, (draft.owner_id,)), _snapshot_names(CONTENT_FIELDS))


def change(activity: Activity, changes: Mapping[str, Any], now: datetime) -> Transition:
    """Return the activity with new values; equal values change nothing, and nothing makes no new version."""
    changed = differing(activity, changes)
    return _next(activity, changes, changed, now) if changed else Transition(activity, activity)


def delete(activity: Activity, now: datetime) -> Transition:
    """Return the tombstone, one version on; `update_time` is the time of the deletion (J3)."""
    return Transition(activity, _versioned(activity, {"deleted": True}, now), ("deleted",))


def restore(tombstone: Activity, changes: Mapping[str, Any], now: datetime) -> Transition:
    """Return the activity that a tombstone comes back as, one version on."""
    changed = (*differing(tombstone, changes), "deleted")
    return _next(tombstone, dict(changes) | {"deleted": False}, changed, now)


def renew(activity: Activity) -> Transition:
    """Return the activity one version on because its linked items read differently now (F4); no field changed."""
    return Transition(activity, activity.model_copy(update={"revision": activity.revision + 1}), ("linked_items",))


def differing(activity: Activity, changes: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the fields that would have another value."""
    return tuple(name for name, value in changes.items() if getattr(activity, name) != value)


def complete_schedule(activity: Activity, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes with what they imply for the schedule (F2, D4).

    Losing the date loses the time. Timed to all-day or back must name the date too, since its meaning changes with
    it (`InvalidError`), and takes along no duration of the other kind.
    """
    if not set(changes) & set(SCHEDULE_FIELDS):
        return dict(changes)
    wanted = dict(changes)
    if "due_date" in wanted and wanted["due_date"] is None:
        wanted.setdefault("due_time", None)
    return wanted | _without_other_duration(activity, wanted)


def _without_other_duration(activity: Activity, wanted: Mapping[str, Any]) -> dict[str, Any]:
    was_dated, was_timed = activity.due_date is not None, activity.due_time is not None
    is_timed = wanted.get("due_time", activity.due_time) is not None
    if wanted.get("due_date", activity.due_date) is None or (was_dated and was_timed == is_timed):
        return {}
    if "due_date" not in wanted:
        raise InvalidError([Fault("due_date", "must be given when timed turns into all-day or back")])
    fits = not was_dated and (is_timed or schedule.is_whole_days(activity.duration))
    return {} if fits or "duration" in wanted else {"duration": None}


def _next(activity: Activity, changes: Mapping[str, Any], changed: tuple[str, ...], now: datetime) -> Transition:
    names = _snapshot_names(changed)
    update = dict(changes) | {"changed_at": _stamped(activity, names, now)}
    if "type" in changed:
        update["type_changed_at"] = now
    if "participants" in changed and "matched_persons" not in changes:
        present = {participant.person_id for participant in changes["participants"]}
        update["matched_persons"] = tuple(person for person in activity.matched_persons if person in present)
    return Transition(activity, _versioned(activity, update, now), names)


def _versioned(activity: Activity, update: Mapping[str, Any], now: datetime) -> Activity:
    marks = {"revision": activity.revision + 1, "update_time": now}
    return _computed(activity.model_copy(update=dict(update) | marks), activity.owners)


def _stamped(activity: Activity, names: tuple[str, ...], now: datetime) -> dict[ActivityField, datetime]:
    mapped: tuple[ActivityField, ...] = (*_PLAIN_MAPPED, "schedule")
    return activity.changed_at | {name: now for name in mapped if name in names}


def _snapshot_names(fields: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys("schedule" if name in SCHEDULE_FIELDS else name for name in fields))


def _computed(activity: Activity, owners: tuple[str, ...]) -> Activity:
    """Check the schedule and fill in the fields that look-ups go by."""
    schedule.check(activity.schedule)
    span = schedule.span_of(activity.schedule)
    return activity.model_copy(
        update={
            "owners": owners if activity.owner_id in owners else (*owners, activity.owner_id),
            "starts_at": span.start if span else None,
            "ends_at": span.end if span else None,
            "local_date": schedule.local_date_of(activity.schedule),
            "linked": _linked(activity),
        }
    )


def _linked(activity: Activity) -> tuple[str, ...]:
    named = [linked_key(kind, getattr(activity, name)) for name, kind in LINKS.items() if getattr(activity, name)]
    taking_part = [linked_key("person", participant.person_id) for participant in activity.participants]
    return tuple(dict.fromkeys([*named, *taking_part]))
