"""Provider contract: accounts, calendars, changes, canonical items."""

from datetime import date, timedelta

import pytest

from connector.domain.change_detection.page_items import unfolded
from connector.domain.provider.errors import Missing, ResyncNeeded
from connector.domain.provider.items import EventRead, EventRemoved, OccurrenceCancelled, OccurrenceRead, SeriesRead
from connector.domain.series.recurrence import expand
from contracts.calendar_objects import EventChanges
from contracts.times import AllDay
from tests.contract.providers.stage import NOW, SINCE, UNTIL, Feature, Planned, Stage, Trouble, pages, pull, timed

WEEKLY = Planned(EventChanges(summary="Stand-up", time=timed(3, 9)), recurrence=("RRULE:FREQ=WEEKLY;COUNT=4",))


async def test_the_account_is_the_signed_in_address(stage: Stage) -> None:
    account = await stage.provider.account(stage.access)
    assert account.id == stage.account_id
    assert account.has(stage.email.upper())


async def test_a5_calendars_tell_what_can_be_selected_and_why_not(stage: Stage) -> None:
    read_only = await stage.read_only_calendar()
    await stage.create(Planned(EventChanges(summary="One", time=timed(3, 9))))  # Exchange tells zones by events alone
    found = await stage.provider.calendars(stage.access)
    by_id = {one.id: one for one in found}
    assert found[0].primary
    assert [one.primary for one in found].count(True) == 1
    assert by_id[stage.calendar_id].selectable
    assert by_id[stage.calendar_id].timezone == "Europe/Berlin"
    assert not by_id[read_only].selectable
    assert all((one.reason is None) == one.selectable for one in found)


async def test_a_first_read_tells_every_event_once_and_ends_with_a_cursor(stage: Stage) -> None:
    made = {await stage.create(Planned(EventChanges(summary=f"E{n}", time=timed(3 + n, 9)))) for n in range(5)}
    assert len(await pages(stage)) > 1
    items, _ = await pull(stage)
    assert {one.event.event_id for one in items if isinstance(one, EventRead)} == made
    assert len(items) == 5


async def test_what_ended_before_since_is_not_read(stage: Stage) -> None:
    past = timed(3, 9)
    past = past.model_copy(update={"start": past.start.replace(month=9), "end": past.end.replace(month=9)})
    await stage.create(Planned(EventChanges(summary="Past", time=past)))
    items, _ = await pull(stage)
    assert items == []


async def test_a_cursor_tells_only_what_changed_since(stage: Stage) -> None:
    await stage.create(Planned(EventChanges(summary="Same", time=timed(3, 9))))
    edited = await stage.create(Planned(EventChanges(summary="Before", time=timed(4, 9))))
    deleted = await stage.create(Planned(EventChanges(summary="Gone", time=timed(5, 9))))
    _, cursor = await pull(stage)
    await stage.edit(edited, EventChanges(summary="After"))
    await stage.delete(deleted)
    items, later = await pull(stage, cursor)
    assert {one.event.event_id: one.event.fields.summary for one in items if isinstance(one, EventRead)} == {
        edited: "After"
    }
    assert [one.event_id for one in items if isinstance(one, EventRemoved)] == [deleted]
    assert (await pull(stage, later))[0] == []


async def test_k4_a_cursor_can_be_used_again(stage: Stage) -> None:
    _, cursor = await pull(stage)
    await stage.create(Planned(EventChanges(summary="New", time=timed(3, 9))))
    assert (await pull(stage, cursor))[0] == (await pull(stage, cursor))[0]


async def test_an_expired_cursor_asks_for_a_resync(stage: Stage) -> None:
    _, cursor = await pull(stage)
    await stage.expire_cursors()
    with pytest.raises(ResyncNeeded):
        await pull(stage, cursor)


