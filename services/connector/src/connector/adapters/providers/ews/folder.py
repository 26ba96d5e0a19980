"""One calendar's folder: calls for it, and its items as the server shows them.

Everything here blocks and runs in a thread, one call after the other. One item that its server cannot show stops
nothing: where a call for several fails, halves of them are asked for, until the one is by itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from chassis.errors import Rejected, TandemError
from connector.adapters.providers.ews import calls, requests
from connector.adapters.providers.ews.errors import Target
from connector.adapters.providers.ews.xml import Element, children
from connector.adapters.providers.wire import broken_answer

if TYPE_CHECKING:
    from exchangelib import Account

GONE = "error_item_not_found"
"""The code of an item that is not there: its id ends when it is moved or deleted."""
ITEMS_AT_ONCE = 50
"""With their bodies these are some megabytes at most, and a fraction of a second for a server."""
_SUSPECT = {"error_internal_server_error", "broken_answer"}
"""What a server says in trouble of its own, and of a single item that is damaged."""
_STOPPED = "error_batch_processing_stopped"

Answer = Element | TandemError
"""One item of an answer, or the error that is of this item alone."""


@dataclass
class CalendarFolder:
    """One calendar of an account, for one piece of work."""

    account: "Account"
    calendar_id: str
    now: datetime
    is_there: bool = False

    def send(self, request: Element, target: Target) -> list[Element]:
        """Return the messages of an answer."""
        return calls.send(self.account, request, target)

    def one(self, request: Element, target: Target) -> Element:
        """Return the only message of an answer. Raises the error that it tells."""
        return calls.only(self.send(request, target), target)

    def check(self) -> None:
        """Raise CalendarUnavailable where the calendar itself is gone: that says nothing about its items (H2)."""
        if not self.is_there:
            self._probe()
            self.is_there = True

    def raw(self, event_id: str) -> Element:
        """Return an item as the server shows it. Raises Missing; CalendarUnavailable where all of the calendar is gone.

        In a calendar that is there, an id that is not proves that the item is gone from it.
        """
        [answer] = self.answers([requests.item_id(event_id)])
        if isinstance(answer, TandemError):
            if answer.code == GONE:
                self.check()
            raise answer
        return answer

    def answers(self, ids: Sequence[Element]) -> list[Answer]:
        """Return for each id its item, or the error that is of this item alone. Raises all other errors."""
        begins = range(0, len(ids), ITEMS_AT_ONCE)
        return [answer for begin in begins for answer in self._some(ids[begin : begin + ITEMS_AT_ONCE])]

    def _some(self, ids: Sequence[Element]) -> list[Answer]:
        try:
            messages = self.send(requests.get_items(ids), "item")
            if len(messages) != len(ids):
                raise broken_answer(f"{len(messages)} items where {len(ids)} were asked for")
            return list(self._told(ids, messages))
        except TandemError as error:
            if not _may_be_of_items(error):
                raise
            return [self._blamed(error)] if len(ids) == 1 else self._halves(ids)

    def _told(self, ids: Sequence[Element], messages: Sequence[Element]) -> Iterator[Answer]:
        for one, message in zip(ids, messages, strict=True):
            error = calls.error_of(message, "item")
            if error is None:
                yield item_in(message)
            elif error.code == _STOPPED and len(ids) > 1:
                yield from self._some([one])
            elif _may_be_of_items(error):
                yield self._blamed(error)
            else:
                raise error

    def _halves(self, ids: Sequence[Element]) -> list[Answer]:
        middle = len(ids) // 2
        return [*self._some(ids[:middle]), *self._some(ids[middle:])]

    def _blamed(self, error: TandemError) -> TandemError:
        """Return the error as the item's own. Raises where the mailbox or the server is in trouble itself."""
        if error.code in _SUSPECT:
            self._probe()
        return error

    def _probe(self) -> None:
        self.one(requests.get_folder(requests.folder_id(self.calendar_id)), "calendar")


def item_in(message: Element) -> Element:
    """Return the item of a message. Raises Transient where it has none."""
    found = children(message, "m:Items/*")
    if len(found) != 1:
        raise broken_answer("a message without an item")
    return found[0]


def _may_be_of_items(error: TandemError) -> bool:
    return isinstance(error, Rejected) or error.code in _SUSPECT
