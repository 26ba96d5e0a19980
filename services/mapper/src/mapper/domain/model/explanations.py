"""Every explanation in words a user understands, each with the smallest change that would make the item sync (L1)."""

from collections.abc import Mapping

from contracts.decisions import LostValue, Remedy
from mapper.domain.model.decision import Explanation
from mapper.domain.model.states import RemovalReason

WAITING_FOR_OUTCOME = Explanation("waiting", "K4", "A change is on its way and has not been confirmed yet.")
PAIRING = Explanation(
    "waiting", "K4", "Both sides are being read; items are paired before anything is created.", passing=True
)
STOPPED = Explanation("skipped", "K1", "The sync was stopped.", remedy=Remedy(words="Connect the calendar again."))
NOT_OWNER = Explanation("skipped", "A1", "The activity belongs to another user; only the owner's calendar shows it.")
HANDED_OVER = Explanation("removed", "A8", "The activity now belongs to another user, so it left this calendar.")
UNDATED = Explanation("skipped", "D4", "The activity has no date.", remedy=Remedy(words="Give the activity a date."))
DATE_LOST = Explanation(
    "removed",
    "D4",
    "The activity lost its date, so its event was removed.",
    remedy=Remedy(words="Give it a date again."),
)
UNDATED_DORMANT = Explanation(
    "waiting",
    "D4",
    "The activity has no date; its event is left as it is.",
    remedy=Remedy(words="Give it a date again."),
)
PAST = Explanation(
    "skipped",
    "D1",
    "It had already begun when it was last changed; only future items are synced.",
    remedy=Remedy(words="Move it to a time in the future."),
)
BEFORE_CONNECTING = Explanation(
    "skipped",
    "D3",
    "It was last changed before the calendar was connected, and existing items are not taken over.",
    "backfill",
    Remedy(words="Change the item, or take existing items over.", setting="backfill", value="future"),
)
ONE_WAY = Explanation(
    "skipped",
    "B2",
    "Events do not become activities: the sync goes from the CRM to the calendar only.",
    "direction",
    Remedy(words="Switch the sync to two-way.", setting="direction", value="two_way"),
)
DORMANT = Explanation(
    "waiting",
    "B3",
    "It came from the calendar, and the sync now goes from the CRM to the calendar only.",
    "direction",
    Remedy(words="Switch the sync back to two-way.", setting="direction", value="two_way"),
)
DECLINED = Explanation("skipped", "D7", "You declined this event.", remedy=Remedy(words="Accept the invitation."))
SPECIAL_KIND = Explanation("skipped", "D7", "Birthdays and working locations are not synced.")
SKIPPED_PRIVATE = Explanation(
    "skipped",
    "G2",
    "The event is private, and private events are left out.",
    "private_events",
    Remedy(words="Show private events as busy.", setting="private_events", value="private"),
)
REDACTED = Explanation(
    "synced",
    "G2",
    "The event is private: its activity shows no more than that the time is taken.",
    "private_events",
    Remedy(words="Show what private events say.", setting="private_events", value="public"),
)
INBOUND = Explanation("synced", "B1", "The event is kept equal with an activity.")
OUTBOUND = Explanation("synced", "B1", "The activity is kept equal with an event.")
OUTBOUND_ONE_WAY = Explanation("synced", "B2", "The activity is kept equal with an event.", "direction")
EQUAL = Explanation("synced", "J1", "Both sides are equal.")
BLOCK_RENEWED = Explanation(
    "synced", "F4", "The deal and contact information in the event was brought up to date.", "include_context"
)
PAIRED = Explanation("synced", "K2", "The activity and the event were paired again.")
EVENT_DELETED = Explanation("removed", "H1", "The event was deleted, so its activity was deleted.", "on_event_deleted")
EVENT_DELETED_KEPT = Explanation(
    "skipped",
    "H1",
    "The event was deleted; its activity is kept, as you chose.",
    "on_event_deleted",
)
HELD_DELETION = Explanation(
    "waiting",
    "H4",
    "The event is gone, with many others at once; its activity is not deleted before you confirm it.",
    remedy=Remedy(words="Restore what was deleted, or confirm the deletion, on the calendar sync page."),
)
HELD_REMOVAL = Explanation(
    "waiting",
    "H4",
    "The activity was deleted while the sync was one-way, as many others; its event stays until you confirm it.",
    "direction",
    Remedy(words="Restore the one-way sync, or confirm the deletion, on the calendar sync page."),
)
RESTORED = Explanation("synced", "H4", "You chose to restore what was deleted, so the event is created again.")
ACTIVITY_DELETED = Explanation("removed", "H1", "The activity was deleted, so its event was deleted.")
NOT_ORGANISER = Explanation("skipped", "H3", "The activity was deleted; the meeting is somebody else's and stays.")
LEFT_CALENDAR = Explanation("skipped", "H2", "The event left the calendar; both sides are left as they are.")
OTHER_CALENDAR = Explanation(
    "skipped",
    "A9",
    "Another calendar was chosen; the event is in the one before, and both sides are left as they are.",
    "calendar_id",
    Remedy(words="Choose its calendar again.", setting="calendar_id"),
)
MOVING_CALENDAR = Explanation("waiting", "A9", "The event moves to the calendar that was chosen.", "calendar_id")
ACCESS_LOST = Explanation("waiting", "H2", "The event cannot be read any more; nothing is done until it can.")
UNREAD = Explanation("waiting", "H2", "The activity's event has not been seen yet; no other is created in its place.")
BOTH_GONE = Explanation("removed", "H1", "Both sides are deleted.")
EDIT_BEATS_DELETION = Explanation(
    "synced", "J3", "It was edited after it was deleted on the other side, so it is back."
)
BACK_AGAIN = Explanation("synced", "D8", "The item came back, and so did its counterpart.")


