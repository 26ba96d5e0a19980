"""All operations by their names.

An operation takes a call and returns its answer, e.g. `m:GetItemResponse` (`responses.each` makes it of the parts).
The calendar side keeps its own table in `events/item_methods.py` (GetItem, FindItem, CreateItem, UpdateItem,
DeleteItem) and gives `events/shapes.py`: `shown(call, calendar, item, shape)` returns an item as a `t:CalendarItem` of
the properties that a `m:ItemShape` asks for, which SyncFolderItems uses too.
"""

from collections.abc import Callable
from typing import TypeAlias

from simulators.exchange.domain.call import Call
from simulators.exchange.domain.xml import Element

Operation: TypeAlias = Callable[[Call], Element]

WRITES = frozenset({"CreateItem", "UpdateItem", "DeleteItem"})
HANDLERS: dict[str, Operation] = {}


def perform(call: Call) -> Element:
    """Answer the call."""
    return HANDLERS[call.operation](call)
