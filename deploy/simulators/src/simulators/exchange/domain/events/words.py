"""EWS's words for single properties of a calendar item, and the store's (Graph's) for the same."""

from collections.abc import Callable, Mapping
from typing import Any

from simulators.exchange.domain.errors import EwsError
from simulators.exchange.domain.xml import Element, child, children, local, text

Json = dict[str, Any]

SHOW_AS = {
    "Free": "free",
    "Tentative": "tentative",
    "Busy": "busy",
    "OOF": "oof",
    "WorkingElsewhere": "workingElsewhere",
    "NoData": "unknown",
}
FREE_BUSY = {word: name for name, word in SHOW_AS.items()}
ATTENDEES = {"RequiredAttendees": "required", "OptionalAttendees": "optional", "Resources": "resource"}
_BOOLEANS = {
    "IsResponseRequested": "responseRequested",
    "AllowNewTimeProposal": "allowNewTimeProposals",
    "ReminderIsSet": "isReminderOn",
}


def _words(name: str, element: Element) -> Json:
    content = (element.text or "").strip()
    return {name: content.lower() if name in {"sensitivity", "importance"} else element.text or ""}


def body(element: Element) -> Json:
    """Return what a `t:Body` says."""
    return {"body": {"contentType": element.get("BodyType", "").lower(), "content": element.text or ""}}


#: What a property that is set becomes.
READERS: Mapping[str, Callable[[Element], Json]] = {
    "Subject": lambda element: _words("subject", element),
    "Sensitivity": lambda element: _words("sensitivity", element),
    "Importance": lambda element: _words("importance", element),
    "Body": body,
    "Categories": lambda element: {"categories": [one.text or "" for one in children(element)]},
    "ReminderMinutesBeforeStart": lambda element: {"reminderMinutesBeforeStart": int(element.text or "0")},
    "LegacyFreeBusyStatus": lambda element: {"showAs": SHOW_AS[element.text or ""]},
    "Location": lambda element: {"location": {"displayName": element.text or ""}},
    "EnhancedLocation": lambda element: {"location": {"displayName": text(element, "t:DisplayName") or ""}},
    "UID": lambda element: {"uid": element.text or ""},
    **{
        name: lambda element, word=word: {word: is_true(element)}  # type: ignore[misc]
        for name, word in _BOOLEANS.items()
    },
}
#: What a deleted property becomes.
DELETED: Mapping[str, Json] = {
    "Body": {"body": None},
    "Categories": {"categories": None},
    "Location": {"location": None},
    "Recurrence": {"recurrence": None},
    "Subject": {"subject": None},
    **{name: {word: None} for name, word in _BOOLEANS.items()},
    "ReminderMinutesBeforeStart": {"reminderMinutesBeforeStart": None},
    "LegacyFreeBusyStatus": {"showAs": None},
    "Sensitivity": {"sensitivity": None},
    "Importance": {"importance": None},
}


def is_true(element: Element) -> bool:
    """Return an xs:boolean."""
    return (element.text or "").strip() in {"true", "1"}


def guest(element: Element, kind: str) -> Json:
    """Return what a `t:Attendee` says; `kind`: required, optional or resource."""
    mailbox = child(element, "t:Mailbox")
    address = text(mailbox, "t:EmailAddress") if mailbox is not None else None
    if mailbox is None or not address:
        raise EwsError("ErrorInvalidRecipients", "At least one recipient isn't valid.")
    # What an attendee answered is not the client's to say.
    return {"type": kind, "emailAddress": {"address": address, "name": text(mailbox, "t:Name") or address}}


def name_of(path: Element) -> str:
    """Return the property's name of a `t:FieldURI`: `calendar:Start` names `Start`."""
    if local(path) != "FieldURI":
        raise EwsError("ErrorInvalidPropertyRequest", "The property cannot be used here.")
    return path.get("FieldURI", "").partition(":")[2]
