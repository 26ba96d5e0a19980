"""Redaction of private events (G2): once an event is private, its earlier content is removed from the link at once.

From then on the link holds what the connector publishes of it, a busy block, and its activity shows no more.
Events of CRM origin are not masked: their content came from there.
"""

import json

from contracts.activity_commands import ActivityChanges
from mapper.domain.model import explanations
from mapper.domain.model.connections.connection import Connection
from mapper.domain.model.decision import Decision, PutActivity
from mapper.domain.model.evaluation_context import EvaluationContext
from mapper.domain.model.fields import PRIVATE_FIELDS
from mapper.domain.model.link import DecisionRecord, Link
from mapper.domain.model.snapshots import (
    MASKED_ACTIVITY,
    masked_activity,
    masked_activity_fields,
    unmasked_event,
)

_PRIVATE_NAMES = {pair.activity for pair in PRIVATE_FIELDS}


def is_hidden(link: Link, connection: Connection) -> bool:
    """Tell whether the content of the link's event stays in the calendar."""
    event = link.event.event
    if event is None or link.origin == "crm":
        return False
    return event.masked or (event.visibility == "private" and connection.settings.private_events != "public")


def redacted(link: Link, connection: Connection) -> Link:
    """Return the link without what is hidden of its event; the same where nothing is.

    Once the activity is masked, what it says is the user's own: until then it is what came from the event.
    """
    if link.origin == "crm":
        return _unmasked(link)
    if link.event.event is None or not is_hidden(link, connection):
        return link
    event = link.event.event if link.event.event.masked else link.event.event.redacted()
    link = link.with_event_side(link.event.redacted(event))
    return link if _is_masked(link) else _without_content(link)


def redact(context: EvaluationContext) -> Decision | None:
    """Mask the activity of a private event; None where it is masked already, or never was equal to its event."""
    link, activity = context.link, context.activity
    own = activity is not None and activity.owner_id == context.connection.user_id
    if not own or not link.agreed or context.event is None:
        return None
    if _is_masked(link) or not is_hidden(link, context.connection):
        return None
    changes = ActivityChanges(**MASKED_ACTIVITY, attendees=(), conference_meeting_url="", private=True)
    return Decision(link, explanations.REDACTED, (PutActivity(changes),))


def _is_masked(link: Link) -> bool:
    return link.agreed_guests is not None and link.agreed_guests.private


def _unmasked(link: Link) -> Link:
    """Return a link of CRM origin with the content that is known, where the event lost its mark and came masked."""
    event, agreed = link.event.event, link.agreed_event
    if event is None or agreed is None or not event.masked:
        return link
    return link.with_event_side(link.event.with_event(unmasked_event(event, agreed)))


def _without_content(link: Link) -> Link:
    """Return the link without the content that it keeps: agreed state, guests, their contact data, lost values."""
    return link.redacted(
        activity=link.activity.activity and masked_activity(link.activity.activity),
        event=link.agreed_event and link.agreed_event.redacted(),
        fields=link.agreed_activity and masked_activity_fields(link.agreed_activity),
        records=tuple(map(_without_values, link.records)),
    )


def _without_values(record: DecisionRecord) -> DecisionRecord:
    decided = json.loads(record.text)
    if not any(lost["field"] in _PRIVATE_NAMES and lost["value"] for lost in decided["lost"]):
        return record
    for lost in decided["lost"]:
        lost["value"] = None if lost["field"] in _PRIVATE_NAMES else lost["value"]
    return record.with_text(json.dumps(decided))
