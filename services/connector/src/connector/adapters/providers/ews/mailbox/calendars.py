"""Which calendars of a mailbox can be synced, and why the others cannot (A5); those in the deleted items are none."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.adapters.providers.ews import calls, requests
from connector.adapters.providers.ews.xml import Element, child, children, flag_at, local, text_at
from connector.domain.provider.port import CalendarInfo

if TYPE_CHECKING:
    from exchangelib import Account

_READ_ONLY = "You may only read this calendar."
_CALENDARS = "IPF.Appointment"
_FOLDERS_AT_ONCE = 500
_MOST_PAGES = 40


@dataclass(frozen=True)
class Folders:
    """All folders of a mailbox by their ids, the primary calendar among them; `deleted`: that of the deleted items."""

    by_id: Mapping[str, Element]
    primary: str
    deleted: str

    def calendars(self, email: str, zone: str) -> tuple[CalendarInfo, ...]:
        """Return the calendars, the primary one first."""
        rows = [row for one, row in self.by_id.items() if _is_calendar(row) and not self._is_deleted(one)]
        found = [_read(row, email, zone, primary=_id(row) == self.primary) for row in rows]
        return tuple(sorted(found, key=lambda one: (not one.primary, one.name.casefold())))

    def _is_deleted(self, folder_id: str) -> bool:
        seen = {""}  # a folder need not tell its parent, nor a server its deleted items
        while folder_id in self.by_id and folder_id not in seen:
            seen.add(folder_id)
            folder_id = _parent(self.by_id[folder_id])
            if folder_id and folder_id == self.deleted:
                return True
        return False


def read_folders(account: "Account") -> Folders:
    """Return the folders of an account's own mailbox. Raises CalendarUnavailable where it has no calendar."""
    email = account.primary_smtp_address
    asked = requests.get_folder(*(requests.distinguished(name, email) for name in ("calendar", "deleteditems")))
    messages = calls.send(account, asked, "calendar")
    primary = _folder_in(calls.only(messages[:1], "calendar"))
    bin_ = [_id(one) for message in messages[1:] for one in children(message, "m:Folders/*")]
    listed = {_id(row): row for row in _listed(account)}
    return Folders({_id(primary): primary} | listed, _id(primary), next(iter(bin_), ""))


def primary_calendar(account: "Account") -> str:
    """Return the id of the mailbox's own calendar."""
    asked = requests.get_folder(requests.distinguished("calendar", account.primary_smtp_address))
    return _id(_folder_in(calls.only(calls.send(account, asked, "calendar"), "calendar")))


def _listed(account: "Account") -> Iterator[Element]:
    def ask(offset: int) -> Element:
        top = requests.distinguished("msgfolderroot", account.primary_smtp_address)
        return calls.only(
            calls.send(account, requests.find_folders(top, offset, _FOLDERS_AT_ONCE), "calendar"), "calendar"
        )

    return calls.listed(ask, "t:Folders/*", most_pages=_MOST_PAGES)


def _folder_in(message: Element) -> Element:
    return children(message, "m:Folders/*")[0]


def _is_calendar(row: Element) -> bool:
    kind = text_at(row, "t:FolderClass")
    return kind.startswith(_CALENDARS) if kind else local(row) == "CalendarFolder"


def _read(row: Element, email: str, zone: str, *, primary: bool) -> CalendarInfo:
    """Return a calendar as a choice for the user; its zone is the mailbox's, since it has none of its own."""
    rights = [flag_at(row, f"t:EffectiveRights/t:{name}") for name in ("CreateContents", "Modify", "Delete")]
    writable = False not in rights  # where it is not told, the first write will tell
    return CalendarInfo(
        id=_id(row),
        name=text_at(row, "t:DisplayName") or _id(row),
        primary=primary,
        timezone=zone,
        selectable=writable,
        reason=None if writable else _READ_ONLY,
        identity=f"exchange:{email.casefold()}",
        owner=email,
    )


def _id(row: Element) -> str:
    found = child(row, "t:FolderId")
    return "" if found is None else found.get("Id", "")


def _parent(row: Element) -> str:
    found = child(row, "t:ParentFolderId")
    return "" if found is None else found.get("Id", "")
