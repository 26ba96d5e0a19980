"""Provider contract: create, update, delete; conditional, sparse, without mail."""

import contextlib
from dataclasses import replace
from datetime import date

import pytest

from connector.domain.provider.errors import AlreadyExists, Forbidden, Missing, PreconditionFailed
from connector.domain.provider.items import EventRead, EventRemoved, Item
from connector.domain.provider.port import NewEvent
from contracts.calendar_objects import EventChanges, EventFields, Marker
from contracts.times import AllDay, EventTime
from tests.contract.providers.stage import Feature, Planned, Stage, pull, timed

MARKER = Marker(account_key="account-1", activity_id="activity-1", version=3, origin="crm")
FULL = EventChanges(
    summary="Lunch 🍜 עם דנה",
    time=timed(3, 11),
    location="Café",
    description="a\nb <b>c</b> & d",
    transparency="transparent",
)


def new(stage: Stage, content: EventChanges = FULL, generation: int = 0) -> NewEvent:
    return NewEvent(stage.provider.key_of("account-1", "activity-1", stage.calendar_id, generation), content, MARKER)


async def create(stage: Stage, content: EventChanges = FULL, *, unsure: bool = False) -> EventRead:
    wanted = replace(new(stage, content), unsure=unsure)
    item = await stage.provider.create(stage.access, stage.calendar_id, wanted, invite=False)
    return live(item)


async def update(stage: Stage, event_id: str, changes: EventChanges, etag: str | None) -> Item:
    marker = MARKER.model_copy(update={"version": 4})
    return await stage.provider.update(
        stage.access, stage.calendar_id, event_id, changes, marker, etag=etag, invite=False
    )


def live(item: Item) -> EventRead:
    assert isinstance(item, EventRead)
    return item


async def test_f3_a_created_event_holds_what_was_asked(stage: Stage) -> None:
    made = await create(stage)
    assert made.event.fields == EventFields.model_validate(FULL.model_dump())
    assert made.event.marker == MARKER
    assert made.event.editable
    assert made.event.is_organizer


async def test_a_writes_own_answer_hashes_like_every_later_read(stage: Stage) -> None:
    made = await create(stage)
    read = live(await stage.provider.read(stage.access, stage.calendar_id, made.event.event_id))
    [listed], _ = await pull(stage)
    assert made.event.hash == read.event.hash == live(listed).event.hash


@pytest.mark.needs(Feature.CLIENT_IDS)
async def test_invariant_3_creating_twice_is_noticed(stage: Stage) -> None:
    await create(stage)
    with pytest.raises(AlreadyExists):
        await create(stage)
    assert len((await pull(stage))[0]) == 1


async def test_invariant_3_creating_twice_makes_one_event(stage: Stage) -> None:
    await create(stage)
    with contextlib.suppress(AlreadyExists):
        await create(stage)
    assert len((await pull(stage))[0]) == 1


async def test_invariant_3_a_try_that_may_have_arrived_is_found(stage: Stage) -> None:
    made = await create(stage)
    with pytest.raises(AlreadyExists) as caught:
        await create(stage, unsure=True)
    there = caught.value.event_id or new(stage).key
    assert await stage.provider.read(stage.access, stage.calendar_id, there) == made


async def test_invariant_3_a_try_that_did_not_arrive_is_made_good(stage: Stage) -> None:
    await create(stage, unsure=True)
    assert len((await pull(stage))[0]) == 1


@pytest.mark.needs(Feature.TOMBSTONES_KEEP_KEYS)
async def test_the_id_of_a_deleted_event_is_taken_and_the_next_generation_is_free(stage: Stage) -> None:
    made = await create(stage)
    await stage.provider.delete(stage.access, stage.calendar_id, made.event.event_id, etag=made.etag, invite=False)
    with pytest.raises(AlreadyExists):
        await create(stage)
    again = await stage.provider.create(stage.access, stage.calendar_id, new(stage, generation=1), invite=False)
    assert live(again).event.event_id != made.event.event_id


@pytest.mark.parametrize(
    "changes",
    [
        EventChanges(summary="Dinner"),
        EventChanges(description=""),
        EventChanges(location="Rome", transparency="opaque"),
        EventChanges(time=timed(4, 7, zone="Asia/Tokyo")),
        EventChanges(time=AllDay(start=date(2026, 11, 5), end=date(2026, 11, 7))),
    ],
)
async def test_invariant_5_an_update_changes_only_what_it_names(stage: Stage, changes: EventChanges) -> None:
    made = await create(stage)
    changed = live(await update(stage, made.event.event_id, changes, made.etag))
    named = {name: getattr(changes, name) for name in changes.model_dump(exclude_none=True)}
    assert changed.event.fields == made.event.fields.model_copy(update=named)
    assert changed.event.marker
    assert changed.event.marker.version == 4
    read = live(await stage.provider.read(stage.access, stage.calendar_id, made.event.event_id))
    assert (read.event.hash, read.etag) == (changed.event.hash, changed.etag)


