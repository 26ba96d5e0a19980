"""What is published of a link: its state where that changed, and decisions that are new (L1)."""

from contracts.activities import SyncSummary
from mapper.domain.model.decision import Explanation
from mapper.domain.model.link import Link


def changes_state(before: Link | None, link: Link) -> bool:
    """Tell whether others are told the state of a link after a change of it.

    Not that of an item without a counterpart, nor that of one whose activity is only asked for: nobody could show it.
    """
    asked_for = link.state == "pending" and link.activity.activity is None
    if link.state == "unlinked" or asked_for:
        return False
    return before is None or _published(before) != _published(link)


def is_lost_state(before: Link | None, link: Link, sync: SyncSummary | None) -> bool:
    """Tell whether the state of a link is published anew: it did not change, and its activity shows another (K4).

    A broker that lost its data takes along what was published and not yet consumed.
    """
    unchanged = before is not None and _published(before) == _published(link)
    return unchanged and (sync is None or not _agrees(link, sync)) and changes_state(None, link)


def is_new_decision(link: Link, explanation: Explanation) -> bool:
    """Tell whether a decision is recorded: a new outcome or rule is, and a lost value always (L1)."""
    if explanation.passing:
        return False
    last = link.records[0] if link.records else None
    if last is None or explanation.lost:
        return True
    return (explanation.outcome, explanation.rule) != (last.outcome, last.rule)


def _agrees(link: Link, sync: SyncSummary) -> bool:
    """Tell whether an activity shows the state of a link, or an open link of another connection, which covers it."""
    covered = sync.connection_id != link.connection_id and link.state == "closed"
    shown = (sync.connection_id, sync.state, sync.reason)
    return covered or shown == (link.connection_id, link.state, link.reason)


def _published(link: Link) -> tuple[object, ...]:
    return (link.state, link.reason, link.event_id, link.connection_id, link.calendar_id, link.versions_before)
