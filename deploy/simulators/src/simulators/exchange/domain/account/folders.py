"""The folders of a mailbox, as GetFolder and FindFolder show them: the few that every mailbox has, and calendars."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass

from simulators.exchange.domain import ids
from simulators.exchange.domain.account.accounts import Account
from simulators.exchange.domain.xml import Element, t
from simulators.frame.store.calendar import Calendar
from simulators.frame.store.mailboxes import WRITERS

CALENDAR_CLASS = "IPF.Appointment"
_ELEMENTS = {CALENDAR_CLASS: "CalendarFolder", "IPF.Contact": "ContactsFolder", "IPF.Task": "TasksFolder"}
# Distinguished name, display name, class, the distinguished name of the parent.
_STANDARD = (
    ("root", "", "", ""),
    ("msgfolderroot", "Top of Information Store", "", "root"),
    ("inbox", "Inbox", "IPF.Note", "msgfolderroot"),
    ("drafts", "Drafts", "IPF.Note", "msgfolderroot"),
    ("sentitems", "Sent Items", "IPF.Note", "msgfolderroot"),
    ("deleteditems", "Deleted Items", "IPF.Note", "msgfolderroot"),
    ("junkemail", "Junk Email", "IPF.Note", "msgfolderroot"),
    ("outbox", "Outbox", "IPF.Note", "msgfolderroot"),
    ("contacts", "Contacts", "IPF.Contact", "msgfolderroot"),
    ("tasks", "Tasks", "IPF.Task", "msgfolderroot"),
)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder as its holder sees it; `parent` is empty for the root."""

    id: str
    parent: str
    name: str
    folder_class: str
    distinguished: str = ""
    total: int = 0
    writable: bool = True

    @property
    def change_key(self) -> str:
        """The change key: another one once the folder is renamed."""
        seed = hashlib.sha256(f"{self.id} {self.name}".encode()).digest()
        return ids.change_key(int.from_bytes(seed[:6], "big"))


def of_mailbox(account: Account, calendars: Mapping[str, Calendar]) -> list[Folder]:
    """Return all folders of a mailbox, parents first; calendars lie below the mailbox's own calendar."""
    own = list(_standard(account.email))
    top = next(one.id for one in own if one.distinguished == "msgfolderroot")
    first = account.id_of(account.default.calendar) or ""
    for folder_id, entry in account.entries.items():
        if not entry.deleted:
            own.append(
                Folder(
                    id=folder_id,
                    parent=top if entry.default or entry.top else first,
                    name=calendars[entry.calendar].name,
                    folder_class=CALENDAR_CLASS,
                    distinguished="calendar" if entry.default else "",
                    total=sum(1 for item in calendars[entry.calendar].live() if item.master is None),
                    writable=entry.role in WRITERS,
                )
            )
    return own


def _standard(email: str) -> Iterable[Folder]:
    for name, title, kind, parent in _STANDARD:
        above = ids.folder_id(parent, email) if parent else ""
        yield Folder(ids.folder_id(name, email), above, title, kind, name)


def is_without_items(target: Element, email: str) -> bool:
    """Whether a folder's id or distinguished name is of one that every mailbox has and that nothing is ever put in."""
    named = target.get("Id", "")
    return any(named in {one.id, one.distinguished} for one in _standard(email))


def below(folders: list[Folder], parent: str, *, deep: bool) -> list[Folder]:
    """Return the folders in a folder, with `deep` those in these too."""
    found = []
    for one in folders:
        if one.parent == parent:
            found += [one, *(below(folders, one.id, deep=True) if deep else ())]
    return found


Maker = Callable[[Folder, list[Folder]], Element | None]
_FIRST: dict[str, Maker] = {
    "folder:FolderId": lambda one, _: t("FolderId", Id=one.id, ChangeKey=one.change_key),
    "folder:ParentFolderId": lambda one, _: t("ParentFolderId", Id=one.parent) if one.parent else None,
    "folder:FolderClass": lambda one, _: t("FolderClass", one.folder_class) if one.folder_class else None,
    "folder:DisplayName": lambda one, _: t("DisplayName", one.name),
    "folder:TotalCount": lambda one, _: t("TotalCount", one.total),
    "folder:ChildFolderCount": lambda one, every: t("ChildFolderCount", len(below(every, one.id, deep=False))),
}
"""Properties in the schema's order, up to where extended ones stand."""
_LAST: dict[str, Maker] = {
    "folder:EffectiveRights": lambda one, _: _rights(one),
    "folder:DistinguishedFolderId": lambda one, _: (
        t("DistinguishedFolderId", one.distinguished) if one.distinguished else None
    ),
    "folder:UnreadCount": lambda one, _: None if one.folder_class in _ELEMENTS else t("UnreadCount", 0),
}
"""Those after extended ones."""
_BASES: dict[str, frozenset[str]] = {
    "IdOnly": frozenset({"folder:FolderId"}),
    "Default": frozenset(
        {"folder:FolderId", "folder:DisplayName", "folder:TotalCount", "folder:ChildFolderCount", "folder:UnreadCount"}
    ),
    "AllProperties": frozenset({*_FIRST, *_LAST}) - {"folder:DistinguishedFolderId"},
}
EXTENDED: dict[str, Callable[[Folder], str]] = {
    "0x3613": lambda one: one.folder_class,
    "0x3602": lambda one: str(one.total),
    "0x3603": lambda _: "0",
}
"""MAPI properties by their tags: container class, count of items, count of unread ones."""


def shown(folder: Folder, folders: list[Folder], base: str, paths: Sequence[Element]) -> Element:
    """Return a folder with the properties of a base shape, and those of more paths; what is not kept is left out."""
    wanted = _BASES[base] | {one.get("FieldURI", "") for one in paths}
    extended = (_extended(folder, one) for one in paths if one.get("PropertyTag", "").lower() in EXTENDED)
    parts = [*_made(_FIRST, wanted, folder, folders), *extended, *_made(_LAST, wanted, folder, folders)]
    return t(_ELEMENTS.get(folder.folder_class, "Folder"), parts)


def _made(makers: Mapping[str, Maker], wanted: frozenset[str], folder: Folder, folders: list[Folder]) -> list[Element]:
    found = (make(folder, folders) for uri, make in makers.items() if uri in wanted)
    return [one for one in found if one is not None]


def _extended(folder: Folder, path: Element) -> Element:
    value = EXTENDED[path.get("PropertyTag", "").lower()](folder)
    return t("ExtendedProperty", deepcopy(path), t("Value", value))


def _rights(folder: Folder) -> Element:
    names = ("CreateAssociated", "CreateContents", "CreateHierarchy", "Delete", "Modify")
    return t(
        "EffectiveRights", [t(name, folder.writable) for name in names], t("Read", True), t("ViewPrivateItems", True)
    )