@pytest.mark.parametrize(
    "times",
    [
        (timed(3, 9), AllDay(start=date(2026, 11, 9), end=date(2026, 11, 10))),
        (AllDay(start=date(2026, 11, 9), end=date(2026, 11, 11)), timed(3, 9, zone="America/Caracas")),
    ],
)
async def test_f2_timed_and_all_day_turn_into_each_other(stage: Stage, times: tuple[EventTime, EventTime]) -> None:
    before, after = times
    made = await create(stage, EventChanges(summary="Switch", time=before))
    changed = live(await update(stage, made.event.event_id, EventChanges(time=after), made.etag))
    assert changed.event.fields.time == after


@pytest.mark.parametrize(
    "guests", [(), pytest.param(("b@example.org",), marks=pytest.mark.needs(Feature.SILENT_EDITS))]
)
async def test_invariant_5_what_the_sync_does_not_map_is_never_altered(stage: Stage, guests: tuple[str, ...]) -> None:
    planned = Planned(EventChanges(summary="Theirs", time=timed(3, 9)), private=True, guests=guests)
    event_id = await stage.create(planned)
    await stage.recolour(event_id)
    before = await stage.untouchable(event_id)
    await update(stage, event_id, EventChanges(summary="New title", time=timed(4, 9)), None)
    assert await stage.untouchable(event_id) == before


async def test_a_stale_etag_is_refused_and_nothing_changes(stage: Stage) -> None:
    made = await create(stage)
    await stage.edit(made.event.event_id, EventChanges(summary="By hand"))
    with pytest.raises(PreconditionFailed):
        await update(stage, made.event.event_id, EventChanges(summary="By sync"), made.etag)
    with pytest.raises(PreconditionFailed):
        await stage.provider.delete(stage.access, stage.calendar_id, made.event.event_id, etag=made.etag, invite=False)
    read = live(await stage.provider.read(stage.access, stage.calendar_id, made.event.event_id))
    assert read.event.fields.summary == "By hand"


async def test_h1_a_deleted_event_is_gone_and_deleting_it_again_is_missing(stage: Stage) -> None:
    made = await create(stage)
    await stage.provider.delete(stage.access, stage.calendar_id, made.event.event_id, etag=made.etag, invite=False)
    read = await stage.provider.read(stage.access, stage.calendar_id, made.event.event_id)
    assert isinstance(read, EventRemoved)
    with pytest.raises(Missing):
        await stage.provider.delete(stage.access, stage.calendar_id, made.event.event_id, etag=None, invite=False)


async def test_e5_changing_somebody_elses_meeting_is_forbidden(stage: Stage) -> None:
    theirs = Planned(EventChanges(summary="Theirs", time=timed(3, 9)), organizer="boss@example.net")
    event_id = await stage.create(theirs)
    with pytest.raises(Forbidden):
        await update(stage, event_id, EventChanges(summary="Mine"), None)


@pytest.mark.needs(Feature.SILENT_EDITS)
async def test_i1_guests_get_mail_only_when_asked(stage: Stage) -> None:
    planned = Planned(EventChanges(summary="Meeting", time=timed(3, 9)), guests=("b@example.org",))
    event_id = await stage.create(planned)
    before = await stage.mails()
    await update(stage, event_id, EventChanges(time=timed(4, 9)), None)
    assert await stage.mails() == before
    await stage.provider.delete(stage.access, stage.calendar_id, event_id, etag=None, invite=True)
    assert await stage.mails() > before


@pytest.mark.lacks(Feature.SILENT_EDITS)
async def test_i1_what_cannot_be_changed_in_silence_is_not_changed(stage: Stage) -> None:
    planned = Planned(EventChanges(summary="Meeting", time=timed(3, 9)), guests=("b@example.org",))
    event_id = await stage.create(planned)
    before = await stage.mails()
    known = live(await stage.provider.read(stage.access, stage.calendar_id, event_id)).etag
    for etag in (None, known):
        with pytest.raises(Forbidden):
            await update(stage, event_id, EventChanges(time=timed(4, 9)), etag)
    with pytest.raises(Forbidden):
        await stage.provider.delete(stage.access, stage.calendar_id, event_id, etag=known, invite=False)
    assert await stage.mails() == before
    await stage.provider.delete(stage.access, stage.calendar_id, event_id, etag=known, invite=True)
    assert await stage.mails() > before


@pytest.mark.parametrize("zone", ["Europe/Rome", "Pacific/Pago_Pago", "Antarctica/Troll", "UTC"])
async def test_d6_a_zone_that_we_wrote_is_kept(stage: Stage, zone: str) -> None:
    made = await create(stage, EventChanges(summary="There", time=timed(5, 9, zone=zone)))
    assert made.event.fields.time == timed(5, 9, zone=zone)
    changed = live(await update(stage, made.event.event_id, EventChanges(summary="Still there"), made.etag))
    assert changed.event.fields.time == timed(5, 9, zone=zone)
    read = live(await stage.provider.read(stage.access, stage.calendar_id, made.event.event_id))
    assert read.event.hash == changed.event.hash


async def test_derived_ids_differ_by_each_of_their_parts(stage: Stage) -> None:
    derive = stage.provider.key_of
    ids = {derive("k", "a", "c", 0), derive("K", "a", "c", 0), derive("k", "b", "c", 0), derive("k", "a", "d", 0)}
    assert len(ids | {derive("k", "a", "c", 1)}) == 5
    assert derive("k", "a", "c", 0) in ids
