"""Subscribe, and the SendNotification calls that follow (traps 1 to 4)."""

from collections.abc import Callable

import pytest

from simulators.exchange.domain.xml import Element, m, t
from simulators.exchange.http.sender import Answer
from tests.contract.exchange_simulator.driver import EwsFailure, Exchange, all_of, result
from tests.support.simulator_driver import ANN, Json, timed

Later = Callable[[float], None]
_FAILED = Answer(0)


async def watched(exchange: Exchange, *, minutes: int = 5) -> Element:
    """Subscribe, and take the first sign of life."""
    answer = await exchange.subscribe(minutes=minutes)
    await exchange.pushed()
    exchange.ingress.got.clear()
    return answer


async def made(exchange: Exchange) -> Json:
    event: Json = await exchange.person("POST", body=timed() | {"summary": "x"})
    return event


async def test_a_sign_of_life_comes_at_once_and_by_the_clock(exchange: Exchange, later: Later) -> None:
    await exchange.subscribe(minutes=5)
    assert (await exchange.pushed()).events == ["StatusEvent"]
    later(4 * 60)
    assert (await exchange.pushed()).events == ["StatusEvent"]
    later(61)
    assert (await exchange.pushed()).events == ["StatusEvent", "StatusEvent"]


async def test_a_change_is_told(exchange: Exchange) -> None:
    subscribed = await watched(exchange)
    event = await made(exchange)
    (call,) = (await exchange.pushed()).got
    for name in ("SubscriptionId", "Watermark"):
        given = all_of(subscribed, f"m:{name}")[0].text
        told = all_of(call, "t:SubscriptionId" if name == "SubscriptionId" else "t:PreviousWatermark")
        assert [one.text for one in told] == [given]
    assert exchange.ingress.events == ["CreatedEvent"]
    assert all_of(call, "t:ItemId")[0].get("Id") == event["id"]
    assert (await exchange.control("GET", "/pushes"))[-1]["problems"] == []


async def test_all_that_waits_is_one_call(exchange: Exchange, later: Later) -> None:
    await watched(exchange)
    exchange.ingress.answers = [_FAILED, _FAILED]
    event = await made(exchange)
    await exchange.pushed()
    await exchange.person("PATCH", f"/{event['id']}", {"summary": "y"})
    await exchange.person("DELETE", f"/{event['id']}")
    exchange.ingress.got.clear()
    later(30)
    assert len((await exchange.pushed()).got) == 1
    assert exchange.ingress.events == ["CreatedEvent", "ModifiedEvent", "DeletedEvent"]


async def test_an_own_write_is_told_as_well(exchange: Exchange) -> None:
    await watched(exchange)
    item = t("CalendarItem", t("Subject", "own"), t("Start", "2026-12-01T10:00:00Z"), t("End", "2026-12-01T11:00:00Z"))
    await exchange.call(m("CreateItem", m("Items", item), SendMeetingInvitations="SendToNone"))
    assert (await exchange.pushed()).events == ["CreatedEvent"]


async def test_the_change_key_that_moves_by_itself_is_told(exchange: Exchange, later: Later) -> None:
    """Trap 7: Exchange saves an item again seconds after it was created."""
    await watched(exchange)
    await made(exchange)
    await exchange.pushed()
    later(3)
    assert (await exchange.pushed()).events == ["CreatedEvent", "ModifiedEvent"]


async def test_a_call_without_ok_is_repeated_and_then_given_up(exchange: Exchange, later: Later) -> None:
    """At once, after 30 s, then doubling, until the five minutes of the subscription are over."""
    await watched(exchange, minutes=5)
    exchange.ingress.answers = [_FAILED] * 20
    await made(exchange)
    tries = [len((await exchange.pushed()).got)]
    for seconds in (29, 1, 59, 1, 119, 1, 239, 1):
        later(seconds)
        tries.append(len((await exchange.pushed()).got))
    assert tries == [2, 2, 3, 3, 4, 4, 5, 5, 5]
    assert await exchange.subscriptions() == []


@pytest.mark.parametrize(
    "answer",
    [
        Answer(202),
        Answer(200, 0.0, b""),
        Answer(200, 0.0, b"<ok/>"),
        Answer(200, 0.0, result("Perhaps")),
        Answer(500, 0.0, result()),
    ],
)
async def test_only_soap_with_200_is_an_answer(exchange: Exchange, answer: Answer) -> None:
    await watched(exchange)
    exchange.ingress.answers = [answer]
    await made(exchange)
    assert (await exchange.pushed()).events == ["CreatedEvent", "CreatedEvent"]


async def test_an_answer_that_the_schema_does_not_know_is_noted(exchange: Exchange) -> None:
    await watched(exchange)
    exchange.ingress.answers = [Answer(200, 0.0, result("Perhaps"))]
    await made(exchange)
    await exchange.pushed()
    noted = [one["problems"] for one in await exchange.control("GET", "/pushes")]
    assert [bool(problems) for problems in noted[-2:]] == [exchange.simulator.judge is not None, False]


async def test_unsubscribe_ends_it(exchange: Exchange) -> None:
    await watched(exchange)
    exchange.ingress.answers = [Answer(200, 0.0, result("Unsubscribe"))]
    await made(exchange)
    await exchange.pushed()
    assert await exchange.subscriptions() == []


