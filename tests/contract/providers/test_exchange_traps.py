"""What a real Exchange Server does to its clients (providers/ews.md 3.5 and 3.6), struck by the simulator's traps."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from connector.domain.provider.errors import (
    AlreadyExists,
    CalendarUnavailable,
    ConnectionLost,
    Missing,
    NeedsReauth,
    PreconditionFailed,
    ResyncNeeded,
    Throttled,
    Transient,
)
from connector.domain.provider.items import (
    EventRead,
    EventRemoved,
    Item,
    OccurrenceRead,
    SeriesRead,
    Unreadable,
    deviation_id,
)
from connector.domain.provider.port import NewEvent, WatchRequest
from contracts.calendar_objects import EventAttendee, EventChanges, Marker
from contracts.times import AllDay
from tests.contract.providers.exchange_stage import exchange_stage
from tests.contract.providers.simulated_stage import SimulatedStage
from tests.contract.providers.stage import NOW, SINCE, Planned, pull, timed

SINGLE = Planned(EventChanges(summary="One", time=timed(3, 9)))
SERIES = Planned(EventChanges(summary="Stand-up", time=timed(3, 9)), recurrence=("RRULE:FREQ=DAILY;COUNT=5",))
WORKDAYS = Planned(
    EventChanges(summary="Stand-up", time=timed(3, 9)), recurrence=("RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",)
)
MARKER = Marker(account_key="k", activity_id="a", version=1, origin="crm")
CHANNEL = WatchRequest(id="channel-1", token="secret", address="https://tandem.example/webhooks/exchange")
DAYS = AllDay(start=date(2026, 11, 9), end=date(2026, 11, 10))


@pytest.fixture
async def exchange() -> AsyncIterator[SimulatedStage]:
    """A mailbox at a simulator of its own."""
    async with exchange_stage() as stage:
        yield stage


async def calls(exchange: SimulatedStage, operation: str) -> list[Any]:
    return [row for row in await exchange.call("GET", "/control/journal") if row.get("operation") == operation]


async def create(exchange: SimulatedStage, content: EventChanges = SINGLE.content) -> EventRead:
    item = await exchange.provider.create(
        exchange.access, exchange.calendar_id, NewEvent("key", content, MARKER), invite=False
    )
    assert isinstance(item, EventRead)
    return item


async def update(exchange: SimulatedStage, event: EventRead, changes: EventChanges) -> Item:
    return await exchange.provider.update(
        exchange.access, exchange.calendar_id, event.event.event_id, changes, MARKER, etag=event.etag, invite=False
    )


def live(items: list[Item]) -> set[str]:
    return {one.event.event_id for one in items if isinstance(one, EventRead)}


@pytest.mark.parametrize("trap", ["sync.half_page", "sync.repeat_page", "sync.read_flag_changes"])
async def test_3_5_5_odd_pages_tell_everything_once(exchange: SimulatedStage, trap: str) -> None:
    _, cursor = await pull(exchange)
    made = {await exchange.create(SINGLE) for _ in range(3)}
    series_id = await exchange.create(SERIES)
    await exchange.arm(trap)
    items, later = await pull(exchange, cursor)
    assert live(items) == made
    assert {one.event.event_id for one in items if isinstance(one, SeriesRead)} == {series_id}
    assert (await pull(exchange, later))[0] == []


async def test_3_5_5_what_came_and_went_between_two_rounds_is_gone(exchange: SimulatedStage) -> None:
    _, cursor = await pull(exchange)
    event_id, stays = await exchange.create(SINGLE), await exchange.create(SINGLE)
    await exchange.delete(event_id)
    await exchange.arm("sync.created_and_deleted")
    items, _ = await pull(exchange, cursor)
    assert live(items) == {stays}
    assert {one.event_id for one in items if isinstance(one, EventRemoved)} <= {event_id}


async def test_3_5_5_a_sync_state_refused_asks_for_a_resync_that_merges(exchange: SimulatedStage) -> None:
    made = await exchange.create(SINGLE)
    _, cursor = await pull(exchange)
    await exchange.arm("sync.invalid_state")
    with pytest.raises(ResyncNeeded):
        await pull(exchange, cursor)
    assert live((await pull(exchange))[0]) == {made}


async def test_3_5_4_an_item_that_a_row_tells_of_and_that_is_not_there_is_asked_for_again(
    exchange: SimulatedStage,
) -> None:
    made = {await exchange.create(SINGLE) for _ in range(2)}
    await exchange.arm("item.gone")
    assert live((await pull(exchange))[0]) == made


async def test_h2_an_item_that_is_not_there_is_no_deletion_until_a_row_says_so(exchange: SimulatedStage) -> None:
    made = [await exchange.create(SINGLE) for _ in range(2)]
    await exchange.arm("item.gone", times=2)
    items, cursor = await pull(exchange)
    assert len(live(items)) == 1
    assert not [one for one in items if isinstance(one, EventRemoved)]
    gone = next(one for one in made if one not in live(items))
    await exchange.delete(gone)
    assert (await pull(exchange, cursor))[0] == [EventRemoved(gone)]


async def test_3_6_one_item_that_cannot_be_read_loses_no_batch(exchange: SimulatedStage) -> None:
    made = {await exchange.create(SINGLE) for _ in range(2)}
    await exchange.arm("item.corrupt")
    items, _ = await pull(exchange)
    assert len(live(items)) == 1
    [bad] = [one for one in items if isinstance(one, Unreadable)]
    assert (bad.event_id in made, bad.reason) == (True, "error_corrupt_data")


@pytest.mark.parametrize("name", ["tzone://Microsoft/Custom", ""])
async def test_3_6_a_custom_zone_stops_no_mailbox(exchange: SimulatedStage, name: str) -> None:
    made = await exchange.create(SINGLE)
    series_id = await exchange.create(SERIES)
    await exchange.arm("zone.odd_name", {"name": name}, times=None)
    items, _ = await pull(exchange)
    assert live(items) == {made}
    assert {one.event.event_id for one in items if isinstance(one, SeriesRead)} == {series_id}
    read = await exchange.provider.read(exchange.access, exchange.calendar_id, series_id)
    assert read == Unreadable(series_id, "its time zone is unknown, in which its occurrences repeat")


@pytest.mark.parametrize("trap", ["series.plain_dates", "series.weekday_words"])
async def test_3_6_a_series_reads_the_same_however_its_dates_and_days_are_said(
    exchange: SimulatedStage, trap: str
) -> None:
    await exchange.create(WORKDAYS)
    plain, _ = await pull(exchange)
    await exchange.arm(trap, times=None)
    assert (await pull(exchange))[0] == plain


async def test_3_6_a_busy_status_that_is_not_known_is_busy(exchange: SimulatedStage) -> None:
    await exchange.create(SINGLE)
    await exchange.arm("event.no_data", times=None)
    [item], _ = await pull(exchange)
    assert isinstance(item, EventRead)
    assert item.event.fields.transparency == "opaque"


@pytest.mark.parametrize("trap", ["fault.busy", "fault.busy_200"])
async def test_3_6_a_busy_server_says_how_long_to_wait_in_either_form(exchange: SimulatedStage, trap: str) -> None:
    await exchange.create(SINGLE)
    await exchange.arm(trap, {"milliseconds": 3000})
    with pytest.raises(Throttled) as caught:
        await pull(exchange)
    assert caught.value.retry_after == 3


@pytest.mark.parametrize(("trap", "parameters"), [("fault.transient", {}), ("fault.html_200", {})])
async def test_3_6_what_may_work_later_is_transient(
    exchange: SimulatedStage, trap: str, parameters: dict[str, Any]
) -> None:
    made = await exchange.create(SINGLE)
    await exchange.arm(trap, parameters)
    with pytest.raises(Transient):
        await pull(exchange)
    assert live((await pull(exchange))[0]) == {made}


async def test_3_6_a_refused_password_is_told_at_once_and_asked_once(exchange: SimulatedStage) -> None:
    await pull(exchange)
    before = len(await exchange.call("GET", "/control/journal"))
    await exchange.call("PATCH", f"/control/accounts/{exchange.email}", {"password": "changed"})
    with pytest.raises(NeedsReauth):
        await pull(exchange)
    assert len(await exchange.call("GET", "/control/journal")) <= before + 1


async def test_a_deleted_mailbox_has_words(exchange: SimulatedStage) -> None:
    await exchange.arm("fault.mailbox")
    with pytest.raises(CalendarUnavailable, match="mailbox"):
        await pull(exchange)


async def test_a_full_mailbox_has_words(exchange: SimulatedStage) -> None:
    await exchange.arm("fault.quota")
    with pytest.raises(CalendarUnavailable, match="full"):
        await create(exchange)


async def test_3_5_8_a_server_that_tells_no_version_works(exchange: SimulatedStage) -> None:
    await exchange.arm("answer.no_version", times=None)
    made = await create(exchange)
    assert live((await pull(exchange))[0]) == {made.event.event_id}


async def test_3_5_7_a_change_key_that_moves_after_a_creation_is_no_edit(exchange: SimulatedStage) -> None:
    await exchange.arm("item.saved_again")
    made = await create(exchange)
    read = await exchange.provider.read(exchange.access, exchange.calendar_id, made.event.event_id)
    assert read == made


async def test_3_5_7_what_was_changed_again_before_it_could_be_read_is_told_apart(exchange: SimulatedStage) -> None:
    """The write is in, as its mark shows; what it is read with may be somebody's later edit."""
    made = await create(exchange)
    await exchange.arm("item.saved_again")
    with pytest.raises(ConnectionLost):
        await update(exchange, made, EventChanges(summary="Two"))
    read = await exchange.provider.read(exchange.access, exchange.calendar_id, made.event.event_id)
    assert isinstance(read, EventRead)
    assert read.event.fields.summary == "Two"


