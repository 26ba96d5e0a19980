"""How an activity comes to be, changes and goes: each returns the next document and what changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from activity_store.domain.model import schedule
from activity_store.domain.model.activity import Activity
from activity_store.domain.model.content import CONTENT_FIELDS, SCHEDULE_FIELDS, ActivityContent, message_names
from activity_store.domain.model.errors import Fault, InvalidError


@dataclass(frozen=True)
class Transition:
    """A change of one activity. `changed` names snapshot fields; where it is empty there is no new version."""

    before: Activity | None
    after: Activity
    changed: tuple[str, ...] = ()


def create(fields: Mapping[str, object], now: datetime) -> Transition:
    """Return a new activity in version 1; raises `InvalidError` where its fields contradict each other."""
    return Transition(None, Activity.create(fields, now), message_names(CONTENT_FIELDS))


def change(activity: Activity, changes: ActivityContent, now: datetime) -> Transition:
    """Return the activity with new values; equal values change nothing, and nothing makes no new version."""
    if changed := activity.differing(changes):
        return Transition(activity, activity.edited(changes, now), message_names(changed))
    return Transition(activity, activity)


def delete(activity: Activity, now: datetime) -> Transition:
    """Return the tombstone, one version on."""
    return Transition(activity, activity.removed(now), ("deleted",))


def erase(activity: Activity, now: datetime) -> Transition:
    """Return what is left of an activity whose owner is erased; a tombstone loses its content silently."""
    return Transition(activity, activity.erased(now), () if activity.deleted else ("deleted",))


def restore(tombstone: Activity, changes: ActivityContent, now: datetime) -> Transition:
    """Return the activity that a tombstone comes back as, one version on."""
    changed = (*tombstone.differing(changes), "deleted")
    return Transition(tombstone, tombstone.edited(changes, now), message_names(changed))


def republish(activity: Activity) -> Transition:
    """Return the activity one version on because its linked items changed (F4); no field of its own did."""
    return Transition(activity, activity.republished(), ("linked_items",))


def complete_schedule(activity: Activity, changes: ActivityContent) -> ActivityContent:
    """Return the changes with what they imply for the schedule (F2, F8, D4).

    Losing the date loses the time; another date keeps the local time, in the zone that is given with it (F8). Timed
    to all-day or back must name the date too, since its meaning changes with it (`InvalidError`), and takes along no
    duration of the other kind.
    """
    if not set(changes) & set(SCHEDULE_FIELDS):
        return changes
    wanted: ActivityContent = {**changes}
    if "due_date" in wanted and wanted["due_date"] is None:
        wanted.setdefault("due_time", None)
    if _loses_duration(activity, wanted):
        wanted["duration"] = None
    day = wanted.get("due_date")
    if day and activity.due_time and "due_time" not in wanted:
        zone = wanted.get("timezone", activity.timezone)
        wanted["due_time"] = schedule.time_on(date.fromisoformat(day), activity.schedule, zone)
    return wanted


def _loses_duration(activity: Activity, wanted: ActivityContent) -> bool:
    was_dated, was_timed = activity.due_date is not None, activity.due_time is not None
    is_timed = wanted.get("due_time", activity.due_time) is not None
    if wanted.get("due_date", activity.due_date) is None or (was_dated and was_timed == is_timed):
        return False
    if "due_date" not in wanted:
        raise InvalidError([Fault("due_date", "must be given when timed turns into all-day or back")])
    fits = not was_dated and (is_timed or schedule.is_whole_days(activity.duration))
    return not fits and "duration" not in wanted
