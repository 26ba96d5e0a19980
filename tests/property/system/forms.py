"""The fields of an item in three forms: the oracle's, the activity store's and Google's."""

from datetime import UTC, date, datetime, time, timedelta

from sandbox.clients import Json
from tests.property.system.oracle import Content


def slot_time(number: int, today: date, *, all_day: bool, days: int = 0) -> tuple[str, str]:
    """Return start and end that no other number has: dates for all-day, else instants long before noon.

    `days`: by how many a timed one lasts longer than the others.
    """
    if all_day:
        first = today + timedelta(days=2 + number % 100)
        return str(first), str(first + timedelta(days=1))
    start = datetime.combine(today + timedelta(days=2 + number % 5), time(2), tzinfo=UTC)
    return lasting(start + timedelta(minutes=number % 400), timedelta(days=days))


def on_calendar(start: str, end: str) -> Json:
    """Return the times of a timed event in UTC."""
    return {name: {"dateTime": at, "timeZone": "UTC"} for name, at in {"start": start, "end": end}.items()}


def lasting(start: datetime, longer: timedelta = timedelta()) -> tuple[str, str]:
    """Return a start with the end that timed items here have, or a later one."""
    return start.isoformat(), (start + timedelta(minutes=45) + longer).isoformat()


def to_activity(content: Content) -> Json:
    """Return mapped fields as the activity store takes them."""
    names = {"title": "subject", "location": "location", "description": "public_description", "busy": "busy"}
    body: Json = {names[name]: value for name, value in content.items() if name != "time"}
    if isinstance(when := content.get("time"), tuple):
        body |= _activity_time(*when)
    return body


def _activity_time(start: str, end: str) -> Json:
    if "T" not in start:
        days = (date.fromisoformat(end) - date.fromisoformat(start)).days
        return {"due_date": start, "due_time": None, "duration": f"{24 * days}:00"}
    begin, finish = datetime.fromisoformat(start), datetime.fromisoformat(end)
    minutes = (finish - begin) // timedelta(minutes=1)
    duration = f"{minutes // 60:02d}:{minutes % 60:02d}"
    return {"due_date": str(begin.date()), "due_time": f"{begin:%H:%M}", "duration": duration}


def of_activity(activity: Json) -> Content:
    """Return the mapped fields of an activity."""
    return {
        "title": activity["subject"],
        "location": activity.get("location") or "",
        "description": activity.get("public_description") or "",
        "busy": activity["busy"],
        "time": _time_of(activity),
    }


def _time_of(activity: Json) -> tuple[str, str]:
    hours, minutes = (activity.get("duration") or "00:30").split(":")
    span = timedelta(hours=int(hours), minutes=int(minutes))
    if activity.get("due_time") is None:
        first = date.fromisoformat(activity["due_date"])
        return str(first), str(first + (span or timedelta(days=1)))
    start = datetime.fromisoformat(f"{activity['due_date']}T{activity['due_time']}+00:00")
    return start.isoformat(), (start + span).isoformat()


def not_kept(activity: Json) -> str:
    """Say how an activity's link stands, unless it is closed for good (H1)."""
    sync = activity["sync"] or {}
    state = (sync.get("state"), sync.get("reason"))
    return "" if state == ("closed", "kept") else f"{activity['subject']} is not kept, but {state}"


def to_event(content: Content) -> Json:
    """Return mapped fields as Google takes them."""
    names = {"title": "summary", "location": "location", "description": "description"}
    body: Json = {names[name]: value for name, value in content.items() if name in names}
    if "busy" in content:
        body["transparency"] = "opaque" if content["busy"] else "transparent"
    if isinstance(when := content.get("time"), tuple):
        body["start"], body["end"] = (_event_time(moment) for moment in when)
    return body


def _event_time(moment: str) -> Json:
    if "T" in moment:
        return {"dateTime": moment, "timeZone": "Europe/Berlin", "date": None}
    return {"date": moment, "dateTime": None, "timeZone": None}


def of_event(event: Json) -> Content:
    """Return the mapped fields of a Google event."""
    return {
        "title": event.get("summary", ""),
        "location": event.get("location", ""),
        "description": event.get("description", ""),
        "busy": event.get("transparency", "opaque") == "opaque",
        "time": (_instant(event["start"]), _instant(event["end"])),
    }


def _instant(moment: Json) -> str:
    if "date" in moment:
        return str(moment["date"])
    return datetime.fromisoformat(moment["dateTime"]).astimezone(UTC).isoformat()