async def test_3_5_7_a_conflict_is_a_precondition_that_failed(exchange: SimulatedStage) -> None:
    made = await create(exchange)
    await exchange.arm("fault.conflict")
    with pytest.raises(PreconditionFailed):
        await update(exchange, made, EventChanges(summary="Two"))


async def test_invariant_3_a_creation_whose_answer_was_lost_is_found_by_its_mark(exchange: SimulatedStage) -> None:
    await exchange.arm("fault.timeout_after_applied", times=1)
    with contextlib.suppress(Transient):
        await create(exchange)
    with contextlib.suppress(AlreadyExists):
        await create(exchange)
    assert len(live((await pull(exchange))[0])) == 1


async def test_3_5_10_an_item_that_is_moved_away_is_gone_here(exchange: SimulatedStage) -> None:
    event_id = await exchange.create(SINGLE)
    _, cursor = await pull(exchange)
    other = next(one.id for one in await exchange.provider.calendars(exchange.access) if not one.primary)
    await exchange.call("POST", f"{exchange.path}/events/{event_id}/move?destination={quote(other)}")
    assert (await pull(exchange, cursor))[0] == [EventRemoved(event_id)]
    assert await exchange.provider.read(exchange.access, exchange.calendar_id, event_id) == EventRemoved(event_id)


