"""What an activity takes over from its event beside the mapped fields: guests, locks, and a reference to the event."""

from contracts.activities import ActivityAttendee, ExternalRef
from contracts.activity_commands import ActivityChanges
from contracts.calendar_objects import EventSnapshot
from mapper.domain.model.evaluation_context import EvaluationContext
from mapper.domain.model.fields import activity_values
from mapper.domain.model.link import Link
from mapper.domain.model.sides import Guests


def read_only(event: EventSnapshot) -> bool:
    """Tell whether the user may not change the event from the CRM (E2, E5)."""
    return not event.editable or event.event_type != "default" or event.occurrence is not None


def is_locked(context: EvaluationContext, event: EventSnapshot) -> bool:
    """Tell whether the event is not written as things are: the user may not, or its guests would get mail (E5, I2)."""
    return read_only(event) or context.would_mail_guests


def guests_of(event: EventSnapshot, *, invites: bool) -> Guests:
    """Return what comes in with an event beside the mapped fields; `invites`: its guests may get mail (I2)."""
    return Guests(
        attendees=tuple(
            ActivityAttendee(email=guest.email, name=guest.name, status=guest.status, is_organizer=guest.is_organizer)
            for guest in event.attendees
        ),
        conference_meeting_url=_web_address(event.conference_url),
        recurring=event.occurrence is not None,
        read_only=not event.editable or event.event_type != "default",
        would_mail_guests=event.mails_guests and not invites,
        private=event.masked,
    )


def _web_address(address: str | None) -> str | None:
    """Return an address that a browser may open; None for one of another scheme, which could run code or dial."""
    return address if address and address.lower().startswith(("https://", "http://")) else None


def whole_activity(context: EvaluationContext, event: EventSnapshot) -> ActivityChanges:
    """Return everything an activity takes over from its event (C2, F5, G3); one that comes back keeps its type (C5)."""
    settings = context.connection.settings
    guests = guests_of(event, invites=context.connection.invites)
    comes_back = context.link.activity.activity is not None
    return ActivityChanges(
        **activity_values(event.fields, None, context.zone),
        type=None if comes_back else settings.inbound_type,
        attendees=guests.attendees,
        conference_meeting_url=guests.conference_meeting_url,
        recurring=guests.recurring,
        read_only=guests.read_only,
        would_mail_guests=guests.would_mail_guests,
        private=guests.private,
        visibility=settings.inbound_visibility,
        external_ref=reference(context.link, event),
    )


def reference(link: Link, event: EventSnapshot) -> ExternalRef:
    """Return the reference to its event that an activity keeps (K2)."""
    return ExternalRef(
        account_key=link.account_key,
        calendar_id=event.calendar_id,
        event_id=event.event_id,
        ical_uid=event.ical_uid,
        original_start=event.occurrence.original_start if event.occurrence else None,
        origin=link.origin,
    )
