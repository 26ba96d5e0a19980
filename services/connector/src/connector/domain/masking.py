"""How private events leave the connector (G2): as a busy block titled "Private", whatever they say inside."""

from typing import Literal

from connector.domain.content import with_hash
from contracts.calendar_objects import MASKED_TITLE, EventSnapshot

PrivateMode = Literal["private", "public", "skip"]


def present(event: EventSnapshot, mode: PrivateMode) -> EventSnapshot:
    """Return the event as it may be told to others, with the hash of exactly that.

    Events of CRM origin are not masked: their content came from there.
    """
    return with_hash(_masked(event) if _is_hidden(event, mode) else event)


def _is_hidden(event: EventSnapshot, mode: PrivateMode) -> bool:
    from_crm = event.marker is not None and event.marker.origin == "crm"
    return event.visibility == "private" and mode != "public" and not from_crm


def _masked(event: EventSnapshot) -> EventSnapshot:
    fields = event.fields.model_copy(update={"summary": MASKED_TITLE, "location": "", "description": ""})
    hidden = {"fields": fields, "attendees": (), "conference_url": None, "web_link": None, "masked": True}
    return event.model_copy(update=hidden)