@pytest.mark.needs(Feature.CURSOR_CAN_EXPIRE_BETWEEN_PAGES)
async def test_a_cursor_that_expires_between_pages_asks_for_a_resync(stage: Stage) -> None:
    _, cursor = await pull(stage)
    for n in range(5):
        await stage.create(Planned(EventChanges(summary=f"E{n}", time=timed(3 + n, 9))))
    await stage.trouble(Trouble.CURSOR_REFUSED_BETWEEN_PAGES)
    with pytest.raises(ResyncNeeded):
        await pull(stage, cursor)


async def test_one_event_reads_as_in_the_list(stage: Stage) -> None:
    event_id = await stage.create(Planned(EventChanges(summary="One", time=timed(3, 9)), guests=("b@example.org",)))
    items, _ = await pull(stage)
    assert [await stage.provider.read(stage.access, stage.calendar_id, event_id)] == items


async def test_h2_a_deleted_event_is_proven_and_an_unknown_one_is_missing(stage: Stage) -> None:
    event_id = await stage.create(Planned(EventChanges(summary="One", time=timed(3, 9))))
    await stage.delete(event_id)
    assert isinstance(await stage.provider.read(stage.access, stage.calendar_id, event_id), EventRemoved)
    with pytest.raises(Missing):
        await stage.provider.read(stage.access, stage.calendar_id, "nobodyknowsthisone")


async def test_all_days_end_exclusively_and_keep_their_dates(stage: Stage) -> None:
    days = AllDay(start=date(2026, 11, 9), end=date(2026, 11, 12))
    await stage.create(Planned(EventChanges(summary="Trip", time=days)))
    [item], _ = await pull(stage)
    assert isinstance(item, EventRead)
    assert item.event.fields.time == days


@pytest.mark.parametrize(
    "zone",
    [
        "Pacific/Kiritimati",
        pytest.param("Pacific/Pago_Pago", marks=pytest.mark.needs(Feature.IANA_ZONES)),
        "Asia/Kolkata",
        "UTC",
    ],
)
async def test_d6_zones_are_kept(stage: Stage, zone: str) -> None:
    await stage.create(Planned(EventChanges(summary="There", time=timed(5, 9, zone=zone))))
    [item], _ = await pull(stage)
    assert isinstance(item, EventRead)
    assert item.event.fields.time == timed(5, 9, zone=zone)


async def test_g2_private_events_say_so(stage: Stage) -> None:
    await stage.create(Planned(EventChanges(summary="Doctor", time=timed(3, 9)), private=True))
    [item], _ = await pull(stage)
    assert isinstance(item, EventRead)
    assert item.event.visibility == "private"


async def test_e5_h3_somebody_elses_meeting_is_not_ours_to_change(stage: Stage) -> None:
    planned = Planned(EventChanges(summary="Theirs", time=timed(3, 9)), organizer="boss@example.net", answer="declined")
    await stage.create(planned)
    [item], _ = await pull(stage)
    assert isinstance(item, EventRead)
    assert (item.event.is_organizer, item.event.editable, item.event.response) == (False, False, "declined")


async def test_f5_guests_are_told(stage: Stage) -> None:
    await stage.create(Planned(EventChanges(summary="Us", time=timed(3, 9)), guests=("b@example.org", "c@example.org")))
    [item], _ = await pull(stage)
    assert isinstance(item, EventRead)
    assert {"b@example.org", "c@example.org"} <= {guest.email for guest in item.event.attendees}


async def test_a_change_of_no_interest_keeps_the_hash(stage: Stage) -> None:
    event_id = await stage.create(Planned(EventChanges(summary="One", time=timed(3, 9))))
    before = await stage.provider.read(stage.access, stage.calendar_id, event_id)
    await stage.recolour(event_id)
    after = await stage.provider.read(stage.access, stage.calendar_id, event_id)
    assert isinstance(before, EventRead)
    assert isinstance(after, EventRead)
    assert before.etag != after.etag
    assert before.event.hash == after.event.hash


async def test_e3_a_series_reads_as_its_master(stage: Stage) -> None:
    series_id = await stage.create(WEEKLY)
    [item], _ = await pull(stage)
    assert isinstance(item, SeriesRead)
    assert (item.event.event_id, item.event.fields.time) == (series_id, timed(3, 9))
    assert item.recurrence == ("RRULE:FREQ=WEEKLY;COUNT=4",)


