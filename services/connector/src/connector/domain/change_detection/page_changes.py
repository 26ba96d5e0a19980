"""Change detection: one page of a read against the sync state. Pure.

Deletions are collected here and published after the last page of the pass, each with their number (H4).
"""

from collections.abc import Sequence

from connector.domain.change_detection.changes import Deletion, PageChanges
from connector.domain.change_detection.event_change import detect_change
from connector.domain.change_detection.group_members import GroupMember, groups_of
from connector.domain.change_detection.read_context import ReadContext
from connector.domain.change_detection.series_group import detect_group_changes
from connector.domain.change_detection.series_lineage import with_lineages
from connector.domain.change_detection.skipped_events import unreadable
from connector.domain.provider.items import EventRead, EventRemoved, Item, Unreadable, event_id_of
from connector.domain.series.recurrence import OccurrenceId
from connector.domain.sync_state.snapshot import SyncState


def detect_changes(
    context: ReadContext, items: Sequence[Item], state: SyncState, occurrence_id: OccurrenceId
) -> PageChanges:
    """Compare the items of one page with the sync state, in their order: where one comes twice, the later counts."""
    items = with_lineages(context, items, state, occurrence_id)
    latest = {event_id_of(item): item for item in items}
    changes = PageChanges()
    for item in latest.values():
        _detect_single(context, item, state, changes)
    for members in groups_of(context, latest, state):
        _add_series(members, changes)
        detect_group_changes(context, members, occurrence_id, changes)
    return changes


def _detect_single(context: ReadContext, item: Item, state: SyncState, changes: PageChanges) -> None:
    """Add what an item says of an event that belongs to no series; series are compared group by group."""
    match item:
        case EventRead(event=event, etag=etag) if event.event_id not in state.series:
            changes.add([detect_change(context, event, etag, state.events.get(event.event_id))])
        case EventRemoved(event_id=event_id, at=at):
            if known := state.events.get(event_id):
                changes.deletions.append(Deletion(known, at))
            changes.unknown_deletion |= event_id not in state.events and event_id not in state.series
        case Unreadable(event_id=event_id, reason=reason, rule=rule):
            changes.skipped.append(unreadable(event_id, rule, reason))
        case _:
            pass


def _add_series(members: Sequence[GroupMember], changes: PageChanges) -> None:
    for one in members:
        if one.after is None and one.before is not None:
            changes.deleted_series.append(one.before)
        elif one.after is not None and one.after != one.before:
            changes.series.append(one.after)
