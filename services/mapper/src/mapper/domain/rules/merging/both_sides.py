"""An activity and its event, both there: closed, dormant, or merged field by field (C5, C6, D2, D4, D7, J1, J2)."""

from dataclasses import replace

from contracts.activities import ActivitySnapshot
from contracts.activity_commands import ActivityChanges
from contracts.calendar_objects import EventSnapshot
from contracts.decisions import LostValue
from mapper.domain.model import explanations
from mapper.domain.model.activity_content import guests_of, is_locked, reference
from mapper.domain.model.decision import Decision, PutActivity
from mapper.domain.model.evaluation_context import (
    EvaluationContext,
    freeze,
    hold_deletion,
    is_over,
    is_too_late,
    skip,
    transition,
)
from mapper.domain.model.link import Link
from mapper.domain.model.schedules import event_time
from mapper.domain.model.sides import Guests
from mapper.domain.rules.inbound import excluded
from mapper.domain.rules.linking.initial_agreement import with_initial_agreement
from mapper.domain.rules.merging.carry_over import (
    carry_over,
    import_edits_first,
    merge_explanation,
    too_late,
)
from mapper.domain.rules.merging.guests import new_guests, with_own_guests
from mapper.domain.rules.merging.merge import merge
from mapper.domain.rules.outbound import may_show_block, put_event, wanted_block
from mapper.domain.rules.removal import remove_event

_NOTHING_LOST: tuple[LostValue, ...] = ()


def decide_pair(context: EvaluationContext, activity: ActivitySnapshot, event: EventSnapshot) -> Decision:
    """Keep both sides equal."""
    exclusion = excluded(context, event)
    if exclusion and context.from_calendar:
        return _freed_if_declined(context, event) or skip(context, *exclusion)
    if event_time(activity.schedule) is None:
        return _undated(context)
    if not context.connection.selects(activity.type) and not context.from_calendar:
        return _unselected(context, activity)
    return _merge(context, activity, event)


def _freed_if_declined(context: EvaluationContext, event: EventSnapshot) -> Decision | None:
    """Import that a declined event takes no time any more, before its link closes (D7); None where it says so."""
    if event.response != "declined":
        return None
    imported = import_edits_first(context)
    if imported is None or imported.explanation is None:
        return None
    return replace(imported, explanation=replace(explanations.DECLINED, lost=imported.explanation.lost))


def _undated(context: EvaluationContext) -> Decision:
    if context.from_calendar:
        return transition(context, "dormant", "undated", explanations.UNDATED_DORMANT)
    return import_edits_first(context) or remove_event(context, "undated", explanations.DATE_LOST)


def _unselected(context: EvaluationContext, activity: ActivitySnapshot) -> Decision:
    if is_over(context):
        return freeze(context)  # history stays where it is
    explanation = explanations.unselected(activity.type, context.selected_types)
    if context.connection.withholds(activity.type) and not context.would_mail_guests:
        return import_edits_first(context) or hold_deletion(context, explanations.held_removal(activity.type))
    return import_edits_first(context) or remove_event(context, "filtered", explanation)


def _merge(context: EvaluationContext, activity: ActivitySnapshot, event: EventSnapshot) -> Decision:
    link, lost = _with_agreement(context, event)
    based = replace(context, link=link)
    late, guests = too_late(based), new_guests(link, _guests(context, event))
    merged = merge(link, calendar_owns_all=is_locked(context, event), without=late)
    late_guests = guests is not None and is_too_late(based, event.updated)
    if merged.empty and (late or late_guests):
        return freeze(based)
    paired = not context.link.agreed
    if merged.empty and guests is None:
        return (
            _renewed_block(based, activity, event) or _renamed(based, activity, event) or _equal(based, event, paired)
        )
    explanation = merge_explanation(context, merged, event, lost, paired=paired)
    return carry_over(based, activity, event, merged, None if late_guests else guests, explanation)


def _with_agreement(context: EvaluationContext, event: EventSnapshot) -> tuple[Link, tuple[LostValue, ...]]:
    """Return the link with a state that both sides are compared with, and what loses by it (K2)."""
    link, lost = context.link, _NOTHING_LOST
    if not link.agreed:
        link, lost = with_initial_agreement(link, context.zone, calendar_owns_all=is_locked(context, event))
        link = link.with_agreed_context(link.event.context)
    if wanted_block(context) == link.event.context:
        link = link.with_agreed_context(link.event.context)
    return with_own_guests(link, _guests(context, event)), lost


def _guests(context: EvaluationContext, event: EventSnapshot) -> Guests:
    return guests_of(event, invites=context.connection.invites)


def _renamed(context: EvaluationContext, activity: ActivitySnapshot, event: EventSnapshot) -> Decision | None:
    """Update the activity's reference where its event has another id now (E4, K2)."""
    known = activity.external_ref
    if known is None or not context.from_calendar or known.event_id == event.event_id:
        return None
    renamed = ActivityChanges(external_ref=reference(context.link, event))
    return transition(context, "active", None, explanations.EQUAL, PutActivity(renamed))


def _equal(context: EvaluationContext, event: EventSnapshot, paired: bool) -> Decision:
    link = context.link.with_agreed_guests(_guests(context, event))
    if link.state == "active" and link.reason is None and not paired:
        return Decision(link)
    explanation = explanations.PAIRED if paired else explanations.EQUAL
    return transition(replace(context, link=link), "active", None, explanation)


def _renewed_block(context: EvaluationContext, activity: ActivitySnapshot, event: EventSnapshot) -> Decision | None:
    """Write the description again where its context block has changed (F4).

    What the user made of the block in the calendar is left alone until then. It waits for changes of the text itself.
    """
    link, wanted = context.link, wanted_block(context)
    if wanted in {link.agreed_context, link.event.context}:
        return None
    allowed = may_show_block(context) and context.connection.selects(activity.type)
    if not allowed or is_too_late(context, context.now):
        return None
    description = put_event(context, {"description": event.fields.description})
    return transition(context, "active", None, explanations.BLOCK_RENEWED, description)
