"""Who sees an activity (G1, G3). Who sees it may edit it; who does not gets 404."""

from collections.abc import Mapping

from activity_store.domain.model.activity import Activity
from activity_store.domain.model.linked_items import LinkedItem, Viewer, is_item_visible


def is_visible(activity: Activity, viewer: Viewer, items: Mapping[str, LinkedItem]) -> bool:
    """Whether a user sees an activity; `items` holds the known linked items by the key the activity notes.

    The owner always does. Others see it only if they see all of its linked items; one we do not know counts as
    hidden, and so does everything that came in with `inbound_visibility: owner`.
    """
    if activity.deleted:
        return False
    if activity.owner_id == viewer.user_id:
        return True
    if activity.visibility == "owner":
        return False
    return all(key in items and is_item_visible(items[key], viewer) for key in activity.linked)
