"""The stored sync state of a calendar: its events, and its series with the exceptions from their rules."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import AwareDatetime

from chassis.persistence.document import Document
from connector.domain.provider.items import Deviation, Provenance, SeriesRead, deviation_id
from contracts.calendar_objects import EventSnapshot
from contracts.envelope import Id


def state_id(connection_id: str, calendar_id: str, event_id: str) -> str:
    """Return the document id of the state of an event or a series."""
    return f"{connection_id}:{calendar_id}:{event_id}"


def calendar_scope(connection_id: str, calendar_id: str) -> str:
    """Return the `scope` that all states of one calendar of one connection share."""
    return f"{connection_id}:{calendar_id}"


class EventState(Document):
    """The last known state of an event that was read or written.

    An event whose `hash` is unchanged is not published again; `etag` is for the next conditional write. `seq` is that
    of the work in which it was last stored.
    """

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
    ical_uid: str | None = None
    event: EventSnapshot | None = None
    """Kept only while the event lies beyond the horizon (D5), or is a colleague's (A10), and has not been published."""
    colleagues: Provenance | None = None
    """Of an event that is a colleague's in a shared calendar (A10): by this its owner is found again."""

    def after_read(
        self,
        event: EventSnapshot,
        etag: str | None,
        *,
        seq: int,
        span: tuple[datetime, datetime],
        baseline: bool,
        published: bool,
        colleagues: Provenance | None = None,
    ) -> "EventState":
        """Return the state after the event was read again; `span` is its start and end as instants."""
        starts_at, ends_at = span
        update = {
            "hash": event.hash,
            "etag": etag,
            "seq": seq,
            "baseline": baseline,
            "published": published,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "series_id": event.occurrence.series_id if event.occurrence else None,
            "ical_uid": event.ical_uid,
            "colleagues": colleagues,
            "event": None if published else event,
        }
        return self.model_copy(update=update)

    def as_published(self) -> "EventState":
        """Return the state of an event that is published, wherever in time it lies."""
        return self.model_copy(update={"published": True, "event": None})

    def differs_only_in_seq(self, other: "EventState") -> bool:
        """Whether nothing but the number of the read differs, which is not worth a write."""
        return self.model_copy(update={"seq": other.seq}) == other


class SeriesState(Document):
    """A recurring master and its exceptions, from which the horizon rolls on without another read (D5)."""

    scope: Id
    series_id: Id
    lineage: str = ""
    """The same for all series that came from one by splits (E4)."""
    master: SeriesRead | None = None
    deviations: tuple[Deviation, ...] = ()
    read_pass: str = ""
    """The full read that last found it: exceptions from before that read no longer count."""

    def with_deviation(self, item: Deviation) -> "SeriesState":
        """Return the series with this exception in place of what was known of the same occurrence."""
        others = (known for known in self.deviations if deviation_id(known) != deviation_id(item))
        return self.with_deviations((*others, item))

    def with_deviations(self, deviations: Sequence[Deviation]) -> "SeriesState":
        """Return the series with exactly these exceptions."""
        return self.model_copy(update={"deviations": tuple(deviations)})

    def with_master(self, master: SeriesRead | None) -> "SeriesState":
        """Return the series with another master."""
        return self.model_copy(update={"master": master})

    def in_lineage(self, lineage: str) -> "SeriesState":
        """Return the series as part of this lineage."""
        return self.model_copy(update={"lineage": lineage})

    def in_full_read(self, pass_id: str) -> "SeriesState":
        """Return the series as a full read finds it: that read shows every exception anew."""
        return self.model_copy(update={"deviations": (), "read_pass": pass_id})


def new_series_state(connection_id: str, calendar_id: str, series_id: str) -> SeriesState:
    """Return the state of a series of which nothing was read yet."""
    document_id = state_id(connection_id, calendar_id, series_id)
    scope = calendar_scope(connection_id, calendar_id)
    return SeriesState(id=document_id, scope=scope, series_id=series_id, lineage=series_id)
