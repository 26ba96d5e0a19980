"""GetFolder and FindFolder."""

from collections.abc import Callable

from simulators.exchange.domain import ids
from simulators.exchange.domain.account import folders
from simulators.exchange.domain.account.folders import Folder
from simulators.exchange.domain.call import Call
from simulators.exchange.domain.errors import EwsError, access_denied, folder_not_found, malformed_id
from simulators.exchange.domain.responses import each, no_folders, nothing
from simulators.exchange.domain.xml import Element, child, children, local, m, t, text
from simulators.frame.store.calendar import Calendar

_FIELDS: dict[str, Callable[[Folder], str]] = {
    "folder:FolderClass": lambda one: one.folder_class,
    "folder:DisplayName": lambda one: one.name,
    **folders.EXTENDED,
}


def get_folder(call: Call) -> Element:
    """Answer the folders that are asked for, one message each."""
    known = folders.of_mailbox(call.account, call.world.calendars)
    wanted = children(child(call.request, "m:FolderIds"))

    def one(target: Element) -> list[Element]:
        return [m("Folders", _shown(call, _found(call, known, target), known))]

    return each("GetFolder", wanted, one, no_folders)


def find_folder(call: Call) -> Element:
    """Answer the folders below others, page by page."""
    known = folders.of_mailbox(call.account, call.world.calendars)
    deep = call.request.get("Traversal") == "Deep"
    parents = children(child(call.request, "m:ParentFolderIds"))

    def one(target: Element) -> list[Element]:
        found = folders.below(known, _found(call, known, target).id, deep=deep)
        wanted = child(call.request, "m:Restriction")
        kept = [folder for folder in found if wanted is None or _fits(children(wanted)[0], folder)]
        return [_page(call, kept, known)]

    return each("FindFolder", parents, one, nothing)


def create_folder(call: Call) -> Element:
    """Answer new calendars; other folders cannot be made here."""
    known = folders.of_mailbox(call.account, call.world.calendars)
    parent = _found(call, known, children(child(call.request, "m:ParentFolderId"))[0])
    top = parent.distinguished == "msgfolderroot"

    def one(given: Element) -> list[Element]:
        kind = text(given, "t:FolderClass") or local(given)
        if kind not in {folders.CALENDAR_CLASS, "CalendarFolder"}:
            raise access_denied()
        made = Calendar(ids.new_key(call.world.rng), text(given, "t:DisplayName") or "", call.account.email)
        call.world.calendars[made.key] = made
        folder_id = call.account.add(made.key, "owner")
        call.account.entries[folder_id].top = top
        return [m("Folders", t("CalendarFolder", t("FolderId", Id=folder_id, ChangeKey=ids.change_key(1))))]

    return each("CreateFolder", children(child(call.request, "m:Folders")), one, no_folders)


def delete_folder(call: Call) -> Element:
    """Answer that calendars are gone; the mailbox's own one stays."""

    def one(target: Element) -> list[Element]:
        _, entry = call.folder(target)
        if entry.default:
            raise EwsError("ErrorDeleteDistinguishedFolder", "Distinguished folders cannot be deleted.")
        entry.deleted = True
        return []

    return each("DeleteFolder", children(child(call.request, "m:FolderIds")), one, nothing)


def _page(call: Call, found: list[Folder], known: list[Folder]) -> Element:
    view = child(call.request, "m:IndexedPageFolderView")
    offset = int(view.get("Offset", "0")) if view is not None else 0
    most = int(view.get("MaxEntriesReturned") or len(found)) if view is not None else len(found)
    end = min(offset + most, len(found))
    rows = t("Folders", [_shown(call, folder, known) for folder in found[offset:end]])
    last = end >= len(found)
    return m("RootFolder", rows, IndexedPagingOffset=end, TotalItemsInView=len(found), IncludesLastItemInRange=last)


def _shown(call: Call, folder: Folder, known: list[Folder]) -> Element:
    shape = child(call.request, "m:FolderShape")
    base = text(shape, "t:BaseShape") if shape is not None else None
    more = child(shape, "t:AdditionalProperties") if shape is not None else None
    return folders.shown(folder, known, base or "IdOnly", children(more))


def _found(call: Call, known: list[Folder], target: Element) -> Folder:
    wanted = target.get("Id", "")
    if local(target) == "DistinguishedFolderId":
        call.check_mailbox(target)
        found = next((one for one in known if one.distinguished == wanted), None)
    else:
        if not wanted:
            raise malformed_id()
        found = next((one for one in known if one.id == wanted), None)
    if found is None:
        raise folder_not_found()
    return found


def _fits(condition: Element, folder: Folder) -> bool:
    """Whether a folder fulfils a Restriction's condition."""
    kind = local(condition)
    if kind in {"And", "Or"}:
        parts = [_fits(one, folder) for one in children(condition)]
        return all(parts) if kind == "And" else any(parts)
    if kind == "Not":
        return not _fits(children(condition)[0], folder)
    return _compared(kind, condition, folder)


def _compared(kind: str, condition: Element, folder: Folder) -> bool:
    path = children(condition)[0]
    name = path.get("FieldURI") or path.get("PropertyTag", "").lower()
    if name not in _FIELDS:
        raise EwsError("ErrorUnsupportedPathForQuery", f"The property {name or '(named)'} cannot be used in a query.")
    value = _FIELDS[name](folder).lower()
    if kind == "Contains":
        constant = child(condition, "t:Constant")
        given = (constant.get("Value", "") if constant is not None else "").lower()
        return given in value if condition.get("ContainmentMode") == "Substring" else value.startswith(given)
    given = _constant(condition).lower()
    return {"IsEqualTo": value == given, "IsNotEqualTo": value != given, "Exists": bool(value)}.get(kind, False)


def _constant(condition: Element) -> str:
    holder = child(condition, "t:FieldURIOrConstant")
    constant = child(holder, "t:Constant") if holder is not None else None
    return constant.get("Value", "") if constant is not None else ""
