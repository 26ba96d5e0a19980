"""The sync state that is loaded for some items: their events, their series, and what belongs with those."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connector.domain.sync_state.documents import EventState, SeriesState


@dataclass(frozen=True)
class SyncState:
    """Events by event id; series, and the stored occurrences of each, by series id."""

    events: Mapping[str, EventState]
    series: Mapping[str, SeriesState]
    occurrences: Mapping[str, Sequence[EventState]]
