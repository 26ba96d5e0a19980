"""The activity as messages show it."""

from collections.abc import Mapping

from activity_store.domain.model.activity import Activity
from activity_store.domain.model.linked_items import LinkedItem, summary_of
from contracts.activities import ActivitySnapshot, LinkedItemSummary

_RENAMED = {"id": "activity_id", "version": "revision"}


def snapshot_of(activity: Activity) -> ActivitySnapshot:
    """Return the whole activity as the contract has it."""
    names = {name: _RENAMED.get(name, name) for name in ActivitySnapshot.model_fields}
    return ActivitySnapshot.model_validate({name: getattr(activity, source) for name, source in names.items()})


def summaries_of(activity: Activity, items: Mapping[str, LinkedItem]) -> tuple[LinkedItemSummary, ...]:
    """Return what is known of an activity's linked items, in the order of its fields."""
    return tuple(summary_of(items[key]) for key in activity.linked if key in items)
