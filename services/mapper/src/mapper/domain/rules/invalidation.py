"""Invalidation after the broker lost its data (K4): messages that nobody had taken in by then are gone for good."""

from datetime import datetime

from mapper.domain.model.link import Link


def invalidated(link: Link, now: datetime) -> Link:
    """Return the link with its event as not yet shown, and its commands as never sent.

    So the next read of the event counts as the first, and what the replay does not show is asked for by its id.
    """
    event = link.event if link.event.gone else link.event.with_order_forgotten()
    return link.with_event_side(event).with_pending(tuple(one.never_sent(now) for one in link.pending))
