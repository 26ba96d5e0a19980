"""What one series shows inside the window: the occurrences of its rule, and its exceptions. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from connector.domain.change_detection.group_members import GroupMember
from connector.domain.change_detection.read_context import ReadContext
from connector.domain.provider.items import OccurrenceRead, deviation_id
from connector.domain.series.recurrence import OccurrenceId, UnexpandableRule, expand
from connector.domain.sync_state.documents import SeriesState
from contracts.calendar_objects import EventSnapshot

_LOOKED_AHEAD = (timedelta(days=730), timedelta(days=366 * 30))
"""A rule is asked for far occurrences only where it has no near ones: every few years, or on 29 February."""


@dataclass(frozen=True)
class MemberView:
    """A member of a series group with the events that it shows, by event id, and the etags that are known of them."""

    member: GroupMember
    events: Mapping[str, EventSnapshot]
    etags: Mapping[str, str]


def view_of(context: ReadContext, member: GroupMember, occurrence_id: OccurrenceId) -> MemberView:
    """Return what a member shows. Raises UnexpandableRule."""
    if member.became_single:
        event = member.became_single.event
        return MemberView(member, {event.event_id: event}, {event.event_id: member.became_single.etag})
    if member.after is None:
        return MemberView(member, {}, {})
    events = expanded(context, member.after, occurrence_id)
    exceptions = [one for one in member.after.deviations if isinstance(one, OccurrenceRead)]
    shown = [one for one in exceptions if deviation_id(one) in member.occurrences or not _is_over(context, one.event)]
    events |= {one.event.event_id: one.event for one in shown}
    return MemberView(member, events, {one.event.event_id: one.etag for one in shown})


def expanded(context: ReadContext, series: SeriesState, occurrence_id: OccurrenceId) -> dict[str, EventSnapshot]:
    """Return what the rule and the exceptions of a series show inside the window, by event id.

    Raises UnexpandableRule.
    """
    if series.master is None:
        return {}
    window = context.window
    expansion = expand(
        series.master,
        series.deviations,
        window_start=window.start,
        window_end=window.end,
        occurrence_id=occurrence_id,
    )
    return {event.event_id: event for event in expansion.events}


def goes_on_later(context: ReadContext, member: GroupMember, occurrence_id: OccurrenceId) -> bool:
    """Whether a series has occurrences after the window (D5): they come in when they are nearer."""
    series = member.after
    if series is None or series.master is None:
        return False
    begin = max(context.window.end, context.window.bounds(series.master.event.fields.time)[0])
    try:
        return any(
            expand(
                series.master,
                series.deviations,
                window_start=begin,
                window_end=begin + ahead,
                occurrence_id=occurrence_id,
            ).events
            for ahead in _LOOKED_AHEAD
        )
    except (UnexpandableRule, OverflowError):  # too many of them, or at the end of the calendar
        return True


def _is_over(context: ReadContext, event: EventSnapshot) -> bool:
    return context.window.bounds(event.fields.time)[1] <= context.window.start
