"""A server that answers GetItem by a script, one message for each id, as Microsoft's schema has it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from lxml import etree

from chassis.errors import TandemError
from connector.adapters.providers.ews import calls
from connector.adapters.providers.ews.errors import Target, failure
from connector.adapters.providers.ews.folder import CalendarFolder
from connector.adapters.providers.ews.xml import MESSAGES, TYPES, Element, local
from tests.unit.ews_adapter.items import item
from tests.unit.ews_adapter.schema import check

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
Script = Mapping[str, "Element | str"]
"""By id: an item, or the code of an error."""


def message(operation: str, inside: str, *, code: str = "NoError", more: str = "") -> Element:
    """Return a response message."""
    kind = "Success" if code == "NoError" else "Error"
    told = "" if code == "NoError" else f"<m:MessageText>{code}</m:MessageText>"
    answer = etree.fromstring(
        f'<m:{operation}Response xmlns="{TYPES}" xmlns:m="{MESSAGES}"><m:ResponseMessages>'
        f'<m:{operation}ResponseMessage ResponseClass="{kind}">{told}<m:ResponseCode>{code}</m:ResponseCode>{more}'
        f"{inside}</m:{operation}ResponseMessage></m:ResponseMessages></m:{operation}Response>"
    )
    return answer[0][0]


def named(event_id: str) -> Element:
    """Return a plain event of that id."""
    return item(ItemId=f'<ItemId Id="{event_id}" ChangeKey="key"/>')


@dataclass
class Server:
    """`poison`: ids that fail a whole call, with the fault's code. `stopped`: ids that it does not come to at first.

    `asked`: the ids of each GetItem.
    """

    script: Script
    poison: dict[str, str] = field(default_factory=dict)
    stopped: set[str] = field(default_factory=set)
    masters: dict[str, Element] = field(default_factory=dict)
    probe: str | None = None
    asked: list[list[str]] = field(default_factory=list)
    probes: int = 0

    def send(self, _: object, request: Element, target: Target) -> list[Element]:
        """Answer, in the place of `calls.send`."""
        check(request)
        if local(request) == "GetFolder":
            self.probes += 1
            if self.probe:
                raise failure(self.probe, target=target)
            return [message("GetFolder", "<m:Folders><CalendarFolder/></m:Folders>")]
        if occurrences := request.findall("{*}ItemIds/{*}RecurringMasterItemId"):
            return [_shown(self.masters[one.get("OccurrenceId", "")]) for one in occurrences]
        ids = [one.get("Id", "") for one in request.findall("{*}ItemIds/*")]
        self.asked.append(ids)
        if code := next((self.poison[one] for one in ids if one in self.poison), None):
            raise failure(code, target=target)
        return [self._message(one) for one in ids]

    def _message(self, event_id: str) -> Element:
        if event_id in self.stopped:
            self.stopped.remove(event_id)
            return message("GetItem", "<m:Items/>", code="ErrorBatchProcessingStopped")
        found = self.script[event_id]
        if isinstance(found, str):
            return message("GetItem", "<m:Items/>", code=found)
        return _shown(found)


def _shown(raw: Element) -> Element:
    return message("GetItem", f"<m:Items>{etree.tostring(raw).decode()}</m:Items>")


Serve = Callable[[Server], CalendarFolder]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Serve:
    """Put a server behind a folder."""

    def serve(server: Server) -> CalendarFolder:
        monkeypatch.setattr(calls, "send", server.send)
        return CalendarFolder(None, "calendar", NOW)

    return serve


Operations = Callable[..., tuple[CalendarFolder, list[Element]]]


@pytest.fixture
def operated(monkeypatch: pytest.MonkeyPatch) -> Operations:
    """Put a server behind a folder that answers one operation, and keep what was asked."""

    def serve(
        *, code: str = "NoError", unchecked: bool = False, **answers: str
    ) -> tuple[CalendarFolder, list[Element]]:
        asked: list[Element] = []

        def send(_: object, request: Element, __: Target) -> list[Element]:
            check(request)
            asked.append(request)
            name = local(request)
            found = message(name, answers[name], code=code)
            if not unchecked:
                check(found.getroottree().getroot())
            return [found]

        monkeypatch.setattr(calls, "send", send)
        return CalendarFolder(None, "calendar", NOW), asked

    return serve


def codes(answers: list[Element | TandemError]) -> list[str]:
    """Return what answers are: ids of items, codes of errors."""
    return [
        one.code if isinstance(one, TandemError) else one.find("{*}ItemId").get("Id", "")  # type: ignore[union-attr]
        for one in answers
    ]
