"""How an activity stands in the sync: which states of its links are newer than what is noted."""

from typing import Literal

from activity_store.domain.model.activity import Activity
from contracts.activities import SyncSummary
from contracts.links import LinkStateChanged

Standing = Literal["in_sync", "waiting", "not_synced"]
"""How a person sees an activity's link."""


def standing_of(summary: SyncSummary | None) -> Standing:
    """Return how an activity stands: an active link that has a reason holds an edit back (C6)."""
    if summary is None or summary.state not in {"pending", "active"}:
        return "not_synced"
    return "in_sync" if summary.state == "active" and summary.reason is None else "waiting"


def with_link_state(activity: Activity, change: LinkStateChanged) -> Activity:
    """Return the activity with a link's state; an older state of a connection, or a repetition, changes nothing.

    Versions count within one connection only. The end of one connection's link does not replace a link that another
    connection keeps open.
    """
    version = change.aggregate_version
    if activity.sync_versions.get(change.connection_id, -1) >= version:
        return activity
    shown = activity.sync if _another_is_open(activity.sync, change) else _summary(change)
    return activity.synced_as(change.connection_id, version, shown)


def _summary(change: LinkStateChanged) -> SyncSummary:
    return SyncSummary(
        origin=change.origin,
        state=change.state,
        reason=change.reason,
        connection_id=change.connection_id,
        version=change.aggregate_version,
        account_key=change.account_key,
        calendar_id=change.calendar_id,
        event_id=change.event_id,
    )


def _another_is_open(shown: SyncSummary | None, change: LinkStateChanged) -> bool:
    by_another = shown is not None and shown.connection_id != change.connection_id and shown.state != "closed"
    return by_another and change.state == "closed"
