"""F6, D6: `canonical(read(write(x))) == canonical(x)` for Exchange Server, through the real adapter and the simulator.

So nothing that Exchange normalises comes back as an edit, and sync never bounces.
"""

import asyncio
import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from connector.adapters.providers.ews import requests
from connector.adapters.providers.ews.events.canonical import read_single
from connector.adapters.providers.ews.events.writing import new_item, properties
from connector.adapters.providers.ews.xml import local
from connector.adapters.providers.exchange_store.contents import holdable
from connector.domain.provider.items import EventRead, Item
from connector.domain.provider.port import NewEvent
from contracts.calendar_objects import EventChanges, EventFields, Marker
from tests.contract.providers.exchange_stage import exchange_stage
from tests.contract.providers.simulated_stage import SimulatedStage
from tests.support.contents import changes, contents, relaxed

NUMBERS = itertools.count(10_000)
MARKER = Marker(account_key="k", activity_id="a", version=1, origin="crm")
TIMES = {"calendar:Start", "calendar:End", "calendar:IsAllDayEvent", "calendar:StartTimeZone", "calendar:EndTimeZone"}
NAMES = {"summary": {"item:Subject"}, "time": TIMES, "location": {"calendar:Location"}}
NAMES |= {"description": {"item:Body"}, "transparency": {"calendar:LegacyFreeBusyStatus"}}
ZONES = ["Europe/Berlin", "Pacific/Auckland", "America/St_Johns", "UTC"]


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


@pytest.mark.parametrize("zone", ZONES)
@relaxed
@given(content=contents)
def test_what_is_written_reads_back_the_same(zone: str, content: EventChanges) -> None:
    written = new_item(content, MARKER, zone)
    written.insert(0, requests.item_id("AAA=", "key"))
    assert fields_of(read_single(written, "calendar")) == canonical(content)


@relaxed
@given(changes)
def test_invariant_5_an_update_has_exactly_the_fields_that_changed(change: EventChanges) -> None:
    named = {name for field in change.model_dump(exclude_none=True) for name in NAMES[field]}
    found = [one.path for one in properties(change, MARKER, "Europe/Berlin")]
    assert {path.get("FieldURI") for path in found if local(path) == "FieldURI"} == named


@pytest.fixture(scope="module")
def simulated() -> Iterator[tuple[asyncio.Runner, SimulatedStage]]:
    """One simulator for all examples, with the loop it lives in."""
    with asyncio.Runner() as runner:
        context = exchange_stage()
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
    number = next(NUMBERS)
    marker = MARKER.model_copy(update={"activity_id": f"a{number}"})
    item = await stage.provider.create(stage.access, calendar, NewEvent(f"made{number}", content, marker), invite=False)
    await _same(stage, item, expected)
    assert isinstance(item, EventRead)
    item = await stage.provider.update(
        stage.access, calendar, item.event.event_id, edit, marker, etag=item.etag, invite=False
    )
    held, named = holdable(edit), edit.model_dump(exclude_none=True)
    await _same(stage, item, expected.model_copy(update={name: getattr(held, name) for name in named}))


async def _same(stage: SimulatedStage, item: Item, expected: EventFields) -> None:
    assert isinstance(item, EventRead)
    read = await stage.provider.read(stage.access, stage.calendar_id, item.event.event_id)
    assert fields_of(item) == fields_of(read) == expected