async def test_e3_an_expanded_occurrence_is_what_the_provider_shows_for_it(stage: Stage) -> None:
    await stage.create(WEEKLY)
    [series], _ = await pull(stage)
    assert isinstance(series, SeriesRead)
    expansion = expand(
        series,
        [],
        window_start=NOW,
        window_end=NOW.replace(month=12, day=30),
        occurrence_id=stage.provider.occurrence_id,
    )
    assert len(expansion.events) == 4
    for ours in expansion.events:
        theirs = await stage.provider.read(stage.access, stage.calendar_id, ours.event_id)
        assert isinstance(theirs, OccurrenceRead)
        assert theirs.event.hash == ours.hash


async def test_e3_exceptions_and_cancelled_occurrences_tell_their_place(stage: Stage) -> None:
    series_id = await stage.create(WEEKLY)
    _, cursor = await pull(stage)
    second, third = "2026-11-10T09:00:00Z", "2026-11-17T09:00:00Z"
    await stage.edit(stage.provider.occurrence_id(series_id, second), EventChanges(time=timed(11, 15)))
    await stage.delete(stage.provider.occurrence_id(series_id, third))
    items = unfolded((await pull(stage, cursor))[0])
    moved = next(one.event for one in items if isinstance(one, OccurrenceRead))
    assert moved.occurrence
    assert (moved.occurrence.series_id, moved.occurrence.original_start) == (series_id, second)
    assert moved.fields.time == timed(11, 15)
    cancelled = next(one for one in items if isinstance(one, OccurrenceCancelled))
    assert (cancelled.series_id, cancelled.original_start) == (series_id, third)


async def test_h1_a_deleted_series_is_one_tombstone(stage: Stage) -> None:
    series_id = await stage.create(WEEKLY)
    _, cursor = await pull(stage)
    await stage.delete(series_id)
    items, _ = await pull(stage, cursor)
    assert [one.event_id for one in items if isinstance(one, EventRemoved)] == [series_id]


async def test_e3_an_occurrence_deleted_in_silence_is_told_all_the_same(stage: Stage) -> None:
    series_id = await stage.create(WEEKLY)
    _, cursor = await pull(stage)
    await stage.delete(stage.provider.occurrence_id(series_id, "2026-11-10T09:00:00Z"))
    items, later = await pull(stage, cursor)
    [cancelled] = [one for one in unfolded(items) if isinstance(one, OccurrenceCancelled)]
    assert (cancelled.series_id, cancelled.original_start) == (series_id, "2026-11-10T09:00:00Z")
    assert (await pull(stage, later))[0] == []


@pytest.mark.needs(Feature.WINDOWED_CURSORS)
async def test_d5_a_cursor_that_does_not_reach_far_enough_asks_for_a_resync(stage: Stage) -> None:
    _, cursor = await pull(stage)
    far = UNTIL + timedelta(days=400)
    with pytest.raises(ResyncNeeded):
        [one async for one in stage.provider.changes(stage.access, stage.calendar_id, cursor, SINCE, far)]
    whole = [one async for one in stage.provider.changes(stage.access, stage.calendar_id, None, SINCE, far)]
    [one async for one in stage.provider.changes(stage.access, stage.calendar_id, whole[-1].cursor, SINCE, far)]


async def test_d5_an_edit_far_beyond_the_window_is_told(stage: Stage) -> None:
    far = timed(3, 9)
    far = far.model_copy(update={"start": far.start.replace(year=2029), "end": far.end.replace(year=2029)})
    event_id = await stage.create(Planned(EventChanges(summary="Before", time=far)))
    _, cursor = await pull(stage)
    await stage.edit(event_id, EventChanges(summary="After"))
    items, _ = await pull(stage, cursor)
    assert [one.event.fields.summary for one in items if isinstance(one, EventRead)] == ["After"]