async def test_unsubscribe_as_an_operation_does_not_end_it(exchange: Exchange) -> None:
    subscribed = await watched(exchange)
    (name,) = all_of(subscribed, "m:SubscriptionId")
    with pytest.raises(EwsFailure) as error:
        await exchange.call(m("Unsubscribe", m("SubscriptionId", name.text)))
    assert error.value.refusal == (200, "ErrorInvalidSubscription")
    assert len(await exchange.subscriptions()) == 1


async def test_a_restart_loses_every_subscription(exchange: Exchange) -> None:
    subscribed = await watched(exchange)
    await exchange.control("POST", "/restart")
    await made(exchange)
    assert (await exchange.pushed()).events == []
    mark = all_of(subscribed, "m:Watermark")[0].text
    await exchange.subscribe(Watermark=mark)
    with pytest.raises(EwsFailure) as error:
        await exchange.subscribe(Watermark="AQAAAP8AAAAAAAAA")
    assert error.value.refusal == (200, "ErrorInvalidWatermark")


async def test_a_watermark_brings_what_came_after_it(exchange: Exchange) -> None:
    subscribed = await watched(exchange)
    await made(exchange)
    await exchange.pushed()
    exchange.ingress.got.clear()
    await exchange.subscribe(Watermark=all_of(subscribed, "m:Watermark")[0].text)
    assert (await exchange.pushed()).events == ["CreatedEvent"]


@pytest.mark.parametrize("url", ["nowhere", "ftp://crm.test/x", "http://"])
async def test_an_address_that_is_none(exchange: Exchange, url: str) -> None:
    with pytest.raises(EwsFailure) as error:
        await exchange.subscribe(url=url)
    assert error.value.refusal == (200, "ErrorInvalidPushSubscriptionUrl")


async def test_subscribing_may_be_refused(exchange: Exchange) -> None:
    await exchange.trap("subscription.refused")
    with pytest.raises(EwsFailure, match="ErrorInvalidPushSubscriptionUrl"):
        await exchange.subscribe()


async def test_only_push_is_there(exchange: Exchange) -> None:
    asked = m("StreamingSubscriptionRequest", t("EventTypes", t("EventType", "CreatedEvent")))
    with pytest.raises(EwsFailure) as error:
        await exchange.call(m("Subscribe", asked))
    assert error.value.refusal == (200, "ErrorInvalidSubscriptionRequest")


async def test_a_move_is_one_event_of_both_folders(exchange: Exchange) -> None:
    event = await made(exchange)
    await watched(exchange)
    calendars = await exchange.control("GET", f"/accounts/{ANN}/calendars")
    other = next(one["id"] for one in calendars if one["summary"] == "Projects")
    moved = await exchange.person("POST", f"/{event['id']}/move", destination=other)
    (call,) = (await exchange.pushed()).got
    assert exchange.ingress.events == ["MovedEvent"]
    assert all_of(call, "t:ItemId")[0].get("Id") == moved["id"]
    assert all_of(call, "t:OldItemId")[0].get("Id") == event["id"]


async def test_ringing(exchange: Exchange) -> None:
    await watched(exchange)
    assert await exchange.control("POST", f"/accounts/{ANN}/ring") == {"rung": 1}
    (call,) = (await exchange.pushed()).got
    assert exchange.ingress.events == ["ModifiedEvent"]
    assert all_of(call, "t:FolderId")
    assert (await exchange.control("GET", "/pushes"))[-1]["problems"] == []


@pytest.mark.parametrize(
    ("trap", "events"),
    [
        ("push.lost", []),
        ("push.duplicate_modified", ["CreatedEvent", "ModifiedEvent", "ModifiedEvent"]),
        ("push.ghost", ["CreatedEvent", "ModifiedEvent"]),
        ("push.stranger", ["StatusEvent", "CreatedEvent"]),
        ("push.error", ["CreatedEvent"]),
        ("subscription.ends_silently", []),
    ],
)
async def test_traps_of_events(exchange: Exchange, trap: str, events: list[str]) -> None:
    await watched(exchange)
    await exchange.trap(trap)
    await made(exchange)
    assert (await exchange.pushed()).events == events
    assert [problem for one in await exchange.control("GET", "/pushes") for problem in one["problems"]] == []


async def test_half_of_the_events_and_more(exchange: Exchange) -> None:
    await watched(exchange)
    await exchange.trap("push.duplicate_modified", times=3)
    await exchange.trap("push.more_events")
    await made(exchange)
    calls = (await exchange.pushed()).got
    assert [all_of(one, "t:MoreEvents")[0].text for one in calls] == ["true", "false"]
    assert len(exchange.ingress.events) == 4


async def test_an_event_may_be_late(exchange: Exchange, later: Later) -> None:
    await watched(exchange)
    await exchange.trap("push.late", seconds=60)
    await made(exchange)
    assert (await exchange.pushed()).events == []
    later(61)
    assert (await exchange.pushed()).events[:1] == ["CreatedEvent"]


async def test_anothers_changes_are_not_told(exchange: Exchange) -> None:
    await watched(exchange)
    await exchange.control("POST", "/accounts", {"email": "bob@example.com"})
    await exchange.control("POST", "/accounts/bob@example.com/calendars/primary/events", timed())
    assert (await exchange.pushed()).events == []