async def test_3_5_4_our_own_writes_are_told_and_say_nothing_new(exchange: SimulatedStage) -> None:
    _, cursor = await pull(exchange)
    made = await create(exchange)
    [told], _ = await pull(exchange, cursor)
    assert isinstance(told, EventRead)
    assert told.event.hash == made.event.hash


async def test_e3_a_changed_occurrence_and_one_of_its_series_are_read_by_their_places(
    exchange: SimulatedStage,
) -> None:
    series_id = await exchange.create(SERIES)
    second = exchange.provider.occurrence_id(series_id, "2026-11-04T09:00:00Z")
    await exchange.edit(second, EventChanges(time=timed(4, 15), summary="Later"))
    for place in ("2026-11-04T09:00:00Z", "2026-11-05T09:00:00Z"):
        event_id = exchange.provider.occurrence_id(series_id, place)
        found = await exchange.provider.read(exchange.access, exchange.calendar_id, event_id)
        assert isinstance(found, OccurrenceRead)
        assert found.event.event_id == event_id


async def test_e3_one_occurrence_is_changed_and_deleted_by_its_place(exchange: SimulatedStage) -> None:
    series_id = await exchange.create(SERIES)
    second, third = (exchange.provider.occurrence_id(series_id, f"2026-11-0{day}T09:00:00Z") for day in (4, 5))
    read = await exchange.provider.read(exchange.access, exchange.calendar_id, second)
    assert isinstance(read, OccurrenceRead)
    changed = await exchange.provider.update(
        exchange.access,
        exchange.calendar_id,
        second,
        EventChanges(location="Rome"),
        MARKER,
        etag=read.etag,
        invite=False,
    )
    assert isinstance(changed, OccurrenceRead)
    assert (changed.event.event_id, changed.event.fields.location) == (second, "Rome")
    await exchange.provider.delete(exchange.access, exchange.calendar_id, third, etag=None, invite=False)
    with pytest.raises(Missing):
        await exchange.provider.delete(exchange.access, exchange.calendar_id, third, etag=None, invite=False)
    [series], _ = await pull(exchange)
    assert isinstance(series, SeriesRead)
    assert {deviation_id(one) for one in series.exceptions or ()} == {second, third}


