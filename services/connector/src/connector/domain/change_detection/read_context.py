"""Which calendar is read, and how what is read is compared with the sync state."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connector.domain.event.redaction import PrivateMode
from connector.domain.event.window import Window
from connector.domain.provider.items import Provenance
from connector.domain.sync_state.documents import calendar_scope, state_id
from contracts.calendar_objects import EventSnapshot


@dataclass(frozen=True)
class ReadContext:
    """One read of one calendar.

    `publish_all`: a replay, which publishes unchanged events too. `baseline`: the first read under `backfill: none`
    (D3). `pass_id` is set for full reads. `colleagues`: the events and series that are a colleague's alone (A10).
    """

    connection_id: str
    calendar_id: str
    seq: int
    window: Window
    private: PrivateMode
    publish_all: bool = False
    baseline: bool = False
    pass_id: str = ""
    colleagues: Mapping[str, Provenance] = field(default_factory=dict)

    def id_of(self, event_id: str) -> str:
        """Return the document id of the state of an event or a series of this calendar."""
        return state_id(self.connection_id, self.calendar_id, event_id)

    def colleagues_event(self, event: EventSnapshot) -> Provenance | None:
        """Return where a colleague's event comes from, None where it is no colleague's; a series is one whole."""
        return self.colleagues.get(event.occurrence.series_id if event.occurrence else event.event_id)

    @property
    def scope(self) -> str:
        """Return the scope of this calendar's states."""
        return calendar_scope(self.connection_id, self.calendar_id)
