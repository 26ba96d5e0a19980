"""What a person says of when an activity takes place, as the content it stands for (F1, F2, F8, D6).

Pages know local days and the time on the wall; activities are kept in UTC. A move names the new start alone: the
length stays what it is, also over a change of the clocks.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from activity_store.domain.model.activity import Activity
from activity_store.domain.model.content import ActivityContent
from activity_store.domain.model.errors import Fault, InvalidError
from activity_store.domain.model.schedule import DAY, DEFAULT_TIMED, duration_of, span_of
from activity_store.domain.model.week import instant_of, place_of


@dataclass(frozen=True)
class Start:
    """Where an activity is to start: a day, and the time on the wall of a zone; without one it is all-day."""

    day: date
    wall: time | None
    zone: str


@dataclass(frozen=True)
class Timing:
    """All that a form says of when: `length` is how long a timed one takes, `days` an all-day one."""

    start: Start | None
    length: timedelta = DEFAULT_TIMED
    days: int = 1


def moved(start: Start) -> ActivityContent:
    """Return the change that lets an activity start elsewhere; its length and its zone stay (F8).

    An all-day activity takes the plain date. What turns from timed to all-day or back loses its length, which would
    mean something else (F2).
    """
    if start.wall is None:
        return {"due_date": start.day.isoformat(), "due_time": None}
    moment = instant_of(start.day, start.wall, start.zone)
    return {"due_date": moment.date().isoformat(), "due_time": f"{moment:%H:%M}"}


def lasting_until(activity: Activity, end: Start) -> ActivityContent:
    """Return the change that lets an activity end elsewhere; its start stays (F2, F8). Raises `InvalidError`.

    `end` is exclusive, and what the clocks show: how long that is from the start, the zone says. Of an hour that they
    show twice it is the first that comes after the start.
    """
    span = span_of(activity.schedule)
    if span is None or (activity.due_time is None) != (end.wall is None):
        raise InvalidError([Fault("duration", "has no such end")])
    if end.wall is None:
        length = DAY * (end.day - (activity.schedule.due_date or end.day)).days
    else:
        moments = (instant_of(end.day, end.wall, end.zone), instant_of(end.day, end.wall, end.zone, second=True))
        length = next((one - span.start for one in moments if one > span.start), timedelta())
    if not length > timedelta():
        raise InvalidError([Fault("duration", "must be longer than nothing")])
    return {"duration": written(length)}


def timing_of(activity: Activity, zone: str) -> Timing:
    """Return what a form shows of an activity, by the clocks of a zone."""
    place = place_of(activity, zone)
    if place is None:
        return Timing(None)
    length = duration_of(activity.duration) if activity.duration else None
    if place.all_day:
        return Timing(Start(place.first, None, zone), days=max(1, (length or DAY) // DAY))
    return Timing(Start(place.first, _wall(place.start), zone), length=length or DEFAULT_TIMED)


def timed(timing: Timing, *, before: Timing | None = None) -> ActivityContent:
    """Return the content of what a form says; of what it showed before, only what differs, and nothing if nothing does.

    So a length that was shown and never stored (F2) is not stored by saving the form.
    """
    if timing == before:
        return {}
    if timing.start is None:
        return {"due_date": None, "due_time": None}
    content: ActivityContent = moved(timing.start)
    if timing.start.wall is None:
        if before is None or before.start is None or before.start.wall is not None or before.days != timing.days:
            content["duration"] = written(DAY * timing.days)
    elif before is None or before.start is None or before.start.wall is None or before.length != timing.length:
        content["duration"] = written(timing.length)
    if before is None or (before.start and before.start.zone != timing.start.zone):
        content["timezone"] = timing.start.zone
    return content


def written(length: timedelta) -> str:
    """Return a length as `HH:MM`; hours may pass 23."""
    minutes = int(length.total_seconds() // 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _wall(local: datetime) -> time:
    return time(local.hour, local.minute)
