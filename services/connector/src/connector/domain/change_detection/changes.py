"""What was detected on one page of a read: what is published, what is stored, and what is gone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connector.domain.change_detection.event_change import EventChange
from connector.domain.change_detection.skipped_events import SkippedEvent, beyond_horizon, colleagues_event
from connector.domain.sync_state.documents import EventState, SeriesState


@dataclass(frozen=True)
class Deletion:
    """An event that is really deleted (H2). `series_id` only where the whole series is: it counts as one (H4)."""

    state: EventState
    at: datetime | None = None
    series_id: str | None = None


@dataclass
class PageChanges:
    """What was detected on one page.

    `replaced`: occurrences that go on under another id (E4). `rule_cut`: occurrences went with a change of their
    rule, so their successors may be about to come. `unknown_deletion`: an event is gone that has no stored state.
    """

    events: list[EventChange] = field(default_factory=list)
    deletions: list[Deletion] = field(default_factory=list)
    replaced: list[EventState] = field(default_factory=list)
    skipped: list[SkippedEvent] = field(default_factory=list)
    series: list[SeriesState] = field(default_factory=list)
    deleted_series: list[SeriesState] = field(default_factory=list)
    rule_cut: bool = False
    unknown_deletion: bool = False

    def add(self, changes: Sequence[EventChange]) -> None:
        """Add events; those newly found to be a colleague's (A10) or beyond the horizon (D5) are skipped for now."""
        self.events += changes
        for one in changes:
            if one.store and not one.state.published:
                skip = colleagues_event if one.is_colleagues else beyond_horizon
                self.skipped.append(skip(one.event.event_id))
