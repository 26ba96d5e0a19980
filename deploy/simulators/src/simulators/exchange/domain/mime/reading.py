"""An iCalendar file as the MimeContent of a new item: its first event, in the store's words. DavMail writes it."""

import base64
import re
from datetime import datetime
from typing import Any

from simulators.exchange.domain.errors import EwsError
from simulators.frame.store import times
from simulators.frame.store.recurring import rules

Json = dict[str, Any]

_EVENT = re.compile(r"^BEGIN:VEVENT$(.*?)^(?:BEGIN:VALARM|END:VEVENT)$", re.DOTALL | re.MULTILINE)
_LINE = re.compile(r"^(?P<name>[A-Z-]+)(?P<parameters>(?:;[^:]*)?):(?P<value>.*)$", re.MULTILINE)
_TZID = re.compile(r";TZID=\"?([^\";]+)")
_ESCAPED = re.compile(r"\\(.)")


def words(content: str, zone: str) -> Json:
    """Return what the file's event says; `zone`: Windows name of the zone of whole days."""
    text = re.sub(r"\r?\n[ \t]", "", base64.b64decode(content).decode()).replace("\r\n", "\n")
    event = _EVENT.search(text)
    if event is None:
        raise EwsError("ErrorMimeContentInvalid", "The MIME content has no event.")
    found = {one["name"]: one for one in _LINE.finditer(event[1])}
    if not {"DTSTART", "DTEND"} <= found.keys():
        raise EwsError("ErrorMimeContentInvalid", "The MIME content's event has no start or no end.")
    made: Json = {side: _moment(found[name], zone) for side, name in (("start", "DTSTART"), ("end", "DTEND"))}
    made["isAllDay"] = "VALUE=DATE" in found["DTSTART"]["parameters"].replace("VALUE=DATE-TIME", "")
    made |= {word: _text(found[name]) for name, word in (("SUMMARY", "subject"), ("UID", "uid")) if name in found}
    if "DESCRIPTION" in found:
        made["body"] = {"contentType": "text", "content": _text(found["DESCRIPTION"])}
    if "LOCATION" in found:
        made["location"] = {"displayName": _text(found["LOCATION"])}
    if "RRULE" in found:
        made["recurrence"] = rules.to_store([found["RRULE"][0]], times.parse(made["start"]))[0]
    return made


def _moment(line: re.Match[str], zone: str) -> Json:
    value, named = line["value"], _TZID.search(line["parameters"])
    wall = datetime.fromisoformat(value.removesuffix("Z"))
    return {"dateTime": wall.isoformat(), "timeZone": "UTC" if value.endswith("Z") else named[1] if named else zone}


def _text(line: re.Match[str]) -> str:
    return _ESCAPED.sub(lambda one: "\n" if one[1] in "nN" else one[1], line["value"])