async def test_i1_guests_are_invited_only_when_asked(exchange: SimulatedStage) -> None:
    guests = EventChanges(summary="Us", time=timed(3, 9), attendees=(EventAttendee(email="b@example.org"),))
    before = await exchange.mails()
    await exchange.provider.create(exchange.access, exchange.calendar_id, NewEvent("k", guests, MARKER), invite=False)
    assert await exchange.mails() == before
    other = MARKER.model_copy(update={"activity_id": "b"})
    made = await exchange.provider.create(
        exchange.access, exchange.calendar_id, NewEvent("k", guests, other), invite=True
    )
    assert await exchange.mails() > before
    assert isinstance(made, EventRead)
    assert [one.email for one in made.event.attendees] == ["b@example.org"]


async def test_a_first_read_asks_only_for_what_is_not_over(exchange: SimulatedStage) -> None:
    past = timed(3, 9)
    past = past.model_copy(update={"start": past.start.replace(year=2024), "end": past.end.replace(year=2024)})
    for _ in range(4):
        await exchange.create(Planned(EventChanges(summary="Past", time=past)))
    kept = await exchange.create(SINGLE)
    items, _ = await pull(exchange)
    assert live(items) == {kept}
    assert len(await calls(exchange, "GetItem")) == 1
    assert past.end < SINCE


async def test_3_6_whole_days_begin_at_midnight_of_the_mailboxs_zone(exchange: SimulatedStage) -> None:
    made = await create(exchange, EventChanges(summary="Trip", time=DAYS))
    raw = await exchange.call("GET", f"{exchange.path}/events/{made.event.event_id}")
    assert raw["ews"]["StartTimeZone"] == "W. Europe Standard Time"
    assert made.event.fields.time == DAYS


async def test_a_mailbox_that_nobody_opened_yet_takes_the_zone_of_its_events(exchange: SimulatedStage) -> None:
    await exchange.arm("mailbox.never_opened", times=None)
    calendars = await exchange.provider.calendars(exchange.access)
    assert {one.timezone for one in calendars} == {"UTC"}
    await exchange.create(SINGLE)
    calendars = await exchange.provider.calendars(exchange.access)
    assert {one.timezone for one in calendars} == {"Europe/Berlin"}


async def test_3_6_a_new_event_gets_the_mailboxs_own_reminder(exchange: SimulatedStage) -> None:
    made = await create(exchange)
    theirs = await exchange.create(SINGLE)
    ours, by_hand = [
        await exchange.call("GET", f"{exchange.path}/events/{one}") for one in (made.event.event_id, theirs)
    ]
    assert ours["reminders"] == by_hand["reminders"]


async def test_3_2_a_subscription_is_opened_without_a_watermark_and_ends_by_our_answer(
    exchange: SimulatedStage,
) -> None:
    watch = await exchange.provider.watch(exchange.access, exchange.calendar_id, CHANNEL)
    assert watch.resource_id
    assert watch.silence
    assert await exchange.provider.prolong(exchange.access, watch) is None
    await exchange.provider.unwatch(exchange.access, watch)
    assert await calls(exchange, "Unsubscribe") == []


async def test_h1_what_we_delete_lies_among_the_deleted_items(exchange: SimulatedStage) -> None:
    made = await create(exchange)
    await exchange.provider.delete(
        exchange.access, exchange.calendar_id, made.event.event_id, etag=made.etag, invite=False
    )
    [row] = await calls(exchange, "DeleteItem")
    assert row
    assert live((await pull(exchange))[0]) == set()


async def test_k3_a_copy_is_not_taken_for_an_event_that_is_created_again(exchange: SimulatedStage) -> None:
    """Whoever stopped the sync with his events taken away, and comes back, has copies of them lying about."""
    first, later = NOW, NOW + timedelta(hours=1)
    new = NewEvent("key", SINGLE.content, MARKER, tried_at=first)
    made = await exchange.provider.create(exchange.access, exchange.calendar_id, new, invite=False)
    assert isinstance(made, EventRead)
    copied = await exchange.call("POST", f"{exchange.path}/events/{made.event.event_id}/copy", {})
    await exchange.provider.delete(
        exchange.access, exchange.calendar_id, made.event.event_id, etag=made.etag, invite=False
    )
    again = replace(new, tried_at=later, unsure=True)
    created = await exchange.provider.create(exchange.access, exchange.calendar_id, again, invite=False)
    assert isinstance(created, EventRead)
    assert live((await pull(exchange))[0]) == {created.event.event_id, copied["id"]}
    with pytest.raises(AlreadyExists) as caught:
        await exchange.provider.create(exchange.access, exchange.calendar_id, again, invite=False)
    assert caught.value.event_id == created.event.event_id
