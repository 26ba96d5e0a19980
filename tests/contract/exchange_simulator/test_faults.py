"""Everything that goes wrong on purpose, and that each trap is played in a test (traps 6 and 8)."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from simulators.exchange.domain.traps import ALWAYS, TRAPS
from simulators.exchange.domain.xml import Element, m, t
from tests.contract.exchange_simulator.driver import EWS, EwsFailure, Exchange, all_of
from tests.support.simulator_driver import ANN, timed


def own_calendar() -> Element:
    return m(
        "GetFolder",
        m("FolderShape", t("BaseShape", "IdOnly")),
        m("FolderIds", t("DistinguishedFolderId", Id="calendar")),
    )


def lunch() -> Element:
    item = t("CalendarItem", t("Subject", "x"), t("Start", "2026-12-01T10:00:00Z"), t("End", "2026-12-01T11:00:00Z"))
    return m("CreateItem", m("Items", item), SendMeetingInvitations="SendToNone")


def test_every_number_of_the_list_is_there() -> None:
    assert {trap.number for trap in TRAPS.values()} | ALWAYS.keys() == set(range(1, 13))


def test_every_trap_is_played() -> None:
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert [trap for trap in TRAPS if not re.search(rf'"{re.escape(trap)}"', tests)] == []


def test_the_readme_lists_them() -> None:
    readme = (Path(__file__).parents[3] / "deploy" / "simulators" / "README.md").read_text()
    rows = readme.partition("### Exchange")[2]
    assert [trap.id for trap in TRAPS.values() if f"| `{trap.id}` | {trap.meaning} |" not in rows] == []


async def test_the_control_api_lists_them(exchange: Exchange) -> None:
    answer = await exchange.control("GET", "/traps")
    assert {one["id"] for one in answer["known"]} == set(TRAPS)
    assert set(await exchange.control("GET", "/traps/always")) == {str(number) for number in ALWAYS}


@pytest.mark.parametrize(
    ("trap", "parameters", "refusal"),
    [
        ("fault.busy", {}, (500, "ErrorServerBusy")),
        ("fault.busy", {"milliseconds": None}, (500, "ErrorServerBusy")),
        ("fault.busy_200", {}, (200, "ErrorServerBusy")),
        ("fault.transient", {}, (500, "ErrorInternalServerTransientError")),
        ("fault.transient", {"code": "ErrorExceededConnectionCount"}, (500, "ErrorExceededConnectionCount")),
        ("fault.mailbox", {}, (500, "ErrorNonExistentMailbox")),
    ],
)
async def test_refusals(exchange: Exchange, trap: str, parameters: dict[str, Any], refusal: tuple[int, str]) -> None:
    await exchange.trap(trap, **parameters)
    with pytest.raises(EwsFailure) as error:
        await exchange.call(own_calendar())
    assert error.value.refusal == refusal
    assert await exchange.call(own_calendar()) is not None


@pytest.mark.parametrize("trap", ["fault.busy", "fault.busy_200"])
async def test_how_long_to_wait_is_told(exchange: Exchange, trap: str) -> None:
    await exchange.trap(trap, milliseconds=1234)
    answer = await exchange.raw(own_calendar())
    assert '<t:Value Name="BackOffMilliseconds">1234</t:Value>' in answer.text


async def test_every_part_is_busy(exchange: Exchange) -> None:
    await exchange.trap("fault.busy_200")
    request = lunch()
    request[0].append(lunch()[0][0])
    answer = await exchange.raw(request)
    assert answer.text.count("ErrorServerBusy") == 2
    assert await exchange.person("GET") == []


async def test_a_full_mailbox(exchange: Exchange) -> None:
    await exchange.trap("fault.quota")
    with pytest.raises(EwsFailure) as error:
        await exchange.call(lunch())
    assert error.value.refusal == (200, "ErrorQuotaExceeded")


@pytest.mark.parametrize(
    ("trap", "parameters", "status", "wait"),
    [
        ("fault.5xx", {}, 503, "5"),
        ("fault.5xx", {"status": 502, "retry_after": None}, 502, None),
        ("fault.429", {}, 429, "5"),
    ],
)
async def test_what_stands_in_front_fails(
    exchange: Exchange, trap: str, parameters: dict[str, Any], status: int, wait: str | None
) -> None:
    await exchange.trap(trap, **parameters)
    answer = await exchange.raw(own_calendar())
    assert (answer.status_code, answer.headers.get("Retry-After")) == (status, wait)
    assert "Envelope" not in answer.text


async def test_401_though_the_password_is_right(exchange: Exchange) -> None:
    await exchange.trap("fault.401")
    answer = await exchange.raw(own_calendar())
    assert (answer.status_code, "WWW-Authenticate" in answer.headers) == (401, True)


@pytest.mark.parametrize(("trap", "kept"), [("fault.timeout_before", 0), ("fault.timeout_after_applied", 1)])
async def test_no_answer(exchange: Exchange, trap: str, kept: int) -> None:
    await exchange.trap(trap, seconds=60)
    with pytest.raises(httpx.ReadTimeout):
        await exchange.raw(lunch())
    assert exchange.waits == [60]
    assert len(await exchange.person("GET")) == kept


async def test_a_page_instead_of_an_answer(exchange: Exchange) -> None:
    await exchange.trap("fault.html_200")
    answer = await exchange.raw(own_calendar())
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


async def test_an_answer_without_a_version(exchange: Exchange) -> None:
    assert "ServerVersionInfo" in (await exchange.raw(own_calendar())).text
    await exchange.trap("answer.no_version")
    assert "ServerVersionInfo" not in (await exchange.raw(own_calendar())).text


async def test_traps_by_operation(exchange: Exchange) -> None:
    await exchange.trap("fault.busy", operation="CreateItem")
    assert await exchange.call(own_calendar()) is not None
    with pytest.raises(EwsFailure, match="ErrorServerBusy"):
        await exchange.call(lunch())
    assert (await exchange.control("GET", "/journal"))[-1]["traps"] == ["fault.busy"]


async def test_latency(exchange: Exchange) -> None:
    await exchange.control("PATCH", "/settings", {"latency_ms": 250})
    await exchange.call(own_calendar())
    assert exchange.waits == [0.25]


@pytest.mark.parametrize("path", ["/ews/exchange.asmx", "/EWS/EXCHANGE.ASMX"])
async def test_paths_in_any_case(exchange: Exchange, path: str) -> None:
    answer = await exchange.http.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


async def test_the_form_of_an_answer(exchange: Exchange) -> None:
    answer = await exchange.raw(own_calendar())
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert (await exchange.http.get(EWS + "/x")).status_code == 404


async def test_a_deleted_mailbox(exchange: Exchange) -> None:
    await exchange.subscribe()
    await exchange.control("DELETE", f"/accounts/{ANN}")
    assert (await exchange.raw(own_calendar())).status_code == 401
    assert await exchange.subscriptions() == []


async def test_what_is_gone_is_told_item_by_item(exchange: Exchange) -> None:
    ids = [(await exchange.person("POST", body=timed(day)))["id"] for day in (1, 2)]
    await exchange.trap("item.gone")
    asked = m("GetItem", m("ItemShape", t("BaseShape", "IdOnly")), m("ItemIds", [t("ItemId", Id=one) for one in ids]))
    answer = await exchange.raw(asked)
    assert answer.status_code == 200
    assert answer.text.count("ErrorItemNotFound") == answer.text.count("NoError") == 1


async def test_the_page_shows_what_comes(exchange: Exchange) -> None:
    await exchange.person("POST", body=timed() | {"summary": "Lunch"})
    page = (await exchange.http.get("/")).text
    assert "Lunch" in page
    assert "Projects" in page
    form = {"account": ANN, "calendar": "primary", "start": "2026-12-03T10:00", "summary": "Dinner"}
    assert (await exchange.http.post("/person/create", data=form)).status_code == 303
    assert len(all_of((await exchange.sync()).answer, "t:CalendarItem")) == 2


async def test_a_conflict_though_the_change_key_is_right(exchange: Exchange) -> None:
    await exchange.trap("fault.conflict")
    (made,) = all_of(await exchange.call(lunch()), "t:ItemId")
    named = t("ItemId", Id=made.get("Id"), ChangeKey=made.get("ChangeKey"))
    path = t("FieldURI", FieldURI="item:Subject")
    change = t("SetItemField", path, t("CalendarItem", t("Subject", "y")))
    asked = m(
        "UpdateItem",
        m("ItemChanges", t("ItemChange", named, t("Updates", change))),
        ConflictResolution="NeverOverwrite",
        SendMeetingInvitationsOrCancellations="SendToNone",
    )
    with pytest.raises(EwsFailure) as error:
        await exchange.call(asked)
    assert error.value.refusal == (200, "ErrorIrresolvableConflict")
    await exchange.call(asked)


async def test_a_status_that_says_nothing(exchange: Exchange) -> None:
    await exchange.call(lunch())
    await exchange.trap("event.no_data")
    page = await exchange.sync(shape=t("BaseShape", "AllProperties"))
    assert [one.text for one in all_of(page.answer, "t:LegacyFreeBusyStatus")] == ["NoData"]
