"""Answers of operations: one response message for each part of the request, with a ResponseClass and a ResponseCode."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from simulators.exchange.domain.errors import EwsError, FaultError, of_store
from simulators.exchange.domain.xml import Content, Element, children, local, m, t
from simulators.frame.store.errors import StoreError

P = TypeVar("P")


def answer(operation: str, messages: Iterable[Element]) -> Element:
    """Return `m:<operation>Response` around its response messages."""
    return m(f"{operation}Response", m("ResponseMessages", messages))


def success(operation: str, *content: Content) -> Element:
    """Return the response message of a part that went well."""
    name = f"{operation}ResponseMessage"
    return m(name, m("ResponseCode", "NoError"), *content, ResponseClass="Success")


def failure(operation: str, error: EwsError, *content: Content) -> Element:
    """Return the response message of a part that was refused.

    `content` is what the schema wants even then, e.g. an empty `m:Items`.
    """
    return m(
        f"{operation}ResponseMessage",
        m("MessageText", error.message),
        m("ResponseCode", error.code),
        m("DescriptiveLinkKey", 0),
        message_xml(error),
        *content,
        ResponseClass="Error",
    )


def message_xml(error: EwsError) -> Element | None:
    """Return the values that go with an error."""
    if not error.values:
        return None
    return m("MessageXml", [t("Value", value, Name=name) for name, value in error.values.items()])


def each(
    operation: str, parts: Iterable[P], work: Callable[[P], Sequence[Element]], empty: Callable[[], Sequence[Element]]
) -> Element:
    """Answer an operation part by part: what `work` returns for it, or the error that it raised.

    `empty` makes what stands in an error's message where the schema wants something (`m:Items`).
    """
    return answer(operation, [_one(operation, part, work, empty) for part in parts])


def _one(
    operation: str, part: P, work: Callable[[P], Sequence[Element]], empty: Callable[[], Sequence[Element]]
) -> Element:
    try:
        return success(operation, *work(part))
    except FaultError:
        raise
    except EwsError as error:
        return failure(operation, error, *empty())
    except StoreError as error:
        return failure(operation, of_store(error), *empty())


def no_items() -> list[Element]:
    """Return the empty list of items that an error message holds."""
    return [m("Items")]


def no_folders() -> list[Element]:
    """Return the empty list of folders that an error message holds."""
    return [m("Folders")]


def nothing() -> list[Element]:
    """Return what an error message of most operations holds beside the error."""
    return []


# Where the parts of a request are, and what an error message of the operation must hold.
_PARTS = ("ItemIds", "Items", "ItemChanges", "FolderIds", "ParentFolderIds")
_MUST_HOLD = {
    "GetItem": "Items",
    "CreateItem": "Items",
    "UpdateItem": "Items",
    "GetFolder": "Folders",
    "CreateFolder": "Folders",
    "GetServerTimeZones": "TimeZoneDefinitions",
}


def refused(request: Element, error: EwsError) -> Element:
    """Answer a whole request by refusing every part of it for the same reason."""
    operation = local(request)
    parts = next((children(one) for one in children(request) if local(one) in _PARTS), [request])
    held = _MUST_HOLD.get(operation)
    return answer(operation, [failure(operation, error, m(held) if held else None) for _ in parts])
