"""SyncFolderItems: the changes of a folder since a SyncState."""

from simulators.exchange.domain import ids
from simulators.exchange.domain.call import Call
from simulators.exchange.domain.errors import EwsError
from simulators.exchange.domain.events import shapes
from simulators.exchange.domain.responses import answer, failure, success
from simulators.exchange.domain.sync import changes, states
from simulators.exchange.domain.sync.changes import Change, Page, Quirks
from simulators.exchange.domain.xml import Element, child, children, m, t, text
from simulators.frame.store.calendar import Calendar

_NAME = "SyncFolderItems"


def sync_folder_items(call: Call) -> Element:
    """Answer one page; a state that is worth nothing is refused with an empty one."""
    try:
        return answer(_NAME, [_page(call)])
    except EwsError as error:
        if error.code != "ErrorInvalidSyncStateData":
            return answer(_NAME, [failure(_NAME, error)])
        return answer(_NAME, [failure(_NAME, error, m("SyncState", ""), m("IncludesLastItemInRange", True))])


def _page(call: Call) -> Element:
    holder = child(call.request, "m:SyncFolderId")
    calendar, _ = call.folder(children(holder)[0])
    state = text(call.request, "m:SyncState")
    if state and call.trap("sync.invalid_state") is not None:
        raise states.invalid_state()
    place = states.resume(state, calendar) if state else states.begin(calendar)
    most = min(int(text(call.request, "m:MaxChangesReturned") or "512"), call.world.page_cap or 512)
    if place.since is not None and call.trap("push.before_visible") is not None:
        found = Page([], place, last=True)
    else:
        found = changes.page(calendar, place, most, _quirks(call))
    return success(
        _NAME,
        m("SyncState", found.place.state()),
        m("IncludesLastItemInRange", found.last),
        m("Changes", [_row(call, calendar, one) for one in found.changes]),
    )


def _quirks(call: Call) -> Quirks:
    return Quirks(
        repeat=call.trap("sync.repeat_page") is not None,
        ghost=call.trap("sync.created_and_deleted") is not None,
        read_flags=call.trap("sync.read_flag_changes") is not None,
        half=call.trap("sync.half_page") is not None,
    )


def _row(call: Call, calendar: Calendar, change: Change) -> Element:
    if change.kind in {"Create", "Update"} and not change.item.deleted:
        return t(change.kind, shapes.shown(call, calendar, change.item, call.part("m:ItemShape")))
    named = t(
        "ItemId",
        Id=ids.item_id(change.item.key, calendar.key),
        ChangeKey=ids.change_key(change.item.change),
    )
    if change.kind == "Create":
        # Created and deleted since: it can only be named.
        return t("Create", t("CalendarItem", named))
    return t(change.kind, named, t("IsRead", True) if change.kind == "ReadFlagChange" else None)
