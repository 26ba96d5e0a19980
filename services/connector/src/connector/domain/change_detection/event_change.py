"""Whether an event that was read has changed: whether it is published, and what is stored of it."""

from dataclasses import dataclass, replace

from connector.domain.change_detection.read_context import ReadContext
from connector.domain.event.redaction import redacted
from connector.domain.sync_state.documents import EventState
from contracts.calendar_objects import EventSnapshot


@dataclass(frozen=True)
class EventChange:
    """An event, redacted where it is private, compared with its stored state.

    `publish`: it is news. `store`: `state` differs from `before`, what was stored. `replaces`: the id under which the
    same occurrence was published before (E4). `left`: it was published, and is a colleague's (A10).
    """

    event: EventSnapshot
    state: EventState
    before: EventState | None
    publish: bool
    store: bool
    replaces: str | None = None
    left: bool = False

    @property
    def is_colleagues(self) -> bool:
        """Whether it is a colleague's alone (A10): nothing of it is published."""
        return self.state.colleagues is not None

    def replacing(self, former: EventState) -> "EventChange":
        """Return the event as the successor of a published one (E4): it is published wherever in time it lies."""
        return self if self.is_colleagues else replace(self.ignoring_horizon(), replaces=former.event_id)

    def ignoring_horizon(self) -> "EventChange":
        """Return a linked event, which is published wherever in time it lies: the horizon closes no link (D5)."""
        if self.is_colleagues:
            return replace(self, left=True)
        return replace(self, state=self.state.as_published(), publish=True, store=True)


def detect_change(
    context: ReadContext, read: EventSnapshot, etag: str | None, before: EventState | None
) -> EventChange:
    """Compare an event with its stored state. Beyond the horizon it is not published, and is not gone either (D5)."""
    event = redacted(read, context.private)
    was_published = before is not None and before.published
    too_far = context.window.is_beyond(event.fields.time) and event.marker is None and not was_published
    colleagues = context.colleagues_event(event)
    hidden = too_far or colleagues is not None
    changed = before is None or before.hash != event.hash
    state = _state_after(context, event, etag, before, published=not hidden)
    return EventChange(
        event=event,
        state=state,
        before=before,
        publish=(changed or context.publish_all or not was_published) and not hidden,
        store=before is None or not before.differs_only_in_seq(state),
        left=was_published and colleagues is not None,
    )


def _state_after(
    context: ReadContext, event: EventSnapshot, etag: str | None, before: EventState | None, *, published: bool
) -> EventState:
    span = context.window.bounds(event.fields.time)
    unchanged = before is not None and before.hash == event.hash
    base = before or _new_state(context, event)
    baseline = base.baseline if unchanged else (before is None and context.baseline)
    return base.after_read(
        event,
        etag,
        seq=context.seq,
        span=span,
        baseline=baseline,
        published=published,
        colleagues=context.colleagues_event(event),
    )


def _new_state(context: ReadContext, event: EventSnapshot) -> EventState:
    start, end = context.window.bounds(event.fields.time)
    return EventState(
        id=context.id_of(event.event_id),
        scope=context.scope,
        event_id=event.event_id,
        hash=event.hash,
        seq=context.seq,
        starts_at=start,
        ends_at=end,
    )
