"""Changes of whole events and activities that only the mapper makes."""

from typing import Any, Final

from contracts.activities import ActivitySnapshot, ExternalRef
from contracts.calendar_objects import EventFields, EventSnapshot
from mapper.domain.model.fields import PRIVATE_FIELDS, ActivityFields, with_values

MASKED_ACTIVITY: Final[dict[str, Any]] = {pair.activity: pair.mask for pair in PRIVATE_FIELDS}
"""What stands for the private fields of an activity (G2)."""

_NO_GUESTS: Final[dict[str, Any]] = {"attendees": (), "conference_meeting_url": None, "participants": ()}


def with_fields(event: EventSnapshot, fields: EventFields) -> EventSnapshot:
    """Return the event with other mapped fields."""
    return event.model_copy(update={"fields": fields})


def with_description(fields: EventFields, description: str) -> EventFields:
    """Return the fields with another description."""
    return with_values(fields, {"description": description})


def free(fields: EventFields) -> EventFields:
    """Return the fields of an event that takes no time."""
    return with_values(fields, {"transparency": "transparent"})


def not_editable(event: EventSnapshot) -> EventSnapshot:
    """Return the event as one that its user may not change (E5)."""
    return event.model_copy(update={"editable": False})


def mailing_guests(event: EventSnapshot) -> EventSnapshot:
    """Return the event as one whose guests get mail from every change (I2)."""
    return event.model_copy(update={"mails_guests": True})


def unmasked_event(event: EventSnapshot, known: EventFields) -> EventSnapshot:
    """Return a masked event with the private fields that are known from elsewhere (G2)."""
    private = {pair.event: getattr(known, pair.event) for pair in PRIVATE_FIELDS}
    return event.model_copy(update={"fields": with_values(event.fields, private), "masked": False})


def masked_activity_fields(fields: ActivityFields) -> ActivityFields:
    """Return an activity's mapped fields without what is private (G2)."""
    return with_values(fields, MASKED_ACTIVITY)


def masked_activity(activity: ActivitySnapshot) -> ActivitySnapshot:
    """Return the activity without private fields, guests and participants (G2)."""
    return activity.model_copy(update=MASKED_ACTIVITY | _NO_GUESTS)


def as_kept(activity: ActivitySnapshot) -> ActivitySnapshot:
    """Return the activity as the mapper keeps it: its note never leaves the CRM (F3), its link is kept already."""
    return activity.model_copy(update={"note": "", "sync": None})


def with_reference(activity: ActivitySnapshot, reference: ExternalRef | None) -> ActivitySnapshot:
    """Return the activity with another event that it refers to (K2)."""
    return activity.model_copy(update={"external_ref": reference})
