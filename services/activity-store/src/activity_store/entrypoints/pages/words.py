"""What the pages say of locks, links and overlaps; marked here for the catalogues, translated where it is shown."""

from collections.abc import Callable, Mapping

from activity_store.domain.model.errors import LockReason
from activity_store.domain.rules.sync_state import Standing

Translate = Callable[[str], str]


def mark(text: str) -> str:
    """Mark a text for the catalogues (`_` in templates translates at once)."""
    return text


_ = mark


STANDING: Mapping[Standing, str] = {
    "in_sync": _("In sync"),
    "waiting": _("Waiting"),
    "not_synced": _("Not synced"),
}

LOCKED: Mapping[LockReason, str] = {
    "recurring": _("It comes from a recurring event, which can only be changed in the calendar."),
    "event": _("It comes from an event that you may not change."),
    "would_mail_guests": _(
        "Its event has guests, whom the calendar would mail. The setting “invite guests” allows that."
    ),
    "private": _("It comes from a private event, whose content stays in the calendar."),
}

DONE = _("done")
OVERLAPS = _("overlaps with %(others)s")
ALL_DAY = _("all day")

DEFAULT_TYPES: Mapping[str, str] = {
    "call": _("Call"),
    "meeting": _("Meeting"),
    "task": _("Task"),
    "deadline": _("Deadline"),
    "email": _("Email"),
    "lunch": _("Lunch"),
}
"""Names of the types that every company has; one that was renamed is called as the company calls it."""


def type_name(key: str, name: str, translate: Translate) -> str:
    """Return what a type is called in a language."""
    return translate(name) if DEFAULT_TYPES.get(key) == name else name
