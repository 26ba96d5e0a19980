"""All operations by their names: each takes a call and returns its answer, e.g. `m:GetItemResponse`."""

from collections.abc import Callable
from typing import TypeAlias

from simulators.exchange.domain.account import configuration_methods, directory_methods, folder_methods, id_methods
from simulators.exchange.domain.call import Call
from simulators.exchange.domain.errors import FaultError
from simulators.exchange.domain.events import item_methods
from simulators.exchange.domain.push import subscribe_methods
from simulators.exchange.domain.sync import sync_methods
from simulators.exchange.domain.xml import Element

Operation: TypeAlias = Callable[[Call], Element]

WRITES = frozenset({"CreateItem", "UpdateItem", "DeleteItem"})
CHANGES = WRITES | {"Subscribe", "CreateFolder", "DeleteFolder"}
"""What changes the world."""
_HANDLERS: dict[str, Operation] = {
    "GetFolder": folder_methods.get_folder,
    "FindFolder": folder_methods.find_folder,
    "ResolveNames": directory_methods.resolve_names,
    "GetServerTimeZones": directory_methods.get_server_time_zones,
    "ConvertId": id_methods.convert_id,
    "GetUserConfiguration": configuration_methods.get_user_configuration,
    "CreateFolder": folder_methods.create_folder,
    "DeleteFolder": folder_methods.delete_folder,
    "SyncFolderItems": sync_methods.sync_folder_items,
    "Subscribe": subscribe_methods.subscribe,
    "Unsubscribe": subscribe_methods.unsubscribe,
    **item_methods.METHODS,
}


def perform(call: Call) -> Element:
    """Answer the call; a fault where this server has no such operation."""
    handler = _HANDLERS.get(call.operation)
    if handler is None:
        raise FaultError("ErrorInvalidOperation", f"This server has no operation {call.operation}.")
    return handler(call)
