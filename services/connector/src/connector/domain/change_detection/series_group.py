"""The series of one lineage, told together: expanded to the horizon and compared with what is known (E3, E4). Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from connector.domain.change_detection.changes import Deletion, PageChanges
from connector.domain.change_detection.event_change import EventChange, ReadContext, detect_change
from connector.domain.change_detection.skipped_events import none_in_window, unreadable
from connector.domain.provider.items import EventRead, OccurrenceCancelled, OccurrenceRead, deviation_id
from connector.domain.series.pairing import Place, pair, place_of
from connector.domain.series.recurrence import UnexpandableRule, expand
from connector.domain.sync_state.documents import EventState, SeriesState
from contracts.calendar_objects import EventSnapshot
from contracts.times import Timed

OccurrenceId = Callable[[str, str], str]


@dataclass(frozen=True)
class GroupMember:
    """One series of a lineage, before and after what a read says of it; `after` is None where all of it is gone.

    `single`: the event that it was before it became a series; `turned`: the event that it is since it is none.
    """

    series_id: str
    before: SeriesState | None
    after: SeriesState | None
    known: Mapping[str, EventState]
    cancelled: Mapping[str, OccurrenceCancelled] = field(default_factory=dict)
    single: EventState | None = None
    turned: EventRead | None = None
    gone_at: datetime | None = None
    touched: bool = True


@dataclass(frozen=True)
class _View:
    """A member with the events that are to be shown of it."""

    member: GroupMember
    events: Mapping[str, EventSnapshot]
    etags: Mapping[str, str]

    @property
    def dead(self) -> bool:
        return self.member.after is None and self.member.turned is None


def detect_group_changes(
    reading: ReadContext, members: Sequence[GroupMember], occurrence_id: OccurrenceId, findings: PageChanges
) -> None:
    """Note what is new, changed and gone of all series of one lineage.

    An occurrence that vanished and one that is new are the same one where they pair (E4): it is told under its new
    id, and is not gone. What the user cancelled himself pairs with nothing.
    """
    views = [view for one in members if (view := _view(reading, one, occurrence_id, findings))]
    shown = {event_id for view in views for event_id in view.events}
    known = {event_id: event for view in views for event_id, event in view.member.known.items()}
    lost = {one.known.event_id: one for view in views for one in _lost(reading, view, shown)}
    fresh = {event_id for event_id in shown if event_id not in known}
    pairs = _pairs(reading, views, lost, fresh, occurrence_id) if lost and fresh else {}
    for view in views:
        _tell(reading, view, known, {new: lost[old].known for new, old in pairs.items()}, findings)
    paired = set(pairs.values())
    findings.replaced += [lost[event_id].known for event_id in paired]
    findings.deletions += [one for event_id, one in lost.items() if event_id not in paired]
    cancelled = {event_id for one in members for event_id in one.cancelled}
    findings.cut |= any(one.series_id is None for event_id, one in lost.items() if event_id not in paired | cancelled)


def _view(
    reading: ReadContext, member: GroupMember, occurrence_id: OccurrenceId, findings: PageChanges
) -> _View | None:
    """Return what is to be shown of a member; None where nobody can say, and so nothing of it is gone either."""
    if member.turned:
        event = member.turned.event
        return _View(member, {event.event_id: event}, {event.event_id: member.turned.etag})
    if member.after is None:
        return _View(member, {}, {})
    try:
        events = expanded(reading, member.after, occurrence_id)
    except UnexpandableRule as error:
        findings.skipped.append(unreadable(member.series_id, "E3", error.detail))
        findings.deletions += [
            _cancelled(member, event_id) for event_id in member.cancelled if event_id in member.known
        ]
        return None
    exceptions = [one for one in member.after.deviations if isinstance(one, OccurrenceRead)]
    told = [one for one in exceptions if deviation_id(one) in member.known or not _is_over(reading, one.event)]
    events |= {one.event.event_id: one.event for one in told}
    return _View(member, events, {one.event.event_id: one.etag for one in told})


def expanded(reading: ReadContext, series: SeriesState, occurrence_id: OccurrenceId) -> dict[str, EventSnapshot]:
    """Return what the rule and the exceptions of a series show inside the window, by event id.

    Raises UnexpandableRule.
    """
    if series.master is None:
        return {}
    window = reading.window
    expansion = expand(
        series.master,
        series.deviations,
        window_start=window.start,
        window_end=window.end,
        occurrence_id=occurrence_id,
    )
    return {event.event_id: event for event in expansion.events}


def _is_over(reading: ReadContext, event: EventSnapshot) -> bool:
    return reading.window.bounds(event.fields.time)[1] <= reading.window.start


def _cancelled(member: GroupMember, event_id: str) -> Deletion:
    return Deletion(member.known[event_id], member.cancelled[event_id].at)


def _lost(reading: ReadContext, view: _View, shown: set[str]) -> Iterator[Deletion]:
    """Yield what is known of a member and shown no more. Outside the window is not gone (D5, H2)."""
    member = view.member
    if member.single:
        yield Deletion(member.single)
    for event_id, event in member.known.items():
        if event_id in member.cancelled:
            yield _cancelled(member, event_id)
        elif view.dead:
            yield Deletion(event, member.gone_at, member.series_id)
        elif event_id not in shown and _rules_inside(reading, member, event):
            yield Deletion(event)


def _rules_inside(reading: ReadContext, member: GroupMember, known: EventState) -> bool:
    if member.after is not None and member.after.master is None:
        return False
    return known.ends_at > reading.window.start and known.starts_at < reading.window.end


def _pairs(
    reading: ReadContext,
    views: Sequence[_View],
    lost: Mapping[str, Deletion],
    fresh: set[str],
    occurrence_id: OccurrenceId,
) -> dict[str, str]:
    """Return which fresh event goes on with which lost one.

    What the series would have shown by now, though nobody has told it yet, takes part in the pairing: what slides
    into the window is no successor of what was taken out of the middle.
    """
    old: dict[str, Place] = {}
    new: list[Place] = []
    for view in views:
        was = _places_before(reading, view.member, occurrence_id)
        old |= {event_id: place for event_id, place in was.items() if event_id in lost or not _still(event_id, views)}
        for event_id in view.member.known.keys() & lost.keys() - old.keys():
            old[event_id] = _place_by_time(reading, view.member, lost[event_id].known)
        if view.member.single:
            old[view.member.series_id] = _place_by_time(reading, view.member, view.member.single)
        new += [_place_now(view, event_id) for event_id in view.events if event_id in fresh and event_id not in was]
        for event_id in _taken_out(reading, view.member, occurrence_id):
            old.pop(event_id, None)
    return {fresh_id: former for fresh_id, former in pair(old.values(), new).items() if former in lost}


def _still(event_id: str, views: Sequence[_View]) -> bool:
    return any(event_id in view.events for view in views)


def _places_before(reading: ReadContext, member: GroupMember, occurrence_id: OccurrenceId) -> dict[str, Place]:
    if member.before is None or member.before.master is None:
        return {}
    try:
        events = expanded(reading, member.before, occurrence_id)
    except UnexpandableRule:
        return {}
    time = member.before.master.event.fields.time
    return {
        event_id: place_of(event_id, event.occurrence.original_start, time)
        for event_id, event in events.items()
        if event.occurrence
    }


def _place_by_time(reading: ReadContext, member: GroupMember, known: EventState) -> Place:
    series = member.before or member.after
    time = series.master.event.fields.time if series and series.master else None
    zone = ZoneInfo(time.timezone if isinstance(time, Timed) else reading.window.zone)
    return Place(known.starts_at.astimezone(zone).date(), known.starts_at.astimezone(UTC), known.event_id)


def _place_now(view: _View, event_id: str) -> Place:
    event, series = view.events[event_id], view.member.after
    time = series.master.event.fields.time if series and series.master else event.fields.time
    if event.occurrence:
        return place_of(event_id, event.occurrence.original_start, time)
    own = event.fields.time
    start = own.start.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(own, Timed) else own.start.isoformat()
    return place_of(event_id, start, own)


def _taken_out(reading: ReadContext, member: GroupMember, occurrence_id: OccurrenceId) -> set[str]:
    """Return what the user cancelled himself: the rule makes it still. The rest went with a change of the rule."""
    if not member.cancelled or member.after is None:
        return set()
    bare = member.after.model_copy(update={"deviations": ()})
    return member.cancelled.keys() & expanded(reading, bare, occurrence_id).keys()


def _tell(
    reading: ReadContext,
    view: _View,
    known: Mapping[str, EventState],
    replaced: Mapping[str, EventState],
    findings: PageChanges,
) -> None:
    member = view.member
    if not member.touched:
        return
    judged = [
        _judged(reading, event, view.etags.get(event_id), known.get(event_id), replaced.get(event_id))
        for event_id, event in view.events.items()
    ]
    findings.take(judged)
    has_rule = member.after is not None and member.after.master is not None
    if has_rule and not any(one.known.published for one in judged):
        findings.skipped.append(none_in_window(member.series_id))


def _judged(
    reading: ReadContext, event: EventSnapshot, etag: str | None, known: EventState | None, former: EventState | None
) -> EventChange:
    judged = detect_change(reading, event, etag, known)
    return judged.replacing(former) if former and former.published else judged
