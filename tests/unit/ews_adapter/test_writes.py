"""Writes against a server that answers by a script: what is asked, what is told, what is kept."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from lxml import etree

from chassis.errors import TandemError
from connector.adapters.providers.ews import calls, writes
from connector.adapters.providers.ews.errors import Target, failure
from connector.adapters.providers.ews.events.times import read_time
from connector.adapters.providers.ews.folder import CalendarFolder
from connector.adapters.providers.ews.mailbox.zone import mailbox_zone
from connector.adapters.providers.ews.xml import Element, children, local, text_at
from connector.domain.provider.errors import CalendarUnavailable, ConnectionLost, Forbidden, Missing, Rejected
from connector.domain.provider.items import EventRead
from connector.domain.provider.port import NewEvent
from contracts.calendar_objects import EventChanges
from contracts.times import AllDay, Timed
from tests.unit.ews_adapter.items import MARKER, item, snapshot, zone
from tests.unit.ews_adapter.schema import check
from tests.unit.ews_adapter.server import NOW, message

TIMED = Timed(
    start=datetime(2026, 11, 3, 16, tzinfo=UTC), end=datetime(2026, 11, 3, 17, tzinfo=UTC), timezone="America/Vancouver"
)
CONTENT = EventChanges(summary="Lunch", time=TIMED)
DAYS = EventChanges(time=AllDay(start=date(2026, 11, 9), end=date(2026, 11, 10)))
MADE = '<m:Items><CalendarItem><ItemId Id="AAMk/ALg+A=" ChangeKey="{key}"/></CalendarItem></m:Items>'
EMPTY = '<m:RootFolder IncludesLastItemInRange="true"><Items/></m:RootFolder>'
Answer = Callable[[Element], Element]


class Server:
    """Answers each operation by its function, and keeps what was asked."""

    def __init__(self, **answers: Answer) -> None:
        self.answers = answers
        self.asked: list[Element] = []

    def send(self, _: object, request: Element, target: Target) -> list[Element]:
        check(request)
        self.asked.append(request)
        found = self.answers[local(request)](request)
        code = text_at(found, "m:ResponseCode")
        if code.startswith("Fault"):
            raise failure(code.removeprefix("Fault"), target=target)
        return [found]

    def operations(self) -> list[str]:
        return [local(one) for one in self.asked]


Serve = Callable[[Server], CalendarFolder]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Serve:
    """Put a server behind a folder."""

    def serve(server: Server) -> CalendarFolder:
        monkeypatch.setattr(calls, "send", server.send)
        return CalendarFolder(type("Account", (), {"primary_smtp_address": "ana@example.org"})(), "calendar", NOW)

    return serve


def got(raw: Element) -> Element:
    return message("GetItem", f"<m:Items>{etree.tostring(raw).decode()}</m:Items>")


def found(_: Element) -> Element:
    return message("FindItem", EMPTY)


def made(operation: str, key: str = "key1") -> Answer:
    more = "<m:ConflictResults><Count>0</Count></m:ConflictResults>" if operation == "UpdateItem" else ""
    return lambda _: message(operation, MADE.format(key=key) + more)


def refused(operation: str, code: str) -> Element:
    return message(operation, "<m:Items/>", code=code)


def only_in_utc(operation: str) -> Answer:
    """Refuse every zone but UTC, as a server whose Windows is older than the zone."""

    def answer(request: Element) -> Element:
        known = {one.get("Id") for one in request.iter("{*}StartTimeZone")} <= {"UTC"}
        return made(operation)(request) if known else refused(operation, "ErrorTimeZone")

    return answer


def never(_: CalendarFolder) -> str:
    raise AssertionError("nobody needs the mailbox's zone")


def update(folder: CalendarFolder, changes: EventChanges, etag: str | None = "key1|own|") -> object:
    return writes.update(folder, "AAMk/ALg+A=", changes, MARKER, lambda _: "Europe/Berlin", etag=etag, invite=False)


def test_invariant_3_the_mark_is_looked_for_before_an_event_is_created(served: Serve) -> None:
    server = Server(FindItem=found, CreateItem=made("CreateItem"), GetItem=lambda _: got(item(MARKER)))
    created = writes.create(served(server), NewEvent("k", CONTENT, MARKER), never, invite=False)
    assert server.operations() == ["FindItem", "CreateItem", "GetItem"]
    assert isinstance(created, EventRead)


def test_d6_a_zone_that_the_server_does_not_know_is_written_in_utc_and_kept(served: Serve) -> None:
    server = Server(
        FindItem=found,
        CreateItem=only_in_utc("CreateItem"),
        GetItem=lambda _: refused("GetItem", "ErrorItemNotFound"),
        GetFolder=lambda _: message("GetFolder", "<m:Folders><CalendarFolder/></m:Folders>"),
    )
    created = writes.create(served(server), NewEvent("k", CONTENT, MARKER), never, invite=False)
    assert isinstance(created, EventRead)
    assert created.event.fields.time == TIMED
    sent = server.asked[2]
    assert [one.get("Id") for one in sent.iter("{*}StartTimeZone", "{*}EndTimeZone")] == ["UTC", "UTC"]


def test_d6_an_update_does_the_same(served: Serve) -> None:
    server = Server(UpdateItem=only_in_utc("UpdateItem"), GetItem=lambda _: got(item()))
    update(served(server), EventChanges(time=TIMED))
    assert server.operations() == ["UpdateItem", "UpdateItem", "GetItem"]


def test_d6_utc_that_somebody_chose_since_is_utc() -> None:
    raw = item(MARKER, "Europe/Rome", StartTimeZone=zone("UTC"), EndTimeZone=zone("UTC", "EndTimeZone"))
    assert getattr(snapshot(raw).fields.time, "timezone", "") == "UTC"
    assert read_time(raw, "Europe/Rome") == snapshot(raw).fields.time


def test_another_refusal_is_no_matter_of_the_zone(served: Serve) -> None:
    server = Server(FindItem=found, CreateItem=lambda _: refused("CreateItem", "ErrorInvalidRecipients"))
    with pytest.raises(Rejected, match="error_invalid_recipients"):
        writes.create(served(server), NewEvent("k", CONTENT, MARKER), never, invite=False)
    assert server.operations() == ["FindItem", "CreateItem"]


def test_an_update_of_a_known_version_takes_two_calls(served: Serve) -> None:
    server = Server(UpdateItem=made("UpdateItem"), GetItem=lambda _: got(item()))
    update(served(server), EventChanges(summary="Dinner"))
    assert server.operations() == ["UpdateItem", "GetItem"]
    [changed] = children(server.asked[0], ".//t:ItemChange/t:ItemId")
    assert (server.asked[0].get("ConflictResolution"), changed.get("ChangeKey")) == ("NeverOverwrite", "key1")


def test_without_a_known_version_the_latest_is_overwritten(served: Serve) -> None:
    server = Server(UpdateItem=made("UpdateItem"), GetItem=lambda _: got(item()))
    update(served(server), EventChanges(summary="Dinner"), None)
    assert server.operations() == ["GetItem", "UpdateItem", "GetItem"]
    assert server.asked[1].get("ConflictResolution") == "AlwaysOverwrite"


def test_what_was_changed_again_before_it_could_be_read_is_no_answer_of_ours(served: Serve) -> None:
    server = Server(UpdateItem=made("UpdateItem", "key2"), GetItem=lambda _: got(item()))
    with pytest.raises(ConnectionLost):
        update(served(server), EventChanges(summary="Dinner"))


def test_e5_a_known_guests_copy_is_not_even_asked_for(served: Serve) -> None:
    server = Server()
    with pytest.raises(Forbidden):
        update(served(server), EventChanges(summary="Dinner"), "key1|foreign|")
    assert server.asked == []


@pytest.mark.parametrize(
    ("there", "offset"),
    [
        ({"IsAllDayEvent": "true", "StartTimeZone": zone("Tokyo Standard Time")}, "+09:00"),
        ({"IsAllDayEvent": "false", "StartTimeZone": zone("Tokyo Standard Time")}, "+01:00"),
        ({"IsAllDayEvent": "true", "StartTimeZone": zone(""), "EndTimeZone": None}, "+01:00"),
    ],
)
def test_3_6_days_begin_where_they_did_else_in_the_mailboxs_zone(
    served: Serve,
    there: dict[str, str | None],
    offset: str,
) -> None:
    server = Server(UpdateItem=made("UpdateItem"), GetItem=lambda _: got(item(**there)))
    update(served(server), DAYS)
    assert text_at(server.asked[1], ".//t:Start") == f"2026-11-09T00:00:00{offset}"


@pytest.mark.parametrize("code", ["ErrorItemNotFound", "FaultErrorItemNotFound"])
@pytest.mark.parametrize("there", [True, False])
def test_h2_an_item_that_is_not_there_to_be_changed_may_mean_that_the_calendar_is_lost(
    served: Serve,
    code: str,
    there: bool,
) -> None:
    folder = message("GetFolder", "<m:Folders><CalendarFolder/></m:Folders>")
    lost = message("GetFolder", "<m:Folders/>", code="ErrorFolderNotFound")
    server = Server(UpdateItem=lambda _: refused("UpdateItem", code), GetFolder=lambda _: folder if there else lost)
    kind: type[TandemError] = Missing if there else CalendarUnavailable
    with pytest.raises(kind):
        update(served(server), EventChanges(summary="Dinner"))


def test_a_mark_that_is_there_already_is_found_whatever_its_version(served: Serve) -> None:
    marked = item(MARKER.model_copy(update={"version": 1}))
    stranger = item(MARKER.model_copy(update={"account_key": "other"}))
    rows = "".join(etree.tostring(one).decode() for one in (stranger, marked))
    page = f'<m:RootFolder IncludesLastItemInRange="true"><Items>{rows}</Items></m:RootFolder>'
    server = Server(FindItem=lambda _: message("FindItem", page))
    with pytest.raises(Rejected) as caught:
        writes.create(served(server), NewEvent("k", CONTENT, MARKER), never, invite=False)
    assert getattr(caught.value, "event_id", None) == "AAMk/ALg+A="
    assert server.operations() == ["FindItem"]


def test_marks_are_looked_for_on_all_pages(served: Serve) -> None:
    stranger = etree.tostring(item(MARKER.model_copy(update={"account_key": "other"}))).decode()

    def answer(request: Element) -> Element:
        last = str(request[1].get("Offset") == "1").lower()
        root = f'<m:RootFolder IncludesLastItemInRange="{last}"><Items>{stranger}</Items></m:RootFolder>'
        return message("FindItem", root)

    server = Server(FindItem=answer, CreateItem=made("CreateItem"), GetItem=lambda _: got(item(MARKER)))
    writes.create(served(server), NewEvent("k", CONTENT, MARKER), never, invite=False)
    assert server.operations() == ["FindItem", "FindItem", "CreateItem", "GetItem"]


def test_a_server_that_shows_no_settings_and_no_view_has_utc(served: Serve) -> None:
    server = Server(FindItem=lambda _: message("FindItem", "", code="ErrorInvalidOperation"))
    assert mailbox_zone(served(server)) == "UTC"
    assert server.operations() == ["FindItem", "FindItem"]
