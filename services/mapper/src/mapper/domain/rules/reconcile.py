"""The heart: `reconcile(link, connection, now)` decides what becomes of one item. Pure and total.

The first rule that has something to say decides. Changes are found per side, against what that side last agreed
to: what a provider normalises is no edit, and our own write coming back is no change.
"""

from collections.abc import Callable
from datetime import datetime

from contracts.calendar_objects import EventSnapshot
from mapper.domain.model import explanations
from mapper.domain.model.connection import Connection
from mapper.domain.model.decision import Decision, RemoveActivity, RemoveEvent
from mapper.domain.model.evaluation_context import Situation, keep, leave_out, stand
from mapper.domain.model.fields import event_time
from mapper.domain.model.link import EventSide, Link
from mapper.domain.model.window import lies_ahead
from mapper.domain.rules.both_sides import decide_pair, take_in_first
from mapper.domain.rules.deletion import decide_activity_deleted, decide_event_deleted
from mapper.domain.rules.inbound import create_activity, decide_inbound, excluded
from mapper.domain.rules.outbound import decide_outbound
from mapper.domain.rules.redaction import conceal

_REMOVED_BY_US = frozenset({"undated", "filtered", "calendar_changed", "not_owner", "stopped", "past"})
"""Closed by our own removal: the counterpart is made again when the cause ends (D8); `past` follows one of the others
where the item was over by then."""

_GONE_SINCE = frozenset({"not_owner", "filtered", "undated"})
"""Closed while the event was there, or for an edit that came after its deletion: gone since, it is made again."""

_COMES_BACK = frozenset({"deleted", "stopped"})
"""Closed with its activity deleted: the event being there means that it, or the sync, is back (D8, K1)."""

Rule = Callable[[Situation], Decision | None]


def reconcile(link: Link, connection: Connection, now: datetime) -> Decision:
    """Return what becomes of the link: its next state, what is asked of either side, and why."""
    situation = Situation(link, connection, now)
    for rule in _RULES:
        decision = rule(situation)
        if decision is not None:
            return decision
    return keep(situation)


def _command_under_way(situation: Situation) -> Decision | None:
    return keep(situation) if situation.link.pending else None


def _stopped(situation: Situation) -> Decision | None:
    connection = situation.connection
    if connection.running:
        return None
    if connection.status == "connecting" or not situation.link.agreed:
        return keep(situation)
    removal = _removal(situation) if connection.status == "stopping" else None
    if removal is not None:
        return take_in_first(situation) or stand(situation, "active", "stopped", explanations.STOPPED, removal)
    return _unless_closed(situation, "stopped")


def _removal(situation: Situation) -> RemoveActivity | RemoveEvent | None:
    """Return what stopping takes away (K1); never what belongs to somebody else by now (A8).

    Nor what was left without its event, as what is kept (H1): nothing could bring it back.
    """
    if situation.link.state == "closed" and situation.event is None:
        return None
    remove, activity = situation.connection.remove, situation.activity
    own = activity is not None and activity.owner_id == situation.connection.user_id
    if remove == "activities" and situation.from_calendar and own:
        return RemoveActivity("stopped")
    if remove == "events" and not situation.from_calendar and situation.event:
        return RemoveEvent("stopped")
    return None


def _unless_closed(situation: Situation, reason: str) -> Decision:
    if situation.link.state == "closed":
        return keep(situation)
    return stand(situation, "closed", reason, explanations.STOPPED)


def _adopting(situation: Situation) -> Decision | None:
    if situation.connection.adopted:
        return None
    return Decision(situation.link, explanations.ADOPTING)


def _other_calendar(situation: Situation) -> Decision | None:
    link, chosen = situation.link, situation.connection.settings.calendar_id
    if link.calendar_id == chosen:
        return None
    if situation.from_calendar:
        return leave_out(situation, "calendar_changed", explanations.OTHER_CALENDAR)
    if (situation.event or link.unseen) and _is_over(situation):
        return stand(situation, "frozen", "past", explanations.FROZEN)
    if situation.event or link.unseen:
        removal = stand(situation, "active", "calendar_changed", explanations.MOVES, RemoveEvent("calendar_changed"))
        return take_in_first(situation) or removal
    left = {"state": "closed", "reason": "calendar_changed"} if link.linked else {}
    blank = {"calendar_id": chosen, "event": EventSide(seq=link.event.seq)}
    moved = link.holding(None).model_copy(update=left | blank)
    return reconcile(moved, situation.connection, situation.now)


def _is_over(situation: Situation) -> bool:
    """Tell whether neither side lies ahead: history stays in the calendar where it was."""
    activity, event = situation.activity, situation.event
    times = [event_time(activity.schedule) if activity else None, event.fields.time if event else None]
    known = [when for when in times if when is not None]
    return bool(known) and not any(lies_ahead(when, situation.now, situation.zone) for when in known)


