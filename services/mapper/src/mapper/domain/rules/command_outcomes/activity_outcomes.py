"""The activity store's answers to a command: the activity was written, removed, is another by now, or was refused."""

from contracts.activity_commands import ActivityPut
from contracts.activity_outcomes import ActivityCommandSettled
from mapper.domain.model import explanations
from mapper.domain.model.decision import Decision
from mapper.domain.model.fields import ActivityFields, mapped_fields
from mapper.domain.model.link import Link
from mapper.domain.model.pending import PendingCommand
from mapper.domain.model.sides import ActivitySide
from mapper.domain.rules.command_outcomes.command_effects import as_sent, carried, refused
from mapper.domain.rules.observe import note_activity


def activity_written_or_removed(link: Link, pending: PendingCommand, fact: ActivityCommandSettled) -> Link:
    """Return the link after a put or remove of its activity was carried out; what was written is agreed now."""
    link = note_answer(link, fact)
    if not isinstance(pending.command, ActivityPut):
        return link.closed(pending.closing)
    if pending.event_fields is None:
        return link
    sent = _sent(pending, fact)
    if sent is not None:
        link = link.agreed_on(carried(pending.command.changes.model_dump()), pending.event_fields, sent)
    link = link.with_agreed_guests(pending.guests)
    return link.in_state("active") if link.state == "pending" else link


def _sent(pending: PendingCommand, fact: ActivityCommandSettled) -> ActivityFields | None:
    """Return what the CRM holds by our write: its answer, unless somebody wrote again before it was given."""
    command = pending.command
    if not isinstance(command, ActivityPut):
        return None
    ours = fact.outcome == "unchanged" or fact.version == command.expected_version + 1
    if ours and fact.activity is not None and fact.activity.version == fact.version:
        return mapped_fields(fact.activity)
    return as_sent(pending.activity_fields, command.changes, ActivityFields)


def note_answer(link: Link, fact: ActivityCommandSettled) -> Link:
    """Return the link with the activity that the answer shows."""
    if fact.activity is None and fact.version == 0:
        return link.with_activity_side(ActivitySide())
    return note_activity(link, fact.activity, fact.linked_items) if fact.activity else link


def activity_refused(link: Link, pending: PendingCommand, fact: ActivityCommandSettled) -> Decision:
    """Return what a refusal leads to; where the activity has another owner by now, that alone decides (A8)."""
    noted = note_answer(link, fact)
    if fact.activity is not None and fact.activity.owner_id != link.user_id:
        return Decision(noted)
    closed = refused(noted, pending, fact.reason or "refused")
    return Decision(closed, explanations.quarantined(fact.reason or "the CRM gave no reason"))
