"""What the real Google does to its clients at times (providers/google.md 1.7), struck by the simulator's own traps."""

from collections.abc import AsyncIterator

import pytest

from connector.domain.provider.errors import ResyncNeeded, Transient
from connector.domain.provider.items import EventRead, EventRemoved, OccurrenceCancelled, OccurrenceRead, SeriesRead
from connector.domain.provider.port import NewEvent
from contracts.calendar_objects import EventChanges, Marker
from tests.contract.providers.google_stage import google_stage
from tests.contract.providers.simulated_stage import SimulatedStage
from tests.contract.providers.stage import Planned, pull, timed

SINGLE = Planned(EventChanges(summary="One", time=timed(3, 9)))
SERIES = Planned(EventChanges(summary="Stand-up", time=timed(3, 9)), recurrence=("RRULE:FREQ=DAILY;COUNT=5",))


@pytest.fixture
async def google() -> AsyncIterator[SimulatedStage]:
    """An account at a simulator of its own."""
    async with google_stage() as stage:
        yield stage


async def test_an_empty_page_is_not_the_end(google: SimulatedStage) -> None:
    await google.create(SINGLE)
    await google.arm("list.empty_page")
    assert len((await pull(google))[0]) == 1


async def test_a_last_page_without_a_cursor_is_no_complete_read(google: SimulatedStage) -> None:
    await google.arm("list.no_token")
    with pytest.raises(Transient):
        await pull(google)


async def test_a_cursor_refused_once_asks_for_a_resync(google: SimulatedStage) -> None:
    _, cursor = await pull(google)
    await google.arm("list.410_first")
    with pytest.raises(ResyncNeeded):
        await pull(google, cursor)


async def test_a_token_that_expires_between_pages_is_renewed(google: SimulatedStage) -> None:
    for day in range(3, 8):
        await google.create(Planned(EventChanges(summary="E", time=timed(day, 9))))
    await google.arm("fault.401", times=1)
    assert len((await pull(google))[0]) == 5
    assert google.access.renewals == 1


async def test_h2_a_sparse_tombstone_of_an_event_is_a_deletion(google: SimulatedStage) -> None:
    event_id = await google.create(SINGLE)
    _, cursor = await pull(google)
    await google.delete(event_id)
    await google.arm("tombstone.sparse")
    assert (await pull(google, cursor))[0] == [EventRemoved(event_id)]


async def test_e3_a_sparse_tombstone_of_an_occurrence_tells_its_place_by_its_id(google: SimulatedStage) -> None:
    series_id = await google.create(SERIES)
    _, cursor = await pull(google)
    occurrence_id = google.provider.occurrence_id(series_id, "2026-11-04T09:00:00Z")
    await google.delete(occurrence_id)
    await google.arm("tombstone.sparse")
    items, _ = await pull(google, cursor)
    assert OccurrenceCancelled(occurrence_id, series_id, "2026-11-04T09:00:00Z") in items


async def test_e4_this_and_following_makes_a_series_of_the_same_lineage(google: SimulatedStage) -> None:
    series_id = await google.create(SERIES)
    _, cursor = await pull(google)
    occurrence_id = google.provider.occurrence_id(series_id, "2026-11-05T09:00:00Z")
    path = f"/control/accounts/{google.email}/calendars/{google.calendar_id}/events/{occurrence_id}?scope=following"
    await google.call("PATCH", path, {"summary": "Later"})
    items, _ = await pull(google, cursor)
    series = [item for item in items if isinstance(item, SeriesRead)]
    assert {one.lineage for one in series} == {series_id}
    assert {one.event.fields.summary for one in series} == {"Stand-up", "Later"}


@pytest.mark.parametrize("trap", ["list.repeat_row", "list.exception_first"])
async def test_rows_in_odd_order_are_told_as_they_come(google: SimulatedStage, trap: str) -> None:
    series_id = await google.create(SERIES)
    await google.edit(google.provider.occurrence_id(series_id, "2026-11-04T09:00:00Z"), EventChanges(summary="Moved"))
    await google.create(SINGLE)
    await google.arm(trap, times=None)
    items, _ = await pull(google)
    for kind in (SeriesRead, OccurrenceRead, EventRead):
        assert any(isinstance(item, kind) for item in items)


async def test_g2_details_that_are_missing_read_as_a_private_block(google: SimulatedStage) -> None:
    await google.create(SINGLE)
    await google.arm("event.details_missing", times=None)
    [item], _ = await pull(google)
    assert isinstance(item, EventRead)
    assert (item.event.visibility, item.event.editable, item.event.fields.summary) == ("private", False, "busy")


async def test_an_event_type_nobody_knows_is_read_only(google: SimulatedStage) -> None:
    await google.create(SINGLE)
    await google.arm("event.unknown_enum", times=None)
    [item], _ = await pull(google)
    assert isinstance(item, EventRead)
    assert (item.event.event_type, item.event.editable) == ("default", False)


async def test_f6_what_google_normalises_shows_in_the_writes_own_answer(google: SimulatedStage) -> None:
    await google.arm("write.trims_text", times=None)
    content = EventChanges(summary="Lunch  ", description="a\r\nb \n", time=timed(3, 9))
    marker = Marker(account_key="k", activity_id="a", version=1, origin="crm")
    made = await google.provider.create(
        google.access, google.calendar_id, NewEvent("abc123", content, marker), invite=False
    )
    assert isinstance(made, EventRead)
    [listed], _ = await pull(google)
    assert isinstance(listed, EventRead)
    assert listed.event.hash == made.event.hash


@pytest.mark.parametrize("trap", ["fault.timeout_after_applied", "fault.timeout_before"])
async def test_invariant_3_a_creation_without_an_answer_is_found_by_its_id(google: SimulatedStage, trap: str) -> None:
    marker = Marker(account_key="k", activity_id="a", version=1, origin="crm")
    new = NewEvent("abc123", EventChanges(summary="Once", time=timed(3, 9)), marker)
    await google.arm(trap)
    with pytest.raises(Transient):
        await google.provider.create(google.access, google.calendar_id, new, invite=False)
    items, _ = await pull(google)
    assert [item.event.marker for item in items if isinstance(item, EventRead)] == (
        [marker] if trap == "fault.timeout_after_applied" else []
    )
