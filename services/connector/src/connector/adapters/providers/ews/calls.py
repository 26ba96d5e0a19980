"""One call of an operation through exchangelib: its messages as elements, its errors as ours.

exchangelib signs in, envelopes, sends and sorts SOAP faults. Its objects are passed by: one item that they cannot take
in fails the read of all (a custom time zone), and their all-day dates and series boundaries are wrong on some days
(`docs/providers/ews.md`, 3.6). So messages are read as they are, each by itself.
"""

from collections.abc import Callable, Iterator
from itertools import count
from typing import TYPE_CHECKING

from chassis.errors import TandemError
from connector.adapters.providers.ews.errors import Target, failure, translate
from connector.adapters.providers.ews.xml import PREFIXES, Element, child, children, local, text_at
from connector.adapters.providers.wire import broken_answer

if TYPE_CHECKING:
    from exchangelib import Account

_MILLISECONDS = 1000


def send(account: "Account", request: Element, target: Target) -> list[Element]:
    """Return the messages of an answer, also those that tell an error. Raises our errors where all of it failed."""
    from connector.adapters.providers.ews.operations import operation  # noqa: PLC0415 - loads exchangelib

    try:
        return operation(local(request))(account=account).messages(request)
    except Exception as error:
        ours = translate(error, target=target)
        if ours is error:
            raise
        raise ours from None  # the texts of exchangelib's errors hold content


def only(messages: list[Element], target: Target) -> Element:
    """Return the one message of an answer. Raises its error, where it tells one."""
    if len(messages) != 1:
        raise broken_answer(f"{len(messages)} messages where one was asked for")
    if error := error_of(messages[0], target):
        raise error
    return messages[0]


def listed(ask: Callable[[int], Element], path: str, *, most_pages: int | None = None) -> Iterator[Element]:
    """Yield the rows of a list, page after page: `ask` returns the message with the rows from an offset on."""
    offset = 0
    for _ in count() if most_pages is None else range(most_pages):
        page = child(ask(offset), "m:RootFolder")
        rows = [] if page is None else children(page, path)
        yield from rows
        offset += len(rows)
        if page is None or not rows or page.get("IncludesLastItemInRange", "true").lower() in {"true", "1"}:
            return


def error_of(message: Element, target: Target) -> TandemError | None:
    """Return the error that a message tells; None where it tells none."""
    if message.get("ResponseClass") == "Success":
        return None
    code = text_at(message, "m:ResponseCode")
    if not code:
        return broken_answer("a message without a response code")
    inner = _value(message, "InnerErrorResponseCode")
    return failure(inner or code, text_at(message, "m:MessageText"), target=target, back_off=_back_off(message))


def _back_off(message: Element) -> float | None:
    """Return the seconds to wait, where the message tells: exchangelib drops them outside of SOAP faults."""
    word = _value(message, "BackOffMilliseconds")
    return int(word) / _MILLISECONDS if word.isdecimal() else None


def _value(message: Element, name: str) -> str:
    found = child(message, "m:MessageXml")
    values = [] if found is None else found.findall("t:Value", PREFIXES)
    return next((one.text or "" for one in values if one.get("Name") == name), "")
