"""Notes on a link what one side is now like. A note decides nothing; `reconcile` does, afterwards."""

from collections.abc import Mapping
from datetime import datetime

from contracts.activities import ActivitySnapshot
from contracts.calendar_events import EventChanged, EventGone
from contracts.calendar_objects import EventSnapshot
from mapper.domain.fields import PAIRS
from mapper.domain.link import ActivitySide, EventSide, Link


def with_event(side: EventSide, event: EventSnapshot, seq: int, read_at: datetime, *, baseline: bool) -> EventSide:
    """Return the calendar's side after a read.

    A field's time is the provider's `updated` of the first read in which it differed (J2).
    """
    return EventSide(
        event=event,
        seq=seq,
        changed_at=_changed_at(side, event),  # type: ignore[arg-type]  # keys are event fields by construction
        read_at=read_at,
        baseline=baseline,
    )


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
    side = with_event(link.event, fact.event, fact.seq, fact.occurred_at, baseline=fact.baseline)
    return link.holding(fact.event.event_id).model_copy(update={"event": side})


def _known(link: Link, fact: EventChanged) -> bool:
    """Tell whether the read shows what is noted already: a replay costs no write."""
    noted = link.event.live
    return noted is not None and (noted.event_id, noted.hash) == (fact.event.event_id, fact.event.hash)


def note_gone(link: Link, fact: EventGone) -> Link:
    """Return the link after its event went, in one of three ways (H2).

    A deletion without a time counts as made when the last read before it began (J3).
    """
    if fact.seq <= link.event.seq or fact.event_id != link.event_id:
        return link
    gone_at = fact.gone_at or link.event.read_at or fact.occurred_at
    side = link.event.model_copy(update={"seq": fact.seq, "gone": fact.gone, "gone_at": gone_at})
    return link.model_copy(update={"event": side})


def note_activity(link: Link, activity: ActivitySnapshot) -> Link:
    """Return the link after its activity was told; a version that is known already changes nothing."""
    known = link.activity.activity
    if known is not None and activity.version <= known.version:
        return link
    # The note never leaves the CRM (F3), not even into the mapper's database.
    side = ActivitySide(activity=activity.model_copy(update={"note": "", "sync": None}))
    return link.model_copy(update={"activity": side})
