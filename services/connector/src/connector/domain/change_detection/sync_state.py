"""What the connector remembers of a calendar: known events, and series with what deviates from their rule."""

from pydantic import AwareDatetime

from chassis.persistence.documents import Document
from connector.domain.identity import known_id
from connector.domain.provider.port import OccurrenceCancelled, OccurrenceRead, SeriesRead
from contracts.calendar_objects import EventSnapshot
from contracts.envelope import Id


def scope_of(connection_id: str, calendar_id: str) -> str:
    """Return what the known events of one calendar of one connection have in common."""
    return f"{connection_id}:{calendar_id}"


class KnownEvent(Document):
    """An event we saw or wrote. An unchanged `hash` costs no message; `etag` is for the next conditional write."""

    scope: Id
    event_id: Id
    hash: str
    etag: str | None = None
    seq: int
    baseline: bool = False
    published: bool = True
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    series_id: Id | None = None
    event: EventSnapshot | None = None
    """Kept only while it lies beyond the horizon and is not told yet (D5)."""


Deviation = OccurrenceRead | OccurrenceCancelled


class KnownSeries(Document):
    """A recurring master and its exceptions, so that the horizon rolls on without reading the series anew (D5)."""

    scope: Id
    series_id: Id
    lineage: str = ""
    """What all series have in common that came from one by splits (E4)."""
    master: SeriesRead | None = None
    deviations: tuple[Deviation, ...] = ()
    read_pass: str = ""
    """The full read that found it; what older reads said of exceptions no longer counts."""

    def with_deviation(self, item: Deviation) -> "KnownSeries":
        """Return the series with what is now known of one occurrence."""
        others = tuple(known for known in self.deviations if deviation_id(known) != deviation_id(item))
        return self.model_copy(update={"deviations": (*others, item)})


def lineage_of(item: object) -> str | None:
    """Return the lineage that an item of a series tells; tombstones tell none."""
    match item:
        case SeriesRead(lineage=lineage):
            return lineage
        case OccurrenceRead(event=event):
            return event.occurrence.lineage if event.occurrence else None
        case _:
            return None


def deviation_id(item: Deviation) -> str:
    """Return the event id of an exception or a cancelled occurrence."""
    return item.event.event_id if isinstance(item, OccurrenceRead) else item.event_id


def new_series(connection_id: str, calendar_id: str, series_id: str) -> KnownSeries:
    """Return a series of which nothing is known yet."""
    document_id = known_id(connection_id, calendar_id, series_id)
    scope = scope_of(connection_id, calendar_id)
    return KnownSeries(id=document_id, scope=scope, series_id=series_id, lineage=series_id)