_INVITE = Remedy(words="Let the sync mail guests.", setting="invite_guests", value=True)
_REMOVAL_WORDS: Mapping[RemovalReason, str] = {
    "deleted": "The activity was deleted",
    "undated": "The activity lost its date",
    "filtered": "The activity's type is not synced any more",
    "calendar_changed": "Another calendar was chosen",
    "not_owner": "The activity belongs to another user now",
    "stopped": "The sync was stopped",
}
"""What would take an event out of the calendar."""


def frozen(ended: str | None) -> Explanation:
    """Return the explanation of an item that is over; `ended`: when, as a user reads it (D2)."""
    return Explanation(
        "skipped",
        "D2",
        f"It ended on {ended}; changes made after that stay on their side." if ended else "It is over.",
        remedy=Remedy(words="Move it to a time in the future."),
    )


def filtered(activity_type: str, selected: tuple[str, ...]) -> Explanation:
    """Return the explanation of an activity of an unselected type that is not in the calendar (C1)."""
    return Explanation(
        "skipped",
        "C1",
        f"Activities of type “{activity_type}” are not synced to the calendar.",
        "outbound_types",
        _select(activity_type, selected),
    )


def unselected(activity_type: str, selected: tuple[str, ...]) -> Explanation:
    """Return the explanation of an event taken out because its activity's type is not selected (C5)."""
    return Explanation(
        "removed",
        "C5",
        f"Activities of type “{activity_type}” are no longer synced, so the event was removed.",
        "outbound_types",
        _select(activity_type, selected),
    )


def held_removal(activity_type: str) -> Explanation:
    """Return the explanation of an event that stays until the user confirms that its type leaves the calendar (H4)."""
    return Explanation(
        "waiting",
        "H4",
        f"Activities of type “{activity_type}” are no longer selected; with so many events, none is removed before "
        "you confirm it.",
        "outbound_types",
        Remedy(words="Restore the selection, or confirm the removal, on the calendar sync page."),
    )


def outbound_filtered(activity_type: str, selected: tuple[str, ...], lost: tuple[LostValue, ...]) -> Explanation:
    """Return the explanation of edits that wait until their activity's type is selected again (C6)."""
    return Explanation(
        "waiting",
        "C6",
        f"Edits of activities of type “{activity_type}” wait; the calendar's edits still come in.",
        "outbound_types",
        _select(activity_type, selected),
        lost,
    )


def left_for_its_guests(reason: RemovalReason) -> Explanation:
    """Return the explanation of an event that is not removed because its guests would get mail (I2)."""
    return Explanation(
        "waiting",
        "I2",
        f"{_REMOVAL_WORDS[reason]}; its event has guests, whom Microsoft would mail, so it stays in the calendar.",
        "invite_guests",
        _INVITE,
    )


def merged(lost: tuple[LostValue, ...], *, read_only: bool, would_mail_guests: bool = False) -> Explanation:
    """Return the explanation of a merge.

    J1 where every field changed on one side only; J2, E5 or I2 where a value lost.
    """
    if not lost:
        return Explanation("synced", "J1", "The change was taken over to the other side.")
    if would_mail_guests:
        words = "The event has guests, whom Microsoft would mail with every change, so the calendar's values stand."
        return Explanation("synced", "I2", words, "invite_guests", _INVITE, lost)
    if read_only:
        return Explanation(
            "synced", "E5", "The event cannot be changed by you, so the calendar's values stand.", lost=lost
        )
    fields = ", ".join(sorted(value.field for value in lost))
    return Explanation("synced", "J2", f"Both sides changed {fields}; the later change stands.", lost=lost)


def quarantined(reason: str) -> Explanation:
    """Return the explanation of an item that one side refuses."""
    return Explanation(
        "quarantined",
        "E5",
        f"The change was refused: {reason}.",
        remedy=Remedy(words="Change the item, and it is tried again."),
    )


def _select(activity_type: str, selected: tuple[str, ...]) -> Remedy:
    return Remedy(
        words=f"Select the type “{activity_type}”.", setting="outbound_types", value=sorted({*selected, activity_type})
    )
