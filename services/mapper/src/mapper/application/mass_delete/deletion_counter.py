"""Counts the deletions of a large pass as they come, each once, by a small document of its own (H4)."""

from datetime import datetime

from contracts.calendar_events import EventGone
from mapper.adapters.collections import Collections
from mapper.domain.model.connections.confirmation import CountedDeletion, LargePass
from mapper.domain.model.limits import is_large


async def count_deletion(collections: Collections, fact: EventGone, now: datetime) -> None:
    """Note that a deletion has come, after it is on its link: a pass that has come in full is judged by the links.

    One that comes after its pass was judged (for want of it) has the pass judged again.
    """
    large = fact.sync_pass
    if large is None or not is_large(large):
        return
    known = LargePass(id=large.id, connection_id=fact.connection_id, deletions=large.deletions, since=now)
    await collections.deletions.insert(CountedDeletion(id=f"{large.id}:{fact.event_id}", pass_id=large.id, at=now))

    await collections.large_passes.update(known.id, lambda current: current.to_judge_again() if current else known)
