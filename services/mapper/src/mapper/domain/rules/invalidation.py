"""After the broker has lost its data (K4): what it was told, and nobody had taken in, is known to nobody."""

from datetime import datetime

from mapper.domain.model.link import Link
from mapper.domain.rules.outcomes import with_pending


def invalidated(link: Link, now: datetime) -> Link:
    """Return the link with its event as noted, but not as shown, and its commands due as if they were never sent.

    So the next read of the event is the first, and what the replay does not show is asked for.
    """
    event = link.event if link.event.gone else link.event.model_copy(update={"seq": 0})
    pending = tuple(one.model_copy(update={"due_at": now, "attempts": 0}) for one in link.pending)
    return with_pending(link.model_copy(update={"event": event}), pending)
