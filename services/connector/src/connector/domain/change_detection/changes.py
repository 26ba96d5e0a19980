"""What one page of a read brought: what to tell, what to remember, what is gone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connector.domain.change_detection.event_change import EventChange
from connector.domain.change_detection.skipped_events import SkippedEvent, beyond_horizon
from connector.domain.sync_state.documents import EventState, SeriesState


@dataclass(frozen=True)
class Deletion:
    """An event that is really gone (H2). `series_id` only where the whole series is: it counts as one (H4)."""

    known: EventState
    at: datetime | None = None
    series_id: str | None = None


@dataclass
class PageChanges:
    """What one page brought.

    `replaced`: occurrences that go on under another id (E4). `cut`: some went with a change of their rule, so that
    their successors may be about to come. `unplaced`: something is gone that nobody knows.
    """

    judged: list[EventChange] = field(default_factory=list)
    deletions: list[Deletion] = field(default_factory=list)
    replaced: list[EventState] = field(default_factory=list)
    skipped: list[SkippedEvent] = field(default_factory=list)
    series: list[SeriesState] = field(default_factory=list)
    dead_series: list[SeriesState] = field(default_factory=list)
    cut: bool = False
    unplaced: bool = False

    def take(self, judged: Sequence[EventChange]) -> None:
        """Add events; those that are newly known to lie beyond the horizon are left out for now (D5)."""
        self.judged += judged
        beyond = [one for one in judged if one.remember and not one.known.published]
        self.skipped += [beyond_horizon(one.event.event_id) for one in beyond]