def _not_owner(situation: Situation) -> Decision | None:
    activity = situation.activity
    if activity is None or activity.owner_id == situation.connection.user_id:
        return None
    if situation.link.agreed and not situation.from_calendar and situation.event:
        return stand(situation, "active", "not_owner", explanations.HANDED_OVER, RemoveEvent("not_owner"))
    return leave_out(situation, "not_owner", explanations.NOT_OWNER)


def _closed_for_good(situation: Situation) -> Decision | None:
    return keep(situation) if situation.link.closed_for_good else None


def _access_lost(situation: Situation) -> Decision | None:
    if situation.link.event.gone != "access_lost":
        return None
    return stand(situation, situation.link.state, "access_lost", explanations.ACCESS_LOST)


def _dormant(situation: Situation) -> Decision | None:
    link = situation.link
    paired = link.agreed or (situation.activity and situation.event)
    if not (situation.connection.one_way and situation.from_calendar and paired):
        return None
    if link.state == "closed":
        return keep(situation)
    return stand(situation, "dormant", "dormant_one_way", explanations.DORMANT)


def _left_calendar(situation: Situation) -> Decision | None:
    if situation.link.event.gone != "left":
        return None
    return leave_out(situation, "left", explanations.LEFT_CALENDAR)


def _both_gone(situation: Situation) -> Decision | None:
    if situation.activity or situation.event:
        return None
    if situation.link.state == "closed" or (situation.link.unseen and _is_written(situation.link)):
        return keep(situation)
    return leave_out(situation, "deleted", explanations.BOTH_GONE)


def _both_there(situation: Situation) -> Decision | None:
    if situation.activity and situation.event:
        return decide_pair(situation, situation.activity, situation.event)
    return None


def _only_activity(situation: Situation) -> Decision | None:
    link, activity = situation.link, situation.activity
    if activity is None:
        return None
    if link.event.event is None and link.event.gone is None:
        return _unread(situation) or _closed(situation) or decide_outbound(situation, activity)
    if link.state == "closed" and _makes_event_again(situation):
        return decide_outbound(situation, activity)
    if link.state == "closed" and not _chosen_again(situation):
        return keep(situation)
    return decide_event_deleted(situation, activity)


def _unread(situation: Situation) -> Decision | None:
    """Wait where an event is known of, and its first read is still to come: not seeing it proves nothing (H2)."""
    link = situation.link
    if _is_written(link):
        return keep(situation)
    waits = situation.from_calendar or _is_over(situation)
    if link.unseen and waits and not _makes_event_again(situation):
        return stand(situation, link.state, link.reason, explanations.UNREAD)
    return None


def _closed(situation: Situation) -> Decision | None:
    """Leave a link closed whose cause did not take the event along: it is remembered, and its event not seen."""
    closed = situation.link.state == "closed" and not _makes_event_again(situation)
    return keep(situation) if closed else None


def _chosen_again(situation: Situation) -> bool:
    """Tell whether a link's calendar is chosen again: what is gone of either side since was deleted there (A9)."""
    return situation.from_calendar and situation.link.reason == "calendar_changed"


def _is_written(link: Link) -> bool:
    """Tell whether the event is known to be written, and its first read is still to come."""
    return link.agreed and link.state == "active"


def _makes_event_again(situation: Situation) -> bool:
    """Tell whether the cause for which the link closed took its event along (D8)."""
    reason = situation.link.reason
    return reason in _GONE_SINCE or (reason in _REMOVED_BY_US and not situation.from_calendar)


def _only_event(situation: Situation) -> Decision | None:
    link, event = situation.link, situation.event
    if event is None:
        return None
    if not link.activity.deleted:
        return decide_inbound(situation, event)
    if link.state == "closed" and link.reason in _COMES_BACK:
        return _back_again(situation, event)
    if link.state == "closed" and not _chosen_again(situation):
        return keep(situation)
    return decide_activity_deleted(situation, event)


def _back_again(situation: Situation, event: EventSnapshot) -> Decision:
    """Bring the activity back, as soon as its event may be synced (D7, G2)."""
    exclusion = excluded(situation, event) if situation.from_calendar else None
    if exclusion is None:
        return create_activity(situation, event, explanations.BACK_AGAIN)
    _, verdict = exclusion
    return stand(situation, situation.link.state, situation.link.reason, verdict)


_RULES: tuple[Rule, ...] = (
    _command_under_way,
    _stopped,
    _adopting,
    conceal,
    _other_calendar,
    _not_owner,
    _closed_for_good,
    _access_lost,
    _dormant,
    _left_calendar,
    _both_gone,
    _both_there,
    _only_activity,
    _only_event,
)
