"""What an activity remembers of its link, so that one whose document was lost is built again (K2, adopting)."""

from typing import Any

from contracts.activities import ActivitySnapshot, ExternalRef, SyncSummary
from mapper.domain.model.link import LINKED_STATES, Link


def recover_link(link: Link, activity: ActivitySnapshot) -> Link:
    """Return a link that knows nothing of its past as its activity remembers it: event, state, reason and version."""
    return _with_state(_with_event(link, activity.external_ref), activity.sync)


def is_own_tombstone(activity: ActivitySnapshot, account_key: str) -> bool:
    """Tell whether a tombstone is one of ours, which its event brings back once its cause ends (K1, D8)."""
    sync = activity.sync
    ours = sync is not None and sync.account_key == account_key and sync.state == "closed"
    return activity.deleted and ours and sync is not None and sync.reason != "deleted"


def _with_event(link: Link, reference: ExternalRef | None) -> Link:
    if reference is None or reference.account_key != link.account_key or link.event_id is not None:
        return link
    event = {"event_id": reference.event_id, "calendar_id": reference.calendar_id, "origin": reference.origin}
    return link.model_copy(update=event)


def _with_state(link: Link, sync: SyncSummary | None) -> Link:
    if sync is None or sync.account_key != link.account_key:
        return link
    update: dict[str, Any] = {"origin": sync.origin, "versions_before": sync.version}
    if link.state == "unlinked" and sync.state in LINKED_STATES:
        update |= {"state": sync.state, "reason": sync.reason}
    if sync.event_id is not None and link.event.event is None:
        update |= {"event_id": sync.event_id, "calendar_id": sync.calendar_id or link.calendar_id}
    return link.model_copy(update=update)
