"""Whose event it is and who may change it (E5, H3), from what an event resource says."""

from collections.abc import Mapping
from typing import Any

_PRIVATE = {"private", "confidential"}


def is_organizer(raw: Mapping[str, Any]) -> bool:
    """Whether this calendar organises the event; one without an organizer is nobody else's."""
    if details_hidden(raw):
        return False
    return bool((raw.get("organizer") or {"self": True}).get("self"))


def is_editable(raw: Mapping[str, Any]) -> bool:
    """Whether the user may change summary, time, place and description.

    Special kinds allow colours and the like only; an unknown kind is taken for one of them. A private copy is
    detached from the meeting it came from, so changes to it would tell nobody.
    """
    if raw.get("eventType", "default") != "default" or raw.get("locked") or raw.get("privateCopy"):
        return False
    return not details_hidden(raw) and (is_organizer(raw) or bool(raw.get("guestsCanModify")))


def visibility(raw: Mapping[str, Any]) -> str:
    """Return default, public or private; `confidential` is Google's old word for private, an unknown one is safe so."""
    shown = raw.get("visibility", "default")
    return shown if shown in {"default", "public"} else "private"


def details_hidden(raw: Mapping[str, Any]) -> bool:
    """Whether the calendar shows only that somebody is busy (writerWithoutPrivateAccess, freeBusyReader)."""
    return raw.get("visibility") in _PRIVATE and not ({"creator", "organizer"} & raw.keys())
