"""Private events (G2): what is known of one from before it was private, or hidden, goes from its link at once.

From then on the link holds what the connector tells of it, a busy block, and its activity is made to show no more.
Events of CRM origin are not masked: their content came from there.
"""

import json
from typing import Any, TypeVar

from contracts.activity_commands import ActivityChanges
from contracts.calendar_objects import MASKED_TITLE, EventSnapshot
from contracts.envelope import Value
from mapper.domain.model import explanations
from mapper.domain.model.connection import Connection
from mapper.domain.model.decision import Decision, PutActivity
from mapper.domain.model.evaluation_context import EvaluationContext, transition
from mapper.domain.model.link import DecisionRecord, Link
from mapper.domain.rules.merge import PRIVATE_FIELDS

_HIDDEN_NAMES = {pair.activity for pair in PRIVATE_FIELDS}
_IN_CRM: dict[str, Any] = {"subject": MASKED_TITLE, "location": "", "public_description": ""}
_IN_CALENDAR: dict[str, Any] = {"summary": MASKED_TITLE, "location": "", "description": ""}
_GUESTS: dict[str, Any] = {"attendees": (), "conference_meeting_url": None}


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
    side = link.event.model_copy(update={"event": _masked_event(link.event.event), "context": ""})
    link = link.model_copy(update={"event": side})
    return link if _is_masked(link) else _without_content(link)


def redact(context: EvaluationContext) -> Decision | None:
    """Have the activity show no more than its event does; None where it is masked, or never was equal to it."""
    link, activity = context.link, context.activity
    own = activity is not None and activity.owner_id == context.connection.user_id
    if not own or not link.agreed or context.event is None:
        return None
    if _is_masked(link) or not is_hidden(link, context.connection):
        return None
    changes = ActivityChanges(**_IN_CRM, attendees=(), conference_meeting_url="", private=True)
    return transition(context, link.state, link.reason, explanations.REDACTED, PutActivity(changes))


def _is_masked(link: Link) -> bool:
    return link.agreed_guests is not None and link.agreed_guests.private


def _unmasked(link: Link) -> Link:
    """Return a link of CRM origin with the content that is known, where the event lost its mark and came masked."""
    event, agreed = link.event.event, link.agreed_event
    if event is None or agreed is None or not event.masked:
        return link
    known = {name: getattr(agreed, name) for name in _IN_CALENDAR}
    shown = event.model_copy(update={"fields": event.fields.model_copy(update=known), "masked": False})
    return link.model_copy(update={"event": link.event.model_copy(update={"event": shown})})


def _masked_event(event: EventSnapshot) -> EventSnapshot:
    if event.masked:
        return event
    fields = _masked(event.fields, _IN_CALENDAR)
    hidden = {"attendees": (), "conference_url": None, "web_link": None, "masked": True}
    return event.model_copy(update=hidden | {"fields": fields})


def _without_content(link: Link) -> Link:
    """Return the link without its memory of the content: agreed state, guests, their contact data, lost values."""
    known = link.activity.activity
    activity = known and _masked(known, _IN_CRM | _GUESTS | {"participants": ()})
    hidden = {
        "activity": link.activity.model_copy(update={"activity": activity, "context": ""}),
        "agreed_event": link.agreed_event and _masked(link.agreed_event, _IN_CALENDAR),
        "agreed_activity": link.agreed_activity and _masked(link.agreed_activity, _IN_CRM),
        "agreed_guests": link.agreed_guests and _masked(link.agreed_guests, _GUESTS),
        "agreed_context": "",
        "records": tuple(map(_without_values, link.records)),
    }
    return link.model_copy(update=hidden)


V = TypeVar("V", bound=Value)


def _masked(value: V, mask: dict[str, Any]) -> V:
    return value.model_copy(update=mask)


def _without_values(record: DecisionRecord) -> DecisionRecord:
    decided = json.loads(record.text)
    if not any(lost["field"] in _HIDDEN_NAMES and lost["value"] for lost in decided["lost"]):
        return record
    for lost in decided["lost"]:
        lost["value"] = None if lost["field"] in _HIDDEN_NAMES else lost["value"]
    return record.model_copy(update={"text": json.dumps(decided)})
