"""What lies inside the window by now, though no read shows it as changed (D5). Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from connector.domain.change_detection.changes import PageChanges
from connector.domain.change_detection.event_change import detect_change
from connector.domain.change_detection.group_members import GroupMember, unchanged_member
from connector.domain.change_detection.read_context import ReadContext
from connector.domain.change_detection.series_group import detect_group_changes
from connector.domain.series.recurrence import OccurrenceId
from connector.domain.sync_state.documents import EventState, SeriesState
from connector.domain.sync_state.pruning import without_past
from connector.domain.sync_state.redaction import redacted_series


def waiting_in_window(context: ReadContext, waiting: Iterable[EventState]) -> PageChanges:
    """Return the events that were kept beyond the horizon, compared once more."""
    events = [detect_change(context, state.event, state.etag, state) for state in waiting if state.event]
    return PageChanges(events=events)


def series_in_window(
    context: ReadContext,
    stored: Sequence[SeriesState],
    occurrences: Mapping[str, Sequence[EventState]],
    occurrence_id: OccurrenceId,
) -> PageChanges:
    """Return what the stored series show by now; those of which less is to be kept are stored again."""
    lean = [redacted_series(without_past(one, context.window), context.private) for one in stored]
    changes = PageChanges(series=[new for new, old in zip(lean, stored, strict=True) if new is not old])
    groups: dict[str, list[GroupMember]] = defaultdict(list)
    for series in lean:
        groups[series.lineage].append(unchanged_member(series, occurrences.get(series.series_id, ())))
    for members in groups.values():
        detect_group_changes(context, members, occurrence_id, changes)
    return changes
