"""What the real Graph does to its clients at times (providers/graph.md 2.7), struck by the simulator's own traps."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from connector.domain.provider.errors import AlreadyExists, Missing, PreconditionFailed, ResyncNeeded, Transient
from connector.domain.provider.items import EventRead, EventRemoved, OccurrenceCancelled, OccurrenceRead, SeriesRead
from connector.domain.provider.port import NewEvent, WatchRequest
from contracts.calendar_objects import EventChanges, Marker
from tests.contract.providers.graph_stage import graph_stage
from tests.contract.providers.simulated_stage import SimulatedStage
from tests.contract.providers.stage import NOW, Planned, pull, timed

SINGLE = Planned(EventChanges(summary="One", time=timed(3, 9)))
SERIES = Planned(EventChanges(summary="Stand-up", time=timed(3, 9)), recurrence=("RRULE:FREQ=DAILY;COUNT=5",))
MARKER = Marker(account_key="k", activity_id="a", version=1, origin="crm")
CHANNEL = WatchRequest(id="channel-1", token="secret", address="https://tandem.example/webhooks/microsoft")


@pytest.fixture
async def graph() -> AsyncIterator[SimulatedStage]:
    """A work account at a simulator of its own."""
    async with graph_stage() as stage:
        yield stage


async def calls(graph: SimulatedStage, **where: str) -> list[Any]:
    rows = await graph.call("GET", "/control/journal")
    return [row for row in rows if all(row.get(name) == value for name, value in where.items())]


@pytest.mark.parametrize("trap", ["delta.empty_page", "delta.repeat_row", "delta.with_master"])
async def test_odd_pages_tell_everything_once(graph: SimulatedStage, trap: str) -> None:
    _, cursor = await pull(graph)
    for _ in range(3):
        await graph.create(SINGLE)
    series_id = await graph.create(SERIES)
    await graph.arm(trap)
    items, _ = await pull(graph, cursor)
    assert len({one.event.event_id for one in items if isinstance(one, EventRead)}) == 3
    assert [one.event.event_id for one in items if isinstance(one, SeriesRead)] == [series_id]


@pytest.mark.parametrize("trap", ["delta.410_first", "delta.410_between_pages"])
async def test_a_cursor_refused_once_asks_for_a_resync(graph: SimulatedStage, trap: str) -> None:
    _, cursor = await pull(graph)
    for _ in range(3):
        await graph.create(SINGLE)
    await graph.arm(trap)
    with pytest.raises(ResyncNeeded):
        await pull(graph, cursor)
    assert len((await pull(graph))[0]) == 3


async def test_a_503_in_mid_round_is_transient_and_the_cursor_still_good(graph: SimulatedStage) -> None:
    _, cursor = await pull(graph)
    for _ in range(3):
        await graph.create(SINGLE)
    await graph.arm("delta.503_between_pages")
    with pytest.raises(Transient):
        await pull(graph, cursor)
    assert len((await pull(graph, cursor))[0]) == 3


async def test_a_token_that_expires_between_pages_is_renewed(graph: SimulatedStage) -> None:
    for _ in range(5):
        await graph.create(SINGLE)
    await graph.arm("fault.401")
    assert len((await pull(graph))[0]) == 5
    assert graph.access.renewals == 1


async def test_every_page_and_item_is_asked_for_with_the_same_preferences(graph: SimulatedStage) -> None:
    for _ in range(3):
        await graph.create(SINGLE)
    _, cursor = await pull(graph)
    await graph.create(SERIES)
    await pull(graph, cursor)
    preferred = [", ".join(row["prefer"]) for row in await calls(graph) if row["path"].startswith("/v1.0/")]
    assert len(preferred) >= 8
    assert all('IdType="ImmutableId"' in one and 'outlook.timezone="UTC"' in one for one in preferred)


async def test_at_most_four_calls_at_a_time_reach_a_mailbox(graph: SimulatedStage) -> None:
    """The simulator refuses the fifth."""
    _, cursor = await pull(graph)
    for _ in range(20):
        await graph.create(SERIES)
    await graph.call("PATCH", "/control/settings", {"latency_ms": 10})
    assert len([one for one in (await pull(graph, cursor))[0] if isinstance(one, SeriesRead)]) == 20


async def test_h2_what_left_the_window_is_not_gone(graph: SimulatedStage) -> None:
    event_id = await graph.create(SINGLE)
    _, cursor = await pull(graph)
    past = timed(3, 9)
    past = past.model_copy(update={"start": past.start.replace(year=2020), "end": past.end.replace(year=2020)})
    await graph.edit(event_id, EventChanges(time=past))
    [item], _ = await pull(graph, cursor)
    assert isinstance(item, EventRead)
    assert item.event.fields.time == past


async def test_h1_a_deleted_series_told_by_its_occurrences_too_is_one_tombstone_of_ours(graph: SimulatedStage) -> None:
    series_id = await graph.create(SERIES)
    _, cursor = await pull(graph)
    await graph.arm("delta.occurrences_removed", times=None)
    await graph.delete(series_id)
    items, _ = await pull(graph, cursor)
    assert series_id in {one.event_id for one in items if isinstance(one, EventRemoved)}
    assert all(isinstance(one, EventRemoved) for one in items)


async def test_e3_an_occurrence_is_written_under_its_own_id(graph: SimulatedStage) -> None:
    series_id = await graph.create(SERIES)
    await pull(graph)
    occurrence_id = graph.provider.occurrence_id(series_id, "2026-11-05T09:00:00Z")
    change = EventChanges(summary="Only here")
    changed = await graph.provider.update(
        graph.access,
        graph.calendar_id,
        occurrence_id,
        change,
        MARKER,
        etag=None,
        invite=False,
    )
    assert isinstance(changed, OccurrenceRead)
    assert (changed.event.event_id, changed.event.fields.summary) == (occurrence_id, "Only here")
    await graph.provider.delete(graph.access, graph.calendar_id, occurrence_id, etag=None, invite=False)
    gone = await graph.provider.read(graph.access, graph.calendar_id, occurrence_id)
    assert isinstance(gone, OccurrenceCancelled)
    with pytest.raises(Missing):
        await graph.provider.read(
            graph.access, graph.calendar_id, graph.provider.occurrence_id(series_id, "2027-01-05T09:00:00Z")
        )


async def test_exchanges_own_new_change_key_is_no_edit(graph: SimulatedStage) -> None:
    await graph.arm("etag.bump_at_once")
    new = NewEvent("key", EventChanges(summary="Ours", time=timed(3, 9)), MARKER)
    made = await graph.provider.create(graph.access, graph.calendar_id, new, invite=False)
    assert isinstance(made, EventRead)
    await graph.call("POST", f"{graph.path}/events/{made.event.event_id}/touch")
    with pytest.raises(PreconditionFailed):
        await graph.provider.update(
            graph.access,
            graph.calendar_id,
            made.event.event_id,
            EventChanges(summary="x"),
            MARKER,
            etag=made.etag,
            invite=False,
        )
    read = await graph.provider.read(graph.access, graph.calendar_id, made.event.event_id)
    assert isinstance(read, EventRead)
    assert read.event.hash == made.event.hash


@pytest.mark.parametrize("trap", ["fault.timeout_before", "fault.timeout_after_applied"])
async def test_invariant_3_a_creation_without_an_answer_is_found_by_its_mark(graph: SimulatedStage, trap: str) -> None:
    new = NewEvent("key", EventChanges(summary="Once", time=timed(3, 9)), MARKER)
    await graph.arm(trap)
    with pytest.raises(Transient):
        await graph.provider.create(graph.access, graph.calendar_id, new, invite=False)
    again = NewEvent(new.key, new.content, new.marker, unsure=True)
    with contextlib.suppress(AlreadyExists):
        await graph.provider.create(graph.access, graph.calendar_id, again, invite=False)
    assert len((await pull(graph))[0]) == 1


async def test_a_subscription_is_renewed_and_one_left_over_replaced(graph: SimulatedStage) -> None:
    first = await graph.provider.watch(graph.access, graph.calendar_id, CHANNEL)
    renewed = await graph.provider.prolong(graph.access, first)
    assert renewed
    assert renewed.resource_id == first.resource_id
    assert renewed.expires_at >= first.expires_at > NOW
    second = await graph.provider.watch(graph.access, graph.calendar_id, CHANNEL)
    assert second.resource_id != first.resource_id
    assert len(await graph.call("GET", "/control/subscriptions")) == 1
    with pytest.raises(Missing):
        await graph.provider.prolong(graph.access, first)


async def test_a_subscription_watches_immutable_ids_and_tells_our_channel(graph: SimulatedStage) -> None:
    await graph.provider.watch(graph.access, graph.calendar_id, CHANNEL)
    [one] = await graph.call("GET", "/control/subscriptions")
    assert (one["immutable"], one["state"]) == (True, "channel-1.secret")
    assert one["lifecycle_url"] == f"{CHANNEL.address}/lifecycle"
