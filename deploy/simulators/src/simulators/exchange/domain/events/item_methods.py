"""GetItem, CreateItem, UpdateItem and DeleteItem: an item at a time, each with its own result in an answer of 200."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeAlias

from simulators.exchange.domain import ids
from simulators.exchange.domain.call import Call
from simulators.exchange.domain.errors import EwsError, access_denied, irresolvable_conflict, item_not_found
from simulators.exchange.domain.events import finding, reading, settings_item, shapes
from simulators.exchange.domain.events.views import change_key
from simulators.exchange.domain.recurring import occurrences
from simulators.exchange.domain.responses import each, no_items, nothing
from simulators.exchange.domain.xml import Element, child, children, local, m, t
from simulators.frame.store import writing
from simulators.frame.store.calendar import Calendar, Item
from simulators.frame.store.mailboxes import WRITERS

Mails: TypeAlias = Literal["all", "changed", "none"]
_MAILS: Mapping[str, Mails] = {
    "SendToNone": "none",
    "SendOnlyToAll": "all",
    "SendToAllAndSaveCopy": "all",
    "SendOnlyToChanged": "changed",
    "SendToChangedAndSaveCopy": "changed",
}


def get_item(call: Call) -> Element:
    """Answer the items that are asked for by their ids."""
    shape, asked = call.part("m:ItemShape"), children(call.part("m:ItemIds"))
    gone = asked[:1] if call.trap("item.gone") is not None else []

    def work(named: Element) -> Sequence[Element]:
        if named in gone:
            raise item_not_found()
        hidden = _hidden(call, named, shape)
        return [m("Items", _read(call, named, shape) if hidden is None else hidden)]

    return each("GetItem", asked, work, no_items)


def _read(call: Call, named: Element, shape: Element) -> Element:
    calendar, item = _found(call, named)
    if call.trap("item.corrupt") is not None:
        raise EwsError("ErrorCorruptData", "Data is corrupt.")
    return shapes.shown(call, calendar, item, shape)


def _hidden(call: Call, named: Element, shape: Element) -> Element | None:
    """The hidden item of the mailbox's own calendar, if it is that which is asked for."""
    calendar = call.world.calendars[call.account.default.calendar]
    if named.get("Id") != ids.item_id(settings_item.key_of(calendar), calendar.key):
        return None
    return settings_item.shown(calendar, call.account, call.now, shapes.read(shape).extended)


def create_item(call: Call) -> Element:
    """Answer the ids of new items."""
    holder = child(call.request, "m:SavedItemFolderId")
    target = children(holder)[0] if holder is not None else t("DistinguishedFolderId", Id="calendar")

    def work(given: Element) -> Sequence[Element]:
        act = _act(call, "SendMeetingInvitations", "ErrorSendMeetingInvitationsRequired")
        if local(given) != "CalendarItem":
            raise EwsError("ErrorInvalidItemForOperationCreateItem", "Operation would create an object of wrong type.")
        calendar = call.writable(target)
        words = reading.of_item(given, call.zone).words(None)
        item = writing.add(calendar, writing.draft(calendar, words, act), act)
        return [m("Items", _written(call, calendar, item))]

    return each("CreateItem", children(call.part("m:Items")), work, no_items)


def update_item(call: Call) -> Element:
    """Answer the new change keys of changed items."""

    def work(change: Element) -> Sequence[Element]:
        act = _act(call, "SendMeetingInvitationsOrCancellations", "ErrorSendMeetingInvitationsOrCancellationsRequired")
        named, updates = children(change)
        calendar, item = _changeable(call, named)
        _check_version(call, named, change_key(calendar, item))
        words = reading.of_changes(children(updates), call.zone).words(item)
        stored = writing.change(calendar, item, words, act)
        return [m("Items", _written(call, calendar, stored)), m("ConflictResults", t("Count", 0))]

    return each("UpdateItem", children(call.part("m:ItemChanges")), work, no_items)


def delete_item(call: Call) -> Element:
    """Answer that items are gone; DeleteItem does not look at change keys."""

    def work(named: Element) -> Sequence[Element]:
        act = _act(call, "SendMeetingCancellations", "ErrorSendMeetingCancellationsRequired")
        calendar, item = _changeable(call, named)
        writing.delete(calendar, item, act)
        return []

    return each("DeleteItem", children(call.part("m:ItemIds")), work, nothing)


def _act(call: Call, attribute: str, missing: str) -> writing.Act:
    """Who writes, and who hears of it: a calendar item's write must say so."""
    given = call.request.get(attribute)
    if given is None:
        raise EwsError(missing, f"{attribute} attribute is required for calendar items.")
    return writing.Act(call.world, call.account, call.now, _MAILS[given])


def _found(call: Call, named: Element) -> tuple[Calendar, Item]:
    """The item of a `t:ItemId`, `t:OccurrenceItemId` or `t:RecurringMasterItemId`."""
    kind = local(named)
    attribute = {"OccurrenceItemId": "RecurringMasterId", "RecurringMasterItemId": "OccurrenceId"}.get(kind, "Id")
    calendar, _, ref = call.place(named.get(attribute, ""))
    item = writing.found(calendar, ref)
    if kind == "OccurrenceItemId":
        if not item.is_series:
            raise EwsError("ErrorCalendarCannotUseIdForRecurringMasterId", "The id is not that of a recurring master.")
        return calendar, occurrences.at_index(calendar, item, int(named.get("InstanceIndex", "0")))
    if kind == "RecurringMasterItemId":
        if item.master is None:
            raise EwsError("ErrorCalendarCannotUseIdForOccurrenceId", "The id is not that of an occurrence.")
        return calendar, calendar.items[item.master]
    return calendar, item


def _changeable(call: Call, named: Element) -> tuple[Calendar, Item]:
    calendar, item = _found(call, named)
    held = call.account.id_of(calendar.key)
    if held is None or call.account.entries[held].role not in WRITERS:
        raise access_denied()
    return calendar, item


def _check_version(call: Call, named: Element, present: str) -> None:
    """A conflict is one only for NeverOverwrite; without a change key only AlwaysOverwrite writes [L]."""
    given, how = named.get("ChangeKey"), call.request.get("ConflictResolution")
    if given is None and how != "AlwaysOverwrite":
        raise EwsError("ErrorChangeKeyRequiredForWriteOperations", "The change key is required for this operation.")
    if given is not None and ids.number_of(given) is None:
        raise EwsError("ErrorInvalidChangeKey", "The change key is invalid.")
    if how == "NeverOverwrite" and (given != present or call.trap("fault.conflict") is not None):
        raise irresolvable_conflict()


def _written(call: Call, calendar: Calendar, item: Item) -> Element:
    """What is answered of a write; Exchange may save the item once more at once."""
    shown = shapes.identified(calendar, item)
    if call.trap("item.saved_again") is not None:
        writing.touch(calendar, item, writing.Act(call.world, call.account, call.now, "none"))
    return shown


METHODS: Mapping[str, Callable[[Call], Element]] = {
    "GetItem": get_item,
    "FindItem": finding.find_item,
    "CreateItem": create_item,
    "UpdateItem": update_item,
    "DeleteItem": delete_item,
}
"""The operations on items by their names."""
