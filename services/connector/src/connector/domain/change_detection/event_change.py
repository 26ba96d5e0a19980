"""Whether an event that was read is news: what is told of it, and what is remembered."""

from dataclasses import dataclass, replace

from connector.domain.change_detection.sync_state import KnownEvent, scope_of
from connector.domain.identity import known_id
from connector.domain.redaction import PrivateMode, present
from connector.domain.window import Window
from contracts.calendar_objects import EventSnapshot


@dataclass(frozen=True)
class Reading:
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
        return known_id(self.connection_id, self.calendar_id, event_id)

    @property
    def scope(self) -> str:
        """Return what the known events of this calendar have in common."""
        return scope_of(self.connection_id, self.calendar_id)


@dataclass(frozen=True)
class Judged:
    """An event as it may be told; `tell` and `remember` say what is to be done with it.

    `known` is what is to be remembered, `before` what was.
    """

    event: EventSnapshot
    known: KnownEvent
    before: KnownEvent | None
    tell: bool
    remember: bool
    replaces: str | None = None

    def replacing(self, former: KnownEvent) -> "Judged":
        """Return the event as the successor of one that was told (E4): so it is told, too, wherever it lies now."""
        known = self.known.model_copy(update={"published": True, "event": None})
        return replace(self, known=known, tell=True, remember=True, replaces=former.event_id)


def judge(reading: Reading, read: EventSnapshot, etag: str | None, known: KnownEvent | None) -> Judged:
    """Compare an event with what is known of it. Outside the horizon is not told, and is not gone either (D5)."""
    event = present(read, reading.private)
    changed = known is None or known.hash != event.hash
    told = known is not None and known.published
    hidden = reading.window.is_beyond(event.fields.time) and event.marker is None and not told
    news = changed or reading.tell_all or not told
    fresh = _remembered(reading, event, etag, known, published=not hidden)
    same = known is not None and _same(known, fresh)
    return Judged(event=event, known=fresh, before=known, tell=news and not hidden, remember=not same)


def whatever_the_window(judged: Judged) -> Judged:
    """Return an event as it is told where a link has it: the horizon closes no link (D5)."""
    known = judged.known.model_copy(update={"published": True, "event": None})
    return replace(judged, known=known, tell=True, remember=True)


def _remembered(
    reading: Reading, event: EventSnapshot, etag: str | None, known: KnownEvent | None, *, published: bool
) -> KnownEvent:
    start, end = reading.window.bounds(event.fields.time)
    unchanged = known is not None and known.hash == event.hash
    base = known or KnownEvent(
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


def _same(known: KnownEvent, fresh: KnownEvent) -> bool:
    """Say whether nothing but the read's number differs: that alone is not worth a write."""
    return known == fresh.model_copy(update={"seq": known.seq})
