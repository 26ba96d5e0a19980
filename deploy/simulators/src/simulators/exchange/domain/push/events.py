"""Events of notifications: which folder or item changed how, and the watermarks by which they are counted."""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime

from simulators.exchange.domain import ids
from simulators.exchange.domain.account.accounts import Account
from simulators.exchange.domain.xml import Element, t
from simulators.frame.store.calendar import Calendar, Notice

_MARK = b"\x01\x00\x00\x00"
_NAMES = {"created": "CreatedEvent", "updated": "ModifiedEvent", "deleted": "DeletedEvent"}
#: What a client may ask for.
KINDS = frozenset(
    {
        "CopiedEvent",
        "CreatedEvent",
        "DeletedEvent",
        "ModifiedEvent",
        "MovedEvent",
        "NewMailEvent",
        "FreeBusyChangedEvent",
    }
)


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a calendar. `item` empty: of the folder itself. `old`, `was`: where a moved item was and its key."""

    number: int
    at: datetime
    name: str
    calendar: str
    item: str = ""
    change: int = 0
    old: str = ""
    was: str = ""


def of_notice(notice: Notice, calendar: Calendar, number: int, now: datetime) -> Event:
    """Return the event of a change: what went to another calendar was moved."""
    if notice.away:
        moved = (notice.away, notice.became, notice.number, calendar.key, notice.key)
        return Event(number, now, "MovedEvent", *moved)
    return Event(number, now, _NAMES[notice.change], calendar.key, notice.key, notice.number)


def watermark(number: int) -> str:
    """Return the watermark of an event's number."""
    return base64.b64encode(_MARK + number.to_bytes(8, "little")).decode()


def number_of(text: str) -> int | None:
    """Return the number of a watermark; None for what is none."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None
    return int.from_bytes(raw[len(_MARK) :], "little") if raw.startswith(_MARK) else None


def status(number: int) -> Element:
    """Return a sign of life."""
    return t("StatusEvent", t("Watermark", watermark(number)))


def shown(event: Event, account: Account) -> Element:
    """Return an event as the account's subscriber gets it."""
    folder = ids.folder_id(event.calendar, account.email)
    what = _item(event, event.item, event.calendar) if event.item else t("FolderId", Id=folder)
    old = _old(event, account) if event.old else ()
    return t(
        event.name,
        t("Watermark", watermark(event.number)),
        t("TimeStamp", f"{event.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"),
        what,
        t("ParentFolderId", Id=folder if event.item else ids.folder_id("msgfolderroot", account.email)),
        *old,
    )


def _item(event: Event, key: str, calendar: str, name: str = "ItemId") -> Element:
    return t(name, Id=ids.item_id(key, calendar), ChangeKey=ids.change_key(event.change))


def _old(event: Event, account: Account) -> tuple[Element, ...]:
    return (
        _item(event, event.was, event.old, "OldItemId"),
        t("OldParentFolderId", Id=ids.folder_id(event.old, account.email)),
    )
