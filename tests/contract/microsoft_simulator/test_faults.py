"""Traps that strike whole requests, limits, and the random mode (providers/graph.md 2.5; traps 10 to 14)."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from simulators.microsoft import MicrosoftSettings, make_microsoft_simulator
from simulators.microsoft.domain.traps import ALWAYS, TRAPS
from tests.contract.microsoft_simulator.driver import GraphFailure, Microsoft
from tests.support.simulator_driver import ANN
from tests.support.waiting import wait_until


def test_all_sixteen_traps_are_in_the_table() -> None:
    """Facts 2.7."""
    assert {trap.number for trap in TRAPS.values()} | ALWAYS.keys() == set(range(1, 17))


def test_every_trap_is_set_off_by_a_test() -> None:
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert [trap for trap in TRAPS if f'"{trap}"' not in tests] == []


@pytest.mark.parametrize(
    ("trap", "expected"),
    [
        ("fault.401", (401, "InvalidAuthenticationToken")),
        ("fault.403", (403, "ErrorAccessDenied")),
        ("fault.404", (404, "ErrorItemNotFound")),
        ("fault.429", (429, "ApplicationThrottled")),
        ("fault.5xx", (503, "UnknownError")),
    ],
)
async def test_faults_come_once_and_apply_nothing(microsoft: Microsoft, trap: str, expected: tuple[int, str]) -> None:
    await microsoft.trap(trap, 1, "events.create")
    with pytest.raises(GraphFailure) as error:
        await microsoft.create()
    assert error.value.refusal == expected
    journal = await microsoft.control("GET", "/journal")
    assert (journal[-1]["traps"], journal[-1]["operation"]) == ([trap], "events.create")
    inner = error.value.answer.json()["error"]["innerError"]
    assert inner.keys() == {"date", "request-id", "client-request-id"}
    assert error.value.answer.headers["request-id"] == inner["request-id"]
    assert (await microsoft.graph("GET", "/me/events"))["value"] == []
    await microsoft.create()


@pytest.mark.parametrize(("after", "header"), [(7, "7"), (None, None)])
async def test_retry_after(microsoft: Microsoft, after: int | None, header: str | None) -> None:
    await microsoft.trap("fault.429", 1, retry_after=after)
    with pytest.raises(GraphFailure) as error:
        await microsoft.graph("GET", "/me")
    assert error.value.answer.headers.get("Retry-After") == header


@pytest.mark.parametrize(("trap", "applied"), [("fault.timeout_before", 0), ("fault.timeout_after_applied", 1)])
async def test_no_answer(microsoft: Microsoft, trap: str, applied: int) -> None:
    """Trap 12: a repeated POST with the same transaction heals it."""
    await microsoft.trap(trap, 1, seconds=30)
    with pytest.raises(httpx.ReadTimeout):
        await microsoft.create(transactionId="t")
    assert microsoft.waits == [30]
    assert len((await microsoft.graph("GET", "/me/events"))["value"]) == applied
    await microsoft.create(transactionId="t")
    assert len((await microsoft.graph("GET", "/me/events"))["value"]) == 1


async def test_html_instead_of_json(microsoft: Microsoft) -> None:
    await microsoft.trap("fault.html_200")
    answer = await microsoft.http.get("/v1.0/me/events")
    assert (answer.status_code, answer.headers["content-type"][:9]) == (200, "text/html")


async def test_sporadic_412(microsoft: Microsoft) -> None:
    """Trap 10: with the right change key, and without any."""
    event = await microsoft.create()
    path = f"/me/events/{event['id']}"
    right = {"If-Match": event["@odata.etag"]}
    for trap, headers in (("fault.412", right), ("fault.412_without_if_match", {})):
        await microsoft.trap(trap)
        with pytest.raises(GraphFailure) as error:
            await microsoft.graph("PATCH", path, {"subject": "x"}, headers=headers)
        assert error.value.refusal == (412, "ErrorIrresolvableConflict")
    assert (await microsoft.graph("PATCH", path, {"subject": "x"}, headers=right))["subject"] == "x"


async def test_a_deletion_may_not_look_at_if_match(microsoft: Microsoft) -> None:
    event = await microsoft.create()
    await microsoft.trap("delete.ignores_if_match")
    await microsoft.graph("DELETE", f"/me/events/{event['id']}", headers={"If-Match": 'W/"old"'})
    assert (await microsoft.graph("GET", "/me/events"))["value"] == []


async def test_change_key_moves_at_once(microsoft: Microsoft) -> None:
    await microsoft.trap("etag.bump_at_once")
    event = await microsoft.create()
    assert (await microsoft.graph("GET", f"/me/events/{event['id']}"))["changeKey"] != event["changeKey"]


async def test_odd_zone_names(microsoft: Microsoft) -> None:
    """Trap 11."""
    event = await microsoft.create()
    await microsoft.trap("zone.odd_name")
    shown = await microsoft.graph("GET", f"/me/events/{event['id']}")
    assert shown["originalStartTimeZone"] == "tzone://Microsoft/Custom"
    await microsoft.trap("event.unknown_enum")
    assert (await microsoft.graph("GET", f"/me/events/{event['id']}"))["showAs"] == "unknown"


async def test_token_expires_between_pages(microsoft: Microsoft) -> None:
    """Trap 14: 401 in the middle of a round, until the token is refreshed; the link is good for the new one."""
    for _ in range(3):
        await microsoft.create()
    page = await microsoft.graph("GET", "/me/events", params={"$top": "2"})
    await microsoft.trap("token.expired_mid_page")
    for _ in range(2):
        with pytest.raises(GraphFailure) as error:
            await microsoft.graph("GET", page["@odata.nextLink"])
        assert error.value.refusal == (401, "InvalidAuthenticationToken")
    await microsoft.sign_in()
    assert len((await microsoft.graph("GET", page["@odata.nextLink"]))["value"]) == 1


async def test_four_calls_at_once(microsoft: Microsoft) -> None:
    """Trap 14: the fifth is 429 while the four are being answered; another mailbox has places of its own."""
    waiting: list[asyncio.Future[None]] = []

    async def sleep(_: float) -> None:
        waiting.append(asyncio.get_running_loop().create_future())
        await waiting[-1]

    microsoft.simulator.sleep = sleep
    await microsoft.control("PATCH", "/settings", {"latency_ms": 50})
    calls = [asyncio.create_task(microsoft.http.get("/v1.0/me")) for _ in range(4)]
    await wait_until(lambda: len(waiting) == 4, awaited="four calls to be under way")
    with pytest.raises(GraphFailure, match="MailboxConcurrency") as error:
        await microsoft.graph("GET", "/me")
    assert error.value.refusal == (429, "ApplicationThrottled")
    assert error.value.answer.headers["Retry-After"] == "1"
    for one in waiting:
        one.set_result(None)
    assert [answer.status_code for answer in await asyncio.gather(*calls)] == [200] * 4
    await microsoft.control("PATCH", "/settings", {"latency_ms": 0})
    assert await microsoft.graph("GET", "/me")


async def test_calls_in_ten_minutes(microsoft: Microsoft, later: Callable[[float], None]) -> None:
    """Facts 2.5: so many in a sliding window, then 429 until the first of them is ten minutes old."""
    app = make_microsoft_simulator(MicrosoftSettings(calls_in_ten_minutes=2), clock=microsoft.clock)
    other = Microsoft(app, microsoft.clock, [], microsoft.ingress)
    await other.control("POST", "/accounts", {"email": ANN})
    await other.sign_in()
    for _ in range(2):
        await other.graph("GET", "/me")
    later(60)
    with pytest.raises(GraphFailure) as error:
        await other.graph("GET", "/me")
    assert error.value.answer.headers["Retry-After"] == "540"
    later(540)
    await other.graph("GET", "/me")
    await other.http.aclose()


async def test_random_mode_is_reproducible(microsoft: Microsoft) -> None:
    """The same seed strikes at the same calls."""
    runs = []
    for _ in range(2):
        await microsoft.control("DELETE", "/journal")
        await microsoft.control("PUT", "/random", {"seed": 5, "rate": 0.3, "only": ["fault.5*", "fault.429"]})
        for _ in range(20):
            await microsoft.http.get("/v1.0/me/events")
        runs.append([one["status"] for one in await microsoft.control("GET", "/journal")])
    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 503, 429}
    await microsoft.control("DELETE", "/traps")
    await microsoft.graph("GET", "/me/events")


async def test_unknown_trap_is_refused(microsoft: Microsoft) -> None:
    answer = await microsoft.http.post("/control/traps", json={"trap": "no.such"})
    assert answer.status_code == 404
    assert set(answer.json()["known"]) == set(TRAPS)
    assert set(await microsoft.control("GET", "/traps/always")) == {str(number) for number in ALWAYS}


async def test_reset_forgets_everything(microsoft: Microsoft) -> None:
    await microsoft.create()
    await microsoft.control("POST", "/reset")
    assert await microsoft.control("GET", "/accounts") == []
    assert await microsoft.control("GET", "/journal") == []
