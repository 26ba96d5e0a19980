"""What may not be edited in the CRM because a calendar decides it (E2, E5, G2, I2), until the link closes (D8)."""

from collections.abc import Sequence

from activity_store.domain.model.activity import Activity
from activity_store.domain.model.content import CRM_FIELDS, HIDDEN_FIELDS, MAPPED_FIELDS
from activity_store.domain.model.errors import LockedError, LockReason


def check_edit(activity: Activity, changed: Sequence[str]) -> None:
    """Raise `LockedError` where one of the fields that would change is locked; nothing at all is changed then.

    What is hidden stays locked whatever guests may get, so that reason is the one to name.
    """
    mapped = [name for name in changed if name in MAPPED_FIELDS]
    locked: dict[LockReason, list[str]] = {
        "recurring": [name for name in changed if name not in CRM_FIELDS],
        "event": mapped,
        "private": [name for name in changed if name in HIDDEN_FIELDS],
        "would_mail_guests": mapped,
    }
    reasons = lock_reasons(activity)
    for reason, fields in locked.items():
        if reason in reasons and fields:
            raise LockedError(reason, fields)


def check_delete(activity: Activity) -> None:
    """Raise `LockedError` for an activity synced from a recurring event (E2)."""
    if "recurring" in lock_reasons(activity):
        raise LockedError("recurring", ())


def lock_reasons(activity: Activity) -> tuple[LockReason, ...]:
    """Return why an edit of a mapped field would be refused now; the first stands for all of them."""
    if activity.sync_closed:
        return ()
    applying: dict[LockReason, bool] = {
        "recurring": activity.recurring,
        "event": activity.read_only,
        "would_mail_guests": activity.would_mail_guests,
        "private": activity.private,
    }
    return tuple(reason for reason, applies in applying.items() if applies)
