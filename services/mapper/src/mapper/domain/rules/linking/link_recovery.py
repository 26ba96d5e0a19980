"""Builds a link again whose document was lost, from the reference and the summary on its activity (K2)."""

from contracts.activities import ActivitySnapshot, ExternalRef, SyncSummary
from mapper.domain.model.link import Link


def recover_link(link: Link, activity: ActivitySnapshot) -> Link:
    """Return a new link with the event, state, reason and version that its activity has of it."""
    return _with_state(_with_event(link, activity.external_ref), activity.sync)


def is_own_tombstone(activity: ActivitySnapshot, account_key: str) -> bool:
    """Tell whether the sync deleted the activity, so that its event brings it back when the cause ends (K1, D8)."""
    sync = activity.sync
    own = sync is not None and sync.account_key == account_key and sync.state == "closed"
    return activity.deleted and own and sync is not None and sync.reason != "deleted"


def _with_event(link: Link, reference: ExternalRef | None) -> Link:
    if reference is None or reference.account_key != link.account_key or link.event_id is not None:
        return link
    return link.recovered_from_reference(reference)


def _with_state(link: Link, sync: SyncSummary | None) -> Link:
    if sync is None or sync.account_key != link.account_key:
        return link
    return link.recovered_from_summary(sync)
