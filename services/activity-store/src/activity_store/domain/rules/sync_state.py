"""How an activity stands in the sync: what of a link's news is newer than what is noted."""

from activity_store.domain.model.activity import Activity
from contracts.activities import SyncSummary
from contracts.links import LinkStateChanged


def with_link_state(activity: Activity, news: LinkStateChanged) -> Activity:
    """Return the activity with a link's state; older news of a connection, or a repetition, changes nothing.

    Versions count within one connection only. The end of one connection's link does not cover a link that another
    connection keeps open.
    """
    if activity.sync_versions.get(news.connection_id, -1) >= news.aggregate_version:
        return activity
    versions = activity.sync_versions | {news.connection_id: news.aggregate_version}
    if _is_covered(activity.sync, news):
        return activity.model_copy(update={"sync_versions": versions})
    summary = SyncSummary(
        origin=news.origin,
        state=news.state,
        reason=news.reason,
        connection_id=news.connection_id,
        version=news.aggregate_version,
        account_key=news.account_key,
        calendar_id=news.calendar_id,
        event_id=news.event_id,
    )
    return activity.model_copy(update={"sync_versions": versions, "sync": summary})


def _is_covered(shown: SyncSummary | None, news: LinkStateChanged) -> bool:
    by_another = shown is not None and shown.connection_id != news.connection_id and shown.state != "closed"
    return by_another and news.state == "closed"
