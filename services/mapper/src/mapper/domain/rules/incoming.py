"""What a message changes on the link it concerns; None where it changes nothing there."""

from datetime import datetime

from contracts.activities import ActivityEvent, ActivitySnapshot
from contracts.activity_outcomes import ActivityReplayed
from contracts.calendar_events import EventChanged
from mapper.domain.model.connections.connection import Connection
from mapper.domain.model.link import Link
from mapper.domain.rules.command_outcomes.outcomes import find_pending
from mapper.domain.rules.linking.link_recovery import is_own_tombstone
from mapper.domain.rules.linking.link_resolution import belongs_to_link, link_of_activity, taken_over
from mapper.domain.rules.observe import note_activity, note_event


def with_event_read(current: Link | None, found: Link, connection: Connection, fact: EventChanged) -> Link | None:
    """Return the link after a read of its event; None where another event with the same marker was faster (K3).

    `found` is the link as it was looked up, or a new one; `current` is it as it is stored by now.
    """
    if current is not None and not belongs_to_link(current, fact):
        return None
    return note_event(taken_over(current or found, connection), fact)


def with_activity_told(
    current: Link | None, connection: Connection, message: ActivityEvent | ActivityReplayed, now: datetime
) -> Link | None:
    """Return the link after its activity was published; None where the activity is none of the connection's business.

    Nor where it tells what the answer to our own command tells as well.
    """
    activity = message.activity
    if current is None and not _concerns(activity, connection):
        return None
    if current is not None and is_told_by_answer(current, message):
        return None
    link = current or link_of_activity(connection, activity, now)
    return note_activity(taken_over(link, connection), activity, message.linked_items)


def is_told_by_answer(link: Link, message: ActivityEvent | ActivityReplayed) -> bool:
    """Tell whether an activity's change was made by a command of ours that is under way: its answer tells it, too."""
    return message.command_id is not None and find_pending(link, message.command_id) is not None


def is_known(link: Link, connection: Connection, message: ActivityEvent | ActivityReplayed) -> bool:
    """Tell whether a link, or an older state of it, need not be told of what a command of its own has changed."""
    if isinstance(message, ActivityReplayed) or message.command_id is None or link.connection_id != connection.id:
        return False
    known, activity = link.activity.activity, message.activity
    same = known is not None and (known.version, known.external_ref) == (activity.version, activity.external_ref)
    return same or is_told_by_answer(link, message)


def _concerns(activity: ActivitySnapshot, connection: Connection) -> bool:
    """Tell whether an activity without a link gets one: the user's own (A1), or one whose event may bring it back."""
    own = activity.owner_id == connection.user_id and not activity.deleted
    return own or is_own_tombstone(activity, connection.account_key)
