"""What an event of a calendar file says (RFC 5545 §3.8.1, RFC 7986), as Google's API writes it.

A property whose value is none of the standard's is left out; the event is kept.
"""

import re
from typing import Any, Final

from sandbox.ics.times import Component, many

Json = dict[str, Any]

_ANSWERS: Final = {
    "NEEDS-ACTION": "needsAction",
    "DECLINED": "declined",
    "TENTATIVE": "tentative",
    "ACCEPTED": "accepted",
}
_STATUS: Final = {"CONFIRMED": "confirmed", "TENTATIVE": "tentative", "CANCELLED": "cancelled"}
_TRANSPARENCY: Final = {"OPAQUE": "opaque", "TRANSPARENT": "transparent"}
_VISIBILITY: Final = {"PRIVATE": "private", "CONFIDENTIAL": "confidential"}
_ADDRESS: Final = re.compile(r"^[^@\s]+@[^@\s]+$")


def content(event: Component) -> Json:
    """Return the texts, the kind and the guests of an event, without its times."""
    return {
        "summary": _text(event, "SUMMARY"),
        "description": _text(event, "DESCRIPTION"),
        "location": _text(event, "LOCATION"),
        "status": _STATUS.get(_word(event, "STATUS"), "confirmed"),
        "transparency": _TRANSPARENCY.get(_word(event, "TRANSP"), "opaque"),
        "visibility": _VISIBILITY.get(_word(event, "CLASS"), "default"),
        "attendees": [guest for one in many(event.get("ATTENDEE")) if (guest := _guest(one)) is not None],
    }


def _text(event: Component, name: str) -> str:
    values = many(event.get(name))
    return str(values[0]) if values else ""


def _word(event: Component, name: str) -> str:
    return _text(event, name).strip().upper()


def _guest(address: Component) -> Json | None:
    """Return a guest; None where the address (a `urn:`, a room's path) is no e-mail address."""
    parameters = getattr(address, "params", {})
    email = re.sub("^mailto:", "", str(parameters.get("EMAIL") or address), flags=re.IGNORECASE).strip()
    if not _ADDRESS.match(email):
        return None
    answer = _ANSWERS.get(str(parameters.get("PARTSTAT", "")).upper(), "needsAction")
    name = parameters.get("CN")
    return {"email": email, "responseStatus": answer} | ({"displayName": str(name)} if name else {})
