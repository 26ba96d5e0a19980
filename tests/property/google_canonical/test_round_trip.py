"""F6, D6: `canonical(read(write(x))) == canonical(x)` for Google, through the real adapter and the simulator.

So nothing that a provider normalises comes back as an edit, and sync never bounces.
"""

import asyncio
import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.adapters.providers.google.canonical import read_item
from connector.adapters.providers.google.writing import holdable, insert_body, patch_body
from connector.domain.provider.items import EventRead, Item
from connector.domain.provider.port import NewEvent
from contracts.calendar_objects import EventChanges, EventFields, Marker
from contracts.times import Timed
from tests.contract.providers.google_stage import google_stage
from tests.contract.providers.simulated_stage import SimulatedStage
from tests.support.contents import ZONES, changes, contents, instants, relaxed

NUMBERS = itertools.count(10_000)
MARKER = Marker(account_key="k", activity_id="a", version=1, origin="crm")


def fields_of(item: Item) -> EventFields:
    assert isinstance(item, EventRead), item
    return item.event.fields


def canonical(content: EventChanges) -> EventFields:
    """Return what Google can hold of it, as a read shows it."""
    return EventFields.model_validate(holdable(content).model_dump(exclude_none=True))


@relaxed
@given(contents)
def test_what_is_written_reads_back_the_same(content: EventChanges) -> None:
    body = insert_body(NewEvent("abc123", content, MARKER))
    raw = body | {"status": "confirmed", "updated": "2026-11-01T08:00:00.000Z"}
    assert fields_of(read_item(raw, "calendar", "Europe/Rome")) == canonical(content)


@relaxed
@given(contents)
def test_canonical_content_is_a_fixed_point(content: EventChanges) -> None:
    once = canonical(content)
    assert canonical(EventChanges.model_validate(once.model_dump())) == once


@relaxed
@given(changes)
def test_invariant_5_a_patch_has_exactly_the_fields_that_changed(change: EventChanges) -> None:
    named = {"start" if name == "time" else name for name in change.model_dump(exclude_none=True)}
    body = patch_body(change, MARKER)
    assert set(body) - {"end", "extendedProperties"} == named


@relaxed
@given(instants, st.sampled_from(ZONES))
def test_d6_an_instant_keeps_its_wall_clock(start: datetime, zone: str) -> None:
    time = Timed(start=start, end=start + timedelta(hours=1), timezone=zone)
    raw = insert_body(NewEvent("abc123", EventChanges(summary="x", time=time), MARKER))
    wall = start.astimezone(ZoneInfo(zone)).replace(microsecond=0, tzinfo=None)
    assert datetime.fromisoformat(raw["start"]["dateTime"]).replace(tzinfo=None) == wall


@pytest.fixture(scope="module")
def simulated() -> Iterator[tuple[asyncio.Runner, SimulatedStage]]:
    """One simulator for all examples, with the loop it lives in."""
    with asyncio.Runner() as runner:
        context = google_stage()
        yield runner, runner.run(context.__aenter__())
        runner.run(context.__aexit__(None, None, None))


@settings(relaxed, max_examples=60)
@given(content=contents, edits=st.lists(changes, max_size=3))
def test_through_the_simulator_every_answer_and_read_is_what_was_asked(
    simulated: tuple[asyncio.Runner, SimulatedStage], content: EventChanges, edits: list[EventChanges]
) -> None:
    runner, stage = simulated
    runner.run(_write_and_read(stage, f"made{next(NUMBERS)}", content, edits))


async def _write_and_read(
    stage: SimulatedStage, event_id: str, content: EventChanges, edits: list[EventChanges]
) -> None:
    calendar, expected = stage.calendar_id, canonical(content)
    item = await stage.provider.create(stage.access, calendar, NewEvent(event_id, content, MARKER), invite=False)
    await _same(stage, item, expected)
    for edit in edits:
        assert isinstance(item, EventRead)
        item = await stage.provider.update(stage.access, calendar, event_id, edit, MARKER, etag=item.etag, invite=False)
        held, named = holdable(edit), edit.model_dump(exclude_none=True)
        expected = expected.model_copy(update={name: getattr(held, name) for name in named})
        await _same(stage, item, expected)


async def _same(stage: SimulatedStage, item: Item, expected: EventFields) -> None:
    assert isinstance(item, EventRead)
    read = await stage.provider.read(stage.access, stage.calendar_id, item.event.event_id)
    assert fields_of(item) == fields_of(read) == expected
