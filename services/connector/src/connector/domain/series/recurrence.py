"""From a series and its exceptions to the events inside a window (E3), in the wall clock of the series' zone (D6)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from connector.domain.event.content_hash import with_hash
from connector.domain.provider.items import OccurrenceCancelled, OccurrenceRead, SeriesRead
from connector.domain.series.recurrence_lines import RuleSet
from connector.domain.series.recurrence_rules import UnexpandableRule
from contracts.calendar_objects import EventSnapshot, Occurrence
from contracts.times import AllDay, Timed

__all__ = ["Expansion", "OccurrenceId", "UnexpandableRule", "expand", "original_start"]

OccurrenceId = Callable[[str, str], str]
"""From a series id and an original start (as in `contracts.Occurrence`) to the event id of that occurrence."""

_MARGIN = timedelta(days=2)  # more than any zone is away from UTC


@dataclass(frozen=True)
class Expansion:
    """The occurrences that overlap the window, by start; each with the hash of its content."""

    events: tuple[EventSnapshot, ...]


@dataclass(frozen=True)
class _Window:
    start: datetime
    end: datetime

    def shows(self, span: Timed | AllDay) -> bool:
        """Whether it overlaps; a plain day lasts from its begin at UTC+14 to its end at UTC-12."""
        begin, end = _instants(span)
        return begin < self.end and (end > self.start or begin >= self.start)


def expand(
    series: SeriesRead,
    exceptions: Sequence[OccurrenceRead | OccurrenceCancelled],
    *,
    window_start: datetime,
    window_end: datetime,
    occurrence_id: OccurrenceId,
) -> Expansion:
    """Return the occurrences that overlap [window_start, window_end), exceptions taken into account.

    An exception is known by its original start (the last one read wins) and shown where it is now, also when the rule
    no longer makes it. Raises UnexpandableRule.
    """
    try:
        return _expand(series, exceptions, _Window(window_start, window_end), occurrence_id)
    except OverflowError as error:  # a date or length that only the rule brings in
        raise UnexpandableRule("its dates are beyond what a calendar can compute with") from error


def _expand(
    series: SeriesRead,
    exceptions: Sequence[OccurrenceRead | OccurrenceCancelled],
    window: _Window,
    occurrence_id: OccurrenceId,
) -> Expansion:
    by_place = {_original_of(exception): exception for exception in exceptions}
    ruled = {place: span for place, span in _spans(series, window).items() if place not in by_place}
    made = [_occurrence(series, place, span, occurrence_id) for place, span in ruled.items() if window.shows(span)]
    changed = [one.event for one in by_place.values() if isinstance(one, OccurrenceRead)]
    shown = [event for event in changed if window.shows(event.fields.time)]
    return Expansion(tuple(sorted([*made, *shown], key=_order)))


def original_start(moment: datetime | date) -> str:
    """Return the place in a series as `contracts.Occurrence` writes it: an instant in UTC, or a date."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return moment.isoformat()


def _spans(series: SeriesRead, window: _Window) -> dict[str, Timed | AllDay]:
    """Return what the rules make around the window, by original start: two wall-clock times in a DST gap are one."""
    span = series.event.fields.time
    rules = _rule_set(series)
    after = _wall(window.start, rules.zone) - (span.end - span.start) - _MARGIN
    starts = rules.between(after, _wall(window.end, rules.zone) + _MARGIN)
    return {original_start(one.start): one for one in (_span(wall, length, span) for wall, length in starts.items())}


def _rule_set(series: SeriesRead) -> RuleSet:
    span = series.event.fields.time
    if isinstance(span, AllDay):
        return RuleSet(series.recurrence, _midnight(span.start), span.end - span.start, None, series.rule_alone)
    zone = ZoneInfo(span.timezone)
    return RuleSet(series.recurrence, _wall(span.start, zone), span.end - span.start, zone, series.rule_alone)


def _span(wall: datetime, length: timedelta, like: Timed | AllDay) -> Timed | AllDay:
    """Return a span of exactly `length` (RFC 5545 3.8.5.3) from a wall-clock start; `fold=0` in gaps and overlaps."""
    if isinstance(like, AllDay):
        return AllDay(start=wall.date(), end=wall.date() + length)
    start = wall.replace(tzinfo=ZoneInfo(like.timezone)).astimezone(UTC)
    return Timed(start=start, end=start + length, timezone=like.timezone)


def _occurrence(series: SeriesRead, place: str, span: Timed | AllDay, occurrence_id: OccurrenceId) -> EventSnapshot:
    master = series.event
    of_series = Occurrence(series_id=master.event_id, lineage=series.lineage, original_start=place)
    return with_hash(master.as_occurrence(occurrence_id(master.event_id, place), span, of_series))


def _original_of(exception: OccurrenceRead | OccurrenceCancelled) -> str:
    place = exception if isinstance(exception, OccurrenceCancelled) else exception.event.occurrence
    return place.original_start if place else ""


def _order(event: EventSnapshot) -> tuple[datetime, str]:
    return _instants(event.fields.time)[0], event.event_id


def _instants(span: Timed | AllDay) -> tuple[datetime, datetime]:
    if isinstance(span, Timed):
        return span.start, span.end
    first, end = (_midnight(day).replace(tzinfo=UTC) for day in (span.start, span.end))
    return first - timedelta(hours=14), end + timedelta(hours=12)


def _wall(moment: datetime, zone: ZoneInfo | None) -> datetime:
    return moment.astimezone(zone or UTC).replace(tzinfo=None)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())
