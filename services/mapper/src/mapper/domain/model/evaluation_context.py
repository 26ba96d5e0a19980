"""One link under one connection: what every rule looks at."""

from dataclasses import dataclass
from datetime import datetime

from contracts.activities import ActivityAttendee, ActivitySnapshot, ExternalRef
from contracts.activity_commands import ActivityChanges
from contracts.calendar_objects import EventSnapshot
from mapper.domain.model.connection import Connection
from mapper.domain.model.decision import Action, Decision, Explanation
from mapper.domain.model.fields import activity_values, event_time
from mapper.domain.model.link import Guests, Link
from mapper.domain.model.window import latest, lies_ahead


@dataclass(frozen=True)
class EvaluationContext:
    """A link, the connection it belongs to, and the present moment."""

    link: Link
    connection: Connection
    now: datetime

    @property
    def activity(self) -> ActivitySnapshot | None:
        """The activity, unless it is deleted."""
        return self.link.activity.live

    @property
    def event(self) -> EventSnapshot | None:
        """The event, unless it is gone."""
        return self.link.event.live

    @property
    def from_calendar(self) -> bool:
        """Whether the pair was born in the calendar."""
        return self.link.origin == "calendar"

    @property
    def zone(self) -> str:
        """The connection's time zone."""
        return self.connection.settings.timezone

    @property
    def selected_types(self) -> tuple[str, ...]:
        """The types chosen for the calendar."""
        return self.connection.settings.outbound_types or ()


def is_upcoming(context: EvaluationContext, moment: datetime) -> bool:
    """Tell whether the agreed start or a new one lay ahead at a moment, or since the item is covered (D1, D2)."""
    return was_upcoming(context, latest(moment, context.connection.coverage.connected_at))


def was_upcoming(context: EvaluationContext, moment: datetime) -> bool:
    """Tell whether the agreed start or a new one lay ahead at a moment (D2)."""
    link = context.link
    times = [
        link.agreed_event.time if link.agreed_event else None,
        link.event.live.fields.time if link.event.live else None,
        event_time(link.activity.live.schedule) if link.activity.live else None,
    ]
    return any(when is not None and lies_ahead(when, moment, context.zone) for when in times)


def no_change(context: EvaluationContext) -> Decision:
    """Decide nothing new."""
    return Decision(context.link)


def transition(
    context: EvaluationContext, state: str, reason: str | None, explanation: Explanation, *actions: Action
) -> Decision:
    """Put the link into a state, with a verdict and what is asked of the sides."""
    link = context.link.model_copy(update={"state": state, "reason": reason})
    return Decision(link, explanation, actions)


def hold_deletion(context: EvaluationContext, explanation: Explanation) -> Decision:
    """Delete nothing before the pass is judged, nor while the user is asked (H4)."""
    if context.connection.brake_id is None:
        return no_change(context)
    return transition(context, context.link.state, "needs_confirmation", explanation)


def skip(context: EvaluationContext, reason: str, explanation: Explanation) -> Decision:
    """Close what was a link once; an item without a counterpart stays unlinked.

    What closed it goes on explaining it: a later look that finds the same reason decides nothing new (L1).
    """
    state = "closed" if context.link.linked else "unlinked"
    if (context.link.state, context.link.reason) == ("closed", reason):
        return no_change(context)
    return transition(context, state, reason, explanation)


def read_only(event: EventSnapshot) -> bool:
    """Tell whether the user may not change the event from the CRM (E2, E5)."""
    return not event.editable or event.event_type != "default" or event.occurrence is not None


def guests_of(event: EventSnapshot) -> Guests:
    """Return what comes in with an event beside the mapped fields."""
    return Guests(
        attendees=tuple(
            ActivityAttendee(email=guest.email, name=guest.name, status=guest.status, is_organizer=guest.is_organizer)
            for guest in event.attendees
        ),
        conference_meeting_url=event.conference_url,
        recurring=event.occurrence is not None,
        read_only=not event.editable or event.event_type != "default",
        private=event.masked,
    )


def whole_activity(context: EvaluationContext, event: EventSnapshot) -> ActivityChanges:
    """Return everything an activity takes over from its event (C2, F5, G3); one that comes back keeps its type (C5)."""
    settings, guests = context.connection.settings, guests_of(event)
    comes_back = context.link.activity.activity is not None
    return ActivityChanges(
        **activity_values(event.fields, None, context.zone),
        type=None if comes_back else settings.inbound_type,
        attendees=guests.attendees,
        conference_meeting_url=guests.conference_meeting_url,
        recurring=guests.recurring,
        read_only=guests.read_only,
        private=guests.private,
        visibility=settings.inbound_visibility,
        external_ref=reference(context.link, event),
    )


def reference(link: Link, event: EventSnapshot) -> ExternalRef:
    """Return what an activity remembers of its event (K2)."""
    return ExternalRef(
        account_key=link.account_key,
        calendar_id=event.calendar_id,
        event_id=event.event_id,
        ical_uid=event.ical_uid,
        original_start=event.occurrence.original_start if event.occurrence else None,
        origin=link.origin,
    )
