"""What may not be edited in the CRM because a calendar decides it (E2, E5, G2), until the link closes (D8)."""

from collections.abc import Sequence

from activity_store.domain.model.activity import Activity
from activity_store.domain.model.content import CRM_FIELDS, HIDDEN_FIELDS, MAPPED_FIELDS
from activity_store.domain.model.errors import LockCode, LockedError


def check_edit(activity: Activity, changed: Sequence[str]) -> None:
    """Raise `LockedError` where one of the fields that would change is locked; nothing at all is changed then."""
    if activity.sync_closed:
        return
    _refuse("recurring_read_only", activity.recurring, [name for name in changed if name not in CRM_FIELDS])
    _refuse("event_read_only", activity.read_only, [name for name in changed if name in MAPPED_FIELDS])
    _refuse("private_read_only", activity.private, [name for name in changed if name in HIDDEN_FIELDS])


def check_delete(activity: Activity) -> None:
    """Raise `LockedError` for an activity synced from a recurring event (E2)."""
    if activity.recurring and not activity.sync_closed:
        raise LockedError("recurring_read_only", ())


def _refuse(code: LockCode, applies: bool, fields: list[str]) -> None:
    if applies and fields:
        raise LockedError(code, fields)
