"""Notes on a link what one side is now like. A note decides nothing; `reconcile` does, afterwards."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from contracts.activities import ActivitySnapshot, LinkedItemSummary
from contracts.calendar_events import EventChanged, EventGone
from contracts.calendar_objects import EventFields, EventSnapshot
from mapper.domain.model.fields import PAIRS
from mapper.domain.model.limits import is_large
from mapper.domain.model.link import Link
from mapper.domain.model.sides import ActivitySide, EventSide
from mapper.domain.model.snapshots import as_kept, free, with_description, with_fields, with_reference
from mapper.domain.rules import context_block
from mapper.domain.rules.linking.link_recovery import recover_link


def with_event(link: Link, event: EventSnapshot, seq: int, read_at: datetime, *, baseline: bool) -> EventSide:
    """Return the calendar's side after a read.

    A field's time is the provider's `updated` of the first read in which it differed (J2). Our block is noted beside
    the event: whatever becomes of it is no edit of the description (F4).
    """
    side, context = link.event, context_block.found_in(event.fields.description)
    event = as_noted(link, event)
    return EventSide(
        event=event,
        context=context,
        seq=seq,
        changed_at=_changed_at(side, event),  # type: ignore[arg-type]  # keys are event fields by construction
        read_at=read_at,
        baseline=baseline,
    )


def as_noted(link: Link, event: EventSnapshot) -> EventSnapshot:
    """Return an event as it is noted: without our block, and one that the user declined as taking no time (D7).

    So the activity is free while the answer stands, and accepting the event is an edit of the calendar's like others.
    """
    fields = own_fields(link, event.fields)
    return with_fields(event, free(fields) if event.response == "declined" else fields)


def own_fields(link: Link, fields: EventFields) -> EventFields:
    """Return the fields of an event without our block in its description (F4)."""
    text = context_block.strip(fields.description, tidy=bool(link.agreed_context))
    return with_description(fields, text)


def _changed_at(side: EventSide, event: EventSnapshot) -> Mapping[str, datetime]:
    known = side.event.fields if side.event else None
    return {
        pair.event: side.changed_at.get(pair.event, event.updated)
        if known is not None and getattr(known, pair.event) == getattr(event.fields, pair.event)
        else event.updated
        for pair in PAIRS
    }


def note_event(link: Link, fact: EventChanged) -> Link:
    """Return the link after a read of its event; a read that began before the last one noted is ignored."""
    if fact.seq <= link.event.seq or _known(link, fact):
        return link
    side = with_event(link, fact.event, fact.seq, fact.occurred_at, baseline=fact.baseline)
    return link.with_event_id(fact.event.event_id).with_event_side(side).holding_deletion(None)


def _known(link: Link, fact: EventChanged) -> bool:
    """Tell whether the read shows what is noted already: a replay costs no write."""
    noted = link.event.live
    shown = link.event.seq > 0  # else it was noted under another connection, or invalidated: this read is the first
    if not shown or noted is None:
        return False
    # What was masked here (G2) kept the hash of the whole event: to read that again is news, once it may be shown.
    return (noted.event_id, noted.hash, noted.masked) == (fact.event.event_id, fact.event.hash, fact.event.masked)


def note_gone(link: Link, fact: EventGone) -> Link:
    """Return the link after its event went, in one of three ways (H2).

    A deletion without a time counts as made when the last read before it began (J3).
    """
    if fact.seq <= link.event.seq or fact.event_id != link.event_id:
        return link
    gone_at = fact.gone_at or link.event.read_at or fact.occurred_at
    side = link.event.with_gone(fact.gone, seq=fact.seq, gone_at=gone_at, series_id=fact.series_id)
    return link.with_event_side(side).holding_deletion(_gone_pass(link, fact))


def _gone_pass(link: Link, fact: EventGone) -> str | None:
    """Return the pass that a deletion waits for (H4); its repetition does not release it."""
    if fact.sync_pass is not None and is_large(fact.sync_pass):
        return fact.sync_pass.id
    return link.gone_pass if link.event.gone else None


def note_activity(link: Link, activity: ActivitySnapshot, linked_items: Iterable[LinkedItemSummary] = ()) -> Link:
    """Return the link after its activity was published; a version that is known already changes nothing.

    Of its linked items only the block is kept that an event may show (F4): a changed item makes a new version.
    """
    known = link.activity.activity
    if known is None and not link.agreed:
        link = recover_link(link, activity)
    if known is not None and activity.version == known.version and activity.external_ref != known.external_ref:
        # A change of the reference alone makes no new version of the activity.
        return link.with_activity_side(link.activity.with_activity(with_reference(known, activity.external_ref)))
    if known is not None and activity.version <= known.version:
        return link
    side = ActivitySide(
        activity=as_kept(activity),
        context=context_block.block_of(linked_items, link.user_id),
    )
    return link.with_activity_side(side)
