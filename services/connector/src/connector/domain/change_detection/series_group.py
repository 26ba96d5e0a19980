"""The series of one lineage, compared together with the sync state: expanded to the horizon (E3, E4). Pure."""

from collections.abc import Iterator, Mapping, Sequence

from connector.domain.change_detection.changes import Deletion, PageChanges
from connector.domain.change_detection.event_change import EventChange, detect_change
from connector.domain.change_detection.group_members import GroupMember
from connector.domain.change_detection.group_pairing import successors
from connector.domain.change_detection.read_context import ReadContext
from connector.domain.change_detection.series_view import MemberView, goes_on_later, view_of
from connector.domain.change_detection.skipped_events import colleagues_event, none_in_window, over, unreadable
from connector.domain.series.recurrence import OccurrenceId, UnexpandableRule
from connector.domain.sync_state.documents import EventState
from contracts.calendar_objects import EventSnapshot


def detect_group_changes(
    context: ReadContext, members: Sequence[GroupMember], occurrence_id: OccurrenceId, changes: PageChanges
) -> None:
    """Add what is new, changed and gone of all series of one lineage.

    An occurrence that vanished and one that is new are the same one where they pair (E4): it is published under its
    new id, and is not gone. What the user cancelled himself pairs with nothing.
    """
    views = [view for one in members if (view := _view(context, one, occurrence_id, changes))]
    shown = {event_id for view in views for event_id in view.events}
    states = {event_id: state for view in views for event_id, state in view.member.occurrences.items()}
    lost = {one.state.event_id: one for view in views for one in _lost(context, view, shown)}
    new_ids = shown - states.keys()
    pairs = successors(context, views, lost, new_ids, occurrence_id) if lost and new_ids else {}
    former = {new: lost[old].state for new, old in pairs.items()}
    for view in views:
        _add_shown(context, view, states, former, occurrence_id, changes)
    _add_lost(lost, set(pairs.values()), {event_id for one in members for event_id in one.cancelled}, changes)


def _view(
    context: ReadContext, member: GroupMember, occurrence_id: OccurrenceId, changes: PageChanges
) -> MemberView | None:
    """Return what a member shows; None where its rule cannot be expanded, which proves nothing gone either (E3)."""
    try:
        return view_of(context, member, occurrence_id)
    except UnexpandableRule as error:
        changes.skipped.append(unreadable(member.series_id, "E3", error.detail))
        changes.deletions += [_cancelled(member, one) for one in member.cancelled if one in member.occurrences]
        return None


def _lost(context: ReadContext, view: MemberView, shown: set[str]) -> Iterator[Deletion]:
    """Yield the stored occurrences that are shown no more. What is outside the window is not gone (D5, H2)."""
    member = view.member
    if member.was_single:
        yield Deletion(member.was_single)
    for event_id, state in member.occurrences.items():
        if event_id in member.cancelled:
            yield _cancelled(member, event_id)
        elif member.is_deleted:
            yield Deletion(state, member.gone_at, member.series_id)
        elif event_id not in shown and _must_be_shown(context, member, state):
            yield Deletion(state)


def _cancelled(member: GroupMember, event_id: str) -> Deletion:
    return Deletion(member.occurrences[event_id], member.cancelled[event_id].at)


def _must_be_shown(context: ReadContext, member: GroupMember, state: EventState) -> bool:
    """Whether a stored occurrence would be shown if it were still there: inside the window, by a known rule."""
    if member.after is not None and member.after.master is None:
        return False
    return state.ends_at > context.window.start and state.starts_at < context.window.end


def _add_lost(lost: Mapping[str, Deletion], paired: set[str], cancelled: set[str], changes: PageChanges) -> None:
    changes.replaced += [lost[event_id].state for event_id in paired]
    gone = {event_id: one for event_id, one in lost.items() if event_id not in paired}
    changes.deletions += gone.values()
    changes.rule_cut |= any(one.series_id is None for event_id, one in gone.items() if event_id not in cancelled)


def _add_shown(
    context: ReadContext,
    view: MemberView,
    states: Mapping[str, EventState],
    former: Mapping[str, EventState],
    occurrence_id: OccurrenceId,
    changes: PageChanges,
) -> None:
    """Add the series and the events that it shows; `former`: by new event id, the state of what it continues."""
    member = view.member
    if not member.on_page:
        return
    events = [
        _change(context, event, view.etags.get(event_id), states.get(event_id), former.get(event_id))
        for event_id, event in view.events.items()
    ]
    changes.add(events)
    if member.series_id in context.colleagues:
        changes.skipped.append(colleagues_event(member.series_id))
    elif member.has_rule and not any(one.state.published for one in events):
        later = bool(events) or goes_on_later(context, member, occurrence_id)
        changes.skipped.append(none_in_window(member.series_id) if later else over(member.series_id))


def _change(
    context: ReadContext, event: EventSnapshot, etag: str | None, state: EventState | None, former: EventState | None
) -> EventChange:
    change = detect_change(context, event, etag, state)
    return change.replacing(former) if former and former.published else change
