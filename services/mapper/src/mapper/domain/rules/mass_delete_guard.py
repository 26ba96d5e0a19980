"""The mass-delete guard (H4): what a pass would delete, counted by a dry run of `reconcile`."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from contracts.brakes import BrakeItem
from mapper.domain.model.connections.connection import Connection
from mapper.domain.model.connections.connection_changes import with_epoch
from mapper.domain.model.decision import RemoveActivity, RemoveEvent
from mapper.domain.model.link import Link
from mapper.domain.model.schedules import event_time
from mapper.domain.model.window import starts
from mapper.domain.rules.reconcile import reconcile

_MOST_SHOWN: Final = 500


def deletes_activity(link: Link, connection: Connection, now: datetime) -> bool:
    """Tell whether the link's activity would be deleted after its event, were the deletion not held back."""
    free = link.with_pending(()).holding_deletion(None)
    actions = reconcile(free, connection, now).actions
    return any(isinstance(action, RemoveActivity) and action.closing == "deleted" for action in actions)


def deleted_by_withheld_settings(link: Link, connection: Connection, now: datetime) -> bool:
    """Tell whether a withheld change of settings would delete one side of the link (C5, B3, I2)."""
    # Edits that are still to be taken in first are no matter here: the removal follows them.
    free = link.with_pending(())
    if link.event.live and link.agreed_event and link.agreed_activity:
        free = free.with_agreement(link.event.live.fields, link.agreed_activity)
    allowed = connection.with_settings_change_released()
    return _removes(free, allowed, now) and not _removes(free, connection, now)


def _removes(link: Link, connection: Connection, now: datetime) -> bool:
    removals = [
        one for one in reconcile(link, connection, now).actions if isinstance(one, RemoveActivity | RemoveEvent)
    ]
    return any(one.closing != "calendar_changed" for one in removals)  # a move is no deletion (A9)


def is_still_deleted(link: Link, connection: Connection, now: datetime) -> bool:
    """Tell whether a deletion that waits still stands: the event did not come back, nor was it let be."""
    return link.event.gone == "deleted" and (link.activity.deleted or deletes_activity(link, connection, now))


def reviewed(
    current: Connection,
    seen: Connection,
    change: Callable[[Connection], Connection],
    if_same_settings: Callable[[Connection], Connection],
) -> Connection:
    """Return a connection after the guard looked at it.

    Where its settings have changed since it was seen, `if_same_settings` is left out: they are judged anew.
    """
    after = change(current)
    if current.settings == seen.settings:
        after = if_same_settings(after)
    return with_epoch(current, after)


def net_deletions(links: Iterable[Link]) -> int:
    """Return how many deletions these are, a deleted series as one (E4)."""
    return len({link.event.gone_series or link.id for link in links})


def shown_items(links: Iterable[Link]) -> tuple[BrakeItem, ...]:
    """Return what the user is shown of the items that would be deleted: the first ones, in the order of their start."""
    items = sorted((_item(link) for link in links), key=lambda one: (one.start or "", one.title))
    return tuple(items[:_MOST_SHOWN])


def released(link: Link) -> Link:
    """Return the link with its deletion no longer held back."""
    return link.holding_deletion(None)


def restored(link: Link) -> Link:
    """Return the link with its event to be created again; one whose event came back by itself is only released."""
    free = released(link)
    return free.restoring() if link.event.gone == "deleted" else free


def _item(link: Link) -> BrakeItem:
    activity = link.activity.activity
    when = event_time(activity.schedule) if activity else None
    return BrakeItem(
        side="crm" if link.event.live is None else "calendar",
        activity_id=link.activity_id,
        event_id=link.event_id,
        title=activity.subject if activity else "",
        start=starts(when) if when else None,
    )
