"""Which new occurrence of a series group continues which lost one (E4). Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC
from zoneinfo import ZoneInfo

from connector.domain.change_detection.changes import Deletion
from connector.domain.change_detection.group_members import GroupMember
from connector.domain.change_detection.read_context import ReadContext
from connector.domain.change_detection.series_view import MemberView, expanded
from connector.domain.series.pairing import Place, pair, place_of
from connector.domain.series.recurrence import OccurrenceId, UnexpandableRule, original_start
from connector.domain.sync_state.documents import EventState
from contracts.times import Timed


def successors(
    context: ReadContext,
    views: Sequence[MemberView],
    lost: Mapping[str, Deletion],
    new_ids: set[str],
    occurrence_id: OccurrenceId,
) -> dict[str, str]:
    """Return, by new event id, the lost event id that it continues.

    Occurrences that the series showed before take part even where they were never published: what slides into the
    window is no successor of what was taken out of the middle.
    """
    shown = {event_id for view in views for event_id in view.events}
    old: dict[str, Place] = {}
    new: list[Place] = []
    for view in views:
        before = _places_before(context, view.member, occurrence_id)
        unplaced = new_ids - before.keys()
        old |= {event_id: place for event_id, place in before.items() if event_id in lost or event_id not in shown}
        for event_id in view.member.occurrences.keys() & lost.keys() - old.keys():
            old[event_id] = _place_by_time(context, view.member, lost[event_id].state)
        if view.member.was_single:
            old[view.member.series_id] = _place_by_time(context, view.member, view.member.was_single)
        new += [_place_now(view, event_id) for event_id in view.events if event_id in unplaced]
        for event_id in _cancelled_by_user(context, view.member, occurrence_id):
            old.pop(event_id, None)
    return {new_id: old_id for new_id, old_id in pair(old.values(), new).items() if old_id in lost}


def _places_before(context: ReadContext, member: GroupMember, occurrence_id: OccurrenceId) -> dict[str, Place]:
    if member.before is None or member.before.master is None:
        return {}
    try:
        events = expanded(context, member.before, occurrence_id)
    except UnexpandableRule:
        return {}
    time = member.before.master.event.fields.time
    return {
        event_id: place_of(event_id, event.occurrence.original_start, time)
        for event_id, event in events.items()
        if event.occurrence
    }


def _place_by_time(context: ReadContext, member: GroupMember, state: EventState) -> Place:
    series = member.before or member.after
    time = series.master.event.fields.time if series and series.master else None
    zone = ZoneInfo(time.timezone if isinstance(time, Timed) else context.window.zone)
    return Place(state.starts_at.astimezone(zone).date(), state.starts_at.astimezone(UTC), state.event_id)


def _place_now(view: MemberView, event_id: str) -> Place:
    event, series = view.events[event_id], view.member.after
    own = event.fields.time
    if not event.occurrence:
        return place_of(event_id, original_start(own.start), own)
    time = series.master.event.fields.time if series and series.master else own
    return place_of(event_id, event.occurrence.original_start, time)


def _cancelled_by_user(context: ReadContext, member: GroupMember, occurrence_id: OccurrenceId) -> set[str]:
    """Return the cancelled occurrences that the rule still makes; the others went with a change of the rule."""
    if not member.cancelled or member.after is None:
        return set()
    bare = member.after.with_deviations(())
    return member.cancelled.keys() & expanded(context, bare, occurrence_id).keys()
