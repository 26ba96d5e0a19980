"""Whether an event that was read is news: what is told of it, and what is remembered."""

from dataclasses import dataclass, replace

from connector.domain.event.redaction import PrivateMode, redacted
from connector.domain.event.window import Window
from connector.domain.sync_state.documents import EventState, calendar_scope, state_id
from contracts.calendar_objects import EventSnapshot


@dataclass(frozen=True)
class ReadContext:
    """One read of one calendar, and how its findings are judged.

    `tell_all`: a replay, which tells unchanged events too. `baseline`: the first read under `backfill: none` (D3).
    `pass_id` is set for full reads.
    """

    connection_id: str
    calendar_id: str
    seq: int
    window: Window
    private: PrivateMode
    tell_all: bool = False
    baseline: bool = False
    pass_id: str = ""

    def id_of(self, event_id: str) -> str:
        """Return the document id of a known event or series of this calendar."""
        return state_id(self.connection_id, self.calendar_id, event_id)

    @property
    def scope(self) -> str:
        """Return what the known events of this calendar have in common."""
        return calendar_scope(self.connection_id, self.calendar_id)


@dataclass(frozen=True)
class EventChange:
    """An event as it may be told; `tell` and `remember` say what is to be done with it.

    `known` is what is to be remembered, `before` what was.
    """

    event: EventSnapshot
    known: EventState
    before: EventState | None
    tell: bool
    remember: bool
    replaces: str | None = None

    def replacing(self, former: EventState) -> "EventChange":
        """Return the event as the successor of one that was told (E4): so it is told, too, wherever it lies now."""
        known = self.known.model_copy(update={"published": True, "event": None})
        return replace(self, known=known, tell=True, remember=True, replaces=former.event_id)


def detect_change(reading: ReadContext, read: EventSnapshot, etag: str | None, known: EventState | None) -> EventChange:
    """Compare an event with what is known of it. Outside the horizon is not told, and is not gone either (D5)."""
    event = redacted(read, reading.private)
    changed = known is None or known.hash != event.hash
    told = known is not None and known.published
    hidden = reading.window.is_beyond(event.fields.time) and event.marker is None and not told
    news = changed or reading.tell_all or not told
    fresh = _remembered(reading, event, etag, known, published=not hidden)
    same = known is not None and _same(known, fresh)
    return EventChange(event=event, known=fresh, before=known, tell=news and not hidden, remember=not same)


def whatever_the_window(judged: EventChange) -> EventChange:
    """Return an event as it is told where a link has it: the horizon closes no link (D5)."""
    known = judged.known.model_copy(update={"published": True, "event": None})
    return replace(judged, known=known, tell=True, remember=True)


def _remembered(
    reading: ReadContext, event: EventSnapshot, etag: str | None, known: EventState | None, *, published: bool
) -> EventState:
    start, end = reading.window.bounds(event.fields.time)
    unchanged = known is not None and known.hash == event.hash
    base = known or EventState(
        id=reading.id_of(event.event_id),
        scope=reading.scope,
        event_id=event.event_id,
        hash=event.hash,
        seq=reading.seq,
        starts_at=start,
        ends_at=end,
    )
    baseline = base.baseline if unchanged else (known is None and reading.baseline)
    fields = {"hash": event.hash, "etag": etag, "seq": reading.seq, "baseline": baseline, "published": published}
    times = {"starts_at": start, "ends_at": end}
    series = {"series_id": event.occurrence.series_id if event.occurrence else None}
    return base.model_copy(update=fields | times | series | {"event": None if published else event})


def _same(known: EventState, fresh: EventState) -> bool:
    """Say whether nothing but the read's number differs: that alone is not worth a write."""
    return known == fresh.model_copy(update={"seq": known.seq})
