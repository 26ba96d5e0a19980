"""SyncFolderItems: states, pages, what is an Update and what not (traps 5 and 10)."""

import pytest

from simulators.exchange.domain.xml import local
from tests.contract.exchange_simulator.driver import EwsFailure, Exchange, all_of
from tests.support.simulator_driver import ANN, Json, timed


async def made(exchange: Exchange, **more: object) -> Json:
    event: Json = await exchange.person("POST", body=timed() | {"summary": "x"} | more)
    return event


async def test_the_first_round_shows_what_is_there(exchange: Exchange) -> None:
    event = await made(exchange)
    page = await exchange.sync()
    assert (page.kinds, page.last) == (["Create"], True)
    assert all_of(page.answer, "t:ItemId")[0].get("Id") == event["id"]


async def test_later_rounds_show_what_changed(exchange: Exchange) -> None:
    event = await made(exchange)
    state = (await exchange.sync()).state
    await exchange.person("PATCH", f"/{event['id']}", {"summary": "y"})
    await made(exchange)
    page = await exchange.sync(state)
    assert sorted(page.kinds) == ["Create", "Update"]
    await exchange.person("DELETE", f"/{event['id']}")
    again = await exchange.sync(page.state)
    assert again.kinds == ["Delete"]
    assert all_of(again.answer, "t:ItemId")[0].get("Id") == event["id"]


async def test_nothing_changed_is_the_same_state(exchange: Exchange) -> None:
    await made(exchange)
    state = (await exchange.sync()).state
    page = await exchange.sync(state)
    assert (page.kinds, page.state, page.last) == ([], state, True)


async def test_what_came_and_went_between_two_rounds_is_not_shown(exchange: Exchange) -> None:
    state = (await exchange.sync()).state
    event = await made(exchange)
    await exchange.person("DELETE", f"/{event['id']}")
    assert (await exchange.sync(state)).kinds == []
    await exchange.trap("sync.created_and_deleted")
    assert (await exchange.sync(state)).kinds == ["Create", "Delete"]


async def test_pages(exchange: Exchange) -> None:
    for _ in range(5):
        await made(exchange)
    page, rows, pages = await exchange.sync(most=2), 0, 1
    while not page.last:
        rows, pages = rows + len(page.rows), pages + 1
        page = await exchange.sync(page.state, most=2)
    assert (rows + len(page.rows), pages) == (5, 3)


async def test_an_occurrence_is_an_update_of_its_master(exchange: Exchange) -> None:
    master = await made(exchange, recurrence=["RRULE:FREQ=DAILY;COUNT=5"])
    state = (await exchange.sync()).state
    await exchange.person("PATCH", f"/{master['id']}_20261202T090000Z", {"summary": "other"})
    await exchange.person("DELETE", f"/{master['id']}_20261203T090000Z")
    page = await exchange.sync(state)
    assert page.kinds == ["Update"]
    assert all_of(page.answer, "t:ItemId")[0].get("Id") == master["id"]


async def test_a_move_is_a_deletion_here_and_a_creation_there(exchange: Exchange) -> None:
    event = await made(exchange)
    state = (await exchange.sync()).state
    calendars = await exchange.control("GET", f"/accounts/{ANN}/calendars")
    other = next(one["id"] for one in calendars if one["summary"] == "Projects")
    moved = await exchange.person("POST", f"/{event['id']}/move", destination=other)
    assert moved["id"] != event["id"]
    assert (await exchange.sync(state)).kinds == ["Delete"]


@pytest.mark.parametrize("state", ["rubbish", "cnViYmlzaA==", "WyJ4IiwwLDAsbnVsbCwwXQ=="])
async def test_a_state_that_is_none(exchange: Exchange, state: str) -> None:
    with pytest.raises(EwsFailure) as error:
        await exchange.sync(state)
    assert error.value.refusal == (200, "ErrorInvalidSyncStateData")


async def test_states_can_be_made_worthless(exchange: Exchange) -> None:
    state = (await exchange.sync()).state
    await exchange.trap("sync.invalid_state")
    with pytest.raises(EwsFailure, match="ErrorInvalidSyncStateData"):
        await exchange.sync(state)
    assert (await exchange.sync(state)).state == state
    await exchange.control("POST", f"/accounts/{ANN}/calendars/primary/expire-sync-tokens")
    with pytest.raises(EwsFailure, match="ErrorInvalidSyncStateData"):
        await exchange.sync(state)


async def test_short_pages_and_pages_that_come_twice(exchange: Exchange) -> None:
    for _ in range(4):
        await made(exchange)
    await exchange.trap("sync.half_page")
    half = await exchange.sync(most=4)
    assert (len(half.rows), half.last) == (2, False)
    await exchange.trap("sync.repeat_page")
    first = await exchange.sync(most=2)
    assert [one.get("Id") for one in all_of((await exchange.sync(first.state, most=2)).answer, "t:ItemId")] == [
        one.get("Id") for one in all_of(first.answer, "t:ItemId")
    ]


async def test_read_flags(exchange: Exchange) -> None:
    await made(exchange)
    await exchange.trap("sync.read_flag_changes")
    assert (await exchange.sync()).kinds == ["Create", "ReadFlagChange"]


async def test_changes_that_are_not_visible_yet(exchange: Exchange) -> None:
    state = (await exchange.sync()).state
    await made(exchange)
    await exchange.trap("push.before_visible")
    assert (await exchange.sync(state)).kinds == []
    assert (await exchange.sync(state)).kinds == ["Create"]


async def test_the_page_cap_of_the_control_api(exchange: Exchange) -> None:
    for _ in range(3):
        await made(exchange)
    await exchange.control("PATCH", "/settings", {"page_cap": 2})
    assert [local(one) for one in (await exchange.sync()).rows] == ["Create", "Create"]
