"""The editor's form: what it shows of an activity, and the change that a sent one asks for (F1, F2, F8).

A field that was not sent stays as it is: browsers send no disabled ones, and what a calendar decides is disabled. So is
one that was sent as it was shown, so that saving the form alone edits nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any, Self

from pydantic import ValidationError

from activity_store.domain.model.activity import Activity
from activity_store.domain.model.content import ActivityContent
from activity_store.domain.model.schedule import is_zone
from activity_store.domain.rules.moving import Start, Timing, timed, timing_of
from activity_store.entrypoints.http.activity_schemas import ActivityCreate, ActivityPatch
from chassis.web.forms import Form, first

_TEXTS = ("subject", "type", "location", "public_description", "note", "conference_meeting_url")
_FLAGS = ("busy", "done")
_LENGTH = re.compile(r"(\d{1,3}):([0-5]?\d)")
_MOST_DAYS = 366


class FormError(Exception):
    """Fields that make no sense, each with the name of what is wrong with it (see `field_words` in the template)."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(", ".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Values:
    """What the form holds, all as text."""

    subject: str = ""
    type: str = "meeting"
    all_day: bool = False
    day: str = ""
    wall: str = ""
    length: str = "1:00"
    days: str = "1"
    timezone: str = "UTC"
    location: str = ""
    public_description: str = ""
    note: str = ""
    conference_meeting_url: str = ""
    busy: bool = True
    done: bool = False
    faults: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, activity: Activity) -> Self:
        """Return what the form shows of an activity, by the clocks of its own zone."""
        timing = timing_of(activity, activity.timezone)
        texts: dict[str, Any] = {name: getattr(activity, name) or "" for name in _TEXTS}
        flags: dict[str, Any] = {name: getattr(activity, name) for name in _FLAGS}
        return cls(**texts, **flags, **_shown(timing), timezone=activity.timezone)

    @classmethod
    def new(cls, start: Start, kind: str) -> Self:
        """Return what the form of a new activity shows."""
        timing = Timing(start, length=timedelta(hours=1))
        return cls(type=kind, **_shown(timing), timezone=start.zone)

    @classmethod
    def sent(cls, form: Form, shown: Self, faults: Mapping[str, str]) -> Self:
        """Return what was sent, to be shown again with what is wrong with it."""
        texts: dict[str, Any] = {name: first(form, name, getattr(shown, name)) for name in (*_TEXTS, *_TIMES)}
        flags: dict[str, Any] = {name: _flag(form, name, default=getattr(shown, name)) for name in (*_FLAGS, "all_day")}
        return cls(**texts, **flags, faults=faults)


_TIMES = ("day", "wall", "length", "days", "timezone")


def new_content(form: Form) -> ActivityContent:
    """Return the content of a new activity. Raises `FormError`."""
    content = timed(_timing(form, Values()))
    texts = {name: value for name in _TEXTS if (value := first(form, name).strip())}
    flags = {"busy": _flag(form, "busy", default=True), "done": False}
    return _checked(ActivityCreate, {**texts, **flags, **content}).changes()


def changed_content(form: Form, activity: Activity) -> ActivityContent:
    """Return what a sent form changes of an activity; empty where nothing. Raises `FormError`."""
    shown = Values.of(activity)
    given: dict[str, Any] = {
        name: _emptied(name, first(form, name)) for name in _TEXTS if name in form and not _same(form, name, shown)
    }
    flags = {name: _flag(form, name, default=getattr(activity, name)) for name in _FLAGS}
    given |= {name: ticked for name, ticked in flags.items() if ticked != getattr(activity, name)}
    if "day" in form:
        given |= timed(_timing(form, shown), before=timing_of(activity, activity.timezone))
    return _checked(ActivityPatch, given).changes()


def start_of(form: Form) -> Start:
    """Return where a dropped activity is to start. Raises `FormError`."""
    zone = first(form, "zone")
    if not is_zone(zone):
        raise FormError({"timezone": "zone"})
    return Start(_day(first(form, "day")), _wall(first(form, "start")) if first(form, "start") else None, zone)


def _shown(timing: Timing) -> dict[str, Any]:
    start = timing.start
    wall = start.wall if start else None
    minutes = int(timing.length.total_seconds() // 60)
    return {
        "all_day": start is not None and wall is None,
        "day": start.day.isoformat() if start else "",
        "wall": f"{wall:%H:%M}" if wall else "",
        "length": f"{minutes // 60}:{minutes % 60:02}",
        "days": str(timing.days),
    }


def _timing(form: Form, shown: Values) -> Timing:
    zone = first(form, "timezone", shown.timezone)
    if not is_zone(zone):
        raise FormError({"timezone": "zone"})
    if not first(form, "day"):
        return Timing(None)
    all_day = _flag(form, "all_day", default=False)
    wall = None if all_day else _wall(first(form, "wall"))
    start = Start(_day(first(form, "day")), wall, zone)
    if all_day:
        return Timing(start, days=_days(first(form, "days", shown.days)))
    return Timing(start, length=_length(first(form, "length", shown.length)))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FormError({"day": "date"}) from None


def _wall(text: str) -> time:
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise FormError({"wall": "time"}) from None


def _length(text: str) -> timedelta:
    match = _LENGTH.fullmatch(text.strip())
    if match is None:
        raise FormError({"length": "length"})
    return timedelta(hours=int(match[1]), minutes=int(match[2]))


def _days(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:4]) <= _MOST_DAYS:
        raise FormError({"days": "days"})
    return int(text)


def _flag(form: Form, name: str, *, default: bool) -> bool:
    """Return a checkbox. An empty field of the same name stands before it, since none sends nothing."""
    return "on" in form[name] if name in form else default


def _same(form: Form, name: str, shown: Values) -> bool:
    """Browsers send line breaks as CR LF, whatever they were."""
    return first(form, name).replace("\r\n", "\n") == str(getattr(shown, name)).replace("\r\n", "\n")


def _emptied(name: str, text: str) -> str | None:
    value = text.replace("\r\n", "\n")
    return value or (None if name == "conference_meeting_url" else "")


def _checked(schema: type[ActivityPatch], given: Mapping[str, Any]) -> ActivityPatch:
    try:
        return schema.model_validate({**given})
    except ValidationError as error:
        raise FormError({str(item["loc"][0]): "value" for item in error.errors()}) from None
