"""What one page of a read brought: what to tell, what to remember, what is gone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connector.domain.change_detection.event_change import Judged
from connector.domain.change_detection.skipped_events import LeftOut, beyond_horizon
from connector.domain.change_detection.sync_state import KnownEvent, KnownSeries


@dataclass(frozen=True)
class Deletion:
    """An event that is really gone (H2). `series_id` only where the whole series is: it counts as one (H4)."""

    known: KnownEvent
    at: datetime | None = None
    series_id: str | None = None


@dataclass
class Findings:
    """What one page brought.

    `replaced`: occurrences that go on under another id (E4). `cut`: some went with a change of their rule, so that
    their successors may be about to come. `unplaced`: something is gone that nobody knows.
    """

    judged: list[Judged] = field(default_factory=list)
    deletions: list[Deletion] = field(default_factory=list)
    replaced: list[KnownEvent] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    series: list[KnownSeries] = field(default_factory=list)
    dead_series: list[KnownSeries] = field(default_factory=list)
    cut: bool = False
    unplaced: bool = False

    def take(self, judged: Sequence[Judged]) -> None:
        """Add events; those that are newly known to lie beyond the horizon are left out for now (D5)."""
        self.judged += judged
        beyond = [one for one in judged if one.remember and not one.known.published]
        self.left_out += [beyond_horizon(one.event.event_id) for one in beyond]
