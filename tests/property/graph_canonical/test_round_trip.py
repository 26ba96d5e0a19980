"""F6, D6: `canonical(read(write(x))) == canonical(x)` for Graph, through the real adapter and the simulator.

So nothing that Exchange normalises comes back as an edit, and sync never bounces.
"""

import asyncio
import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from connector.adapters.providers.exchange_store.contents import holdable
from connector.adapters.providers.graph.events.canonical import read_single
from connector.adapters.providers.graph.events.writing import create_body, patch_body
from connector.domain.provider.items import EventRead, Item
from connector.domain.provider.port import NewEvent
from contracts.calendar_objects import EventChanges, EventFields, Marker
from tests.contract.providers.graph_stage import graph_stage
from tests.contract.providers.simulated_stage import SimulatedStage
from tests.support.contents import changes, contents, relaxed

NUMBERS = itertools.count(10_000)
MARKER = Marker(account_key="k", activity_id="a", version=1, origin="crm")
NAMES = {"summary": {"subject"}, "time": {"start", "end", "isAllDay"}, "location": {"location"}}
NAMES |= {"description": {"body"}, "transparency": {"showAs"}}


def fields_of(item: Item) -> EventFields:
    assert isinstance(item, EventRead), item
    return item.event.fields


def canonical(content: EventChanges) -> EventFields:
    """Return what Exchange can hold of it, as a read shows it."""
    return EventFields.model_validate(holdable(content).model_dump(exclude_none=True))


@relaxed
@given(contents)
def test_canonical_content_is_a_fixed_point(content: EventChanges) -> None:
    once = canonical(content)
    assert canonical(EventChanges.model_validate(once.model_dump())) == once


@relaxed
@given(contents)
def test_what_is_written_reads_back_the_same(content: EventChanges) -> None:
    body = create_body(NewEvent("key", content, MARKER))
    shown = {"id": "AAA=", "originalStartTimeZone": body["start"]["timeZone"], "isOrganizer": True}
    assert fields_of(read_single(body | shown, "calendar")) == canonical(content)


@relaxed
@given(changes)
def test_invariant_5_a_patch_has_exactly_the_fields_that_changed(change: EventChanges) -> None:
    named = {name for field in change.model_dump(exclude_none=True) for name in NAMES[field]}
    assert set(patch_body(change, MARKER)) - {"singleValueExtendedProperties"} == named


@pytest.fixture(scope="module")
def simulated() -> Iterator[tuple[asyncio.Runner, SimulatedStage]]:
    """One simulator for all examples, with the loop it lives in."""
    with asyncio.Runner() as runner:
        context = graph_stage()
        yield runner, runner.run(context.__aenter__())
        runner.run(context.__aexit__(None, None, None))


@settings(relaxed, max_examples=40)
@given(content=contents, edits=changes)
def test_through_the_simulator_every_answer_and_read_is_what_was_asked(
    simulated: tuple[asyncio.Runner, SimulatedStage], content: EventChanges, edits: EventChanges
) -> None:
    runner, stage = simulated
    runner.run(_write_and_read(stage, content, edits))


async def _write_and_read(stage: SimulatedStage, content: EventChanges, edit: EventChanges) -> None:
    calendar, expected = stage.calendar_id, canonical(content)
    new = NewEvent(f"made{next(NUMBERS)}", content, MARKER)
    item = await stage.provider.create(stage.access, calendar, new, invite=False)
    await _same(stage, item, expected)
    assert isinstance(item, EventRead)
    item = await stage.provider.update(
        stage.access, calendar, item.event.event_id, edit, MARKER, etag=item.etag, invite=False
    )
    held, named = holdable(edit), edit.model_dump(exclude_none=True)
    await _same(stage, item, expected.model_copy(update={name: getattr(held, name) for name in named}))


async def _same(stage: SimulatedStage, item: Item, expected: EventFields) -> None:
    assert isinstance(item, EventRead)
    read = await stage.provider.read(stage.access, stage.calendar_id, item.event.event_id)
    assert fields_of(item) == fields_of(read) == expected
