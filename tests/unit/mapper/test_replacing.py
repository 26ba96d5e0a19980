"""E4: an occurrence that goes on under another id keeps its link: activity, note, done, and no deletion."""

from datetime import timedelta

import pytest

from contracts.activities import ActivitySnapshot
from contracts.calendar_events import EventChanged, EventGone
from contracts.calendar_objects import Occurrence
from mapper.domain.model.link import Link
from tests.support.bench import NOW, as_written, timed
from tests.support.mapper_world import World

NEXT_WEEK = NOW + timedelta(weeks=1)


class Weekly:
    """A world with one synced occurrence of a series, `mon`."""

    def __init__(self) -> None:
        self.world = World(as_written)

    async def open(self) -> None:
        self.world.configure()
        await self.world.exhaust()
        self.add("mon")
        await self.world.exhaust()
        [activity] = self.world.live()
        self.world.crm.edit(activity.id, note="agenda", done=True)
        await self.world.exhaust()

    def add(self, event_id: str, replaces: str | None = None, **fields: object) -> None:
        """Tell an occurrence under this id."""
        calendar = self.world.calendar
        if replaces:
            calendar.events.pop(replaces, None)
            calendar.told.pop(replaces, None)
        calendar.create(event_id, **{"time": timed(NEXT_WEEK)} | fields)
        place = Occurrence(series_id="x", lineage="x", original_start=event_id)
        event = calendar.events[event_id].model_copy(update={"occurrence": place})
        calendar.events[event_id] = event
        calendar.seq += 1
        calendar.told[event_id] = event.hash
        calendar._send(EventChanged(**calendar._body(), event=event, replaces=replaces))

    def late_gone(self, event_id: str) -> None:
        """Tell that the id before is gone, as a crash in between may have it."""
        calendar = self.world.calendar
        calendar.seq += 1
        calendar._send(EventGone(**calendar._body(), event_id=event_id, gone="deleted"))

    def live(self) -> list[ActivitySnapshot]:
        return self.world.live()

    async def holders(self) -> dict[str | None, Link]:
        return {link.event_id: link for link in await self.world.links() if link.event.live}


@pytest.fixture
async def weekly() -> Weekly:
    one = Weekly()
    await one.open()
    return one


async def test_e4_the_successor_keeps_activity_note_and_done(weekly: Weekly) -> None:
    [before] = weekly.live()
    weekly.add("tue", replaces="mon", time=timed(NEXT_WEEK + timedelta(days=1)))
    await weekly.world.exhaust()
    [after] = weekly.live()
    assert (after.id, after.note, after.done) == (before.id, "agenda", True)
    assert after.schedule != before.schedule
    assert (await weekly.holders())["tue"].activity_id == before.id


async def test_e4_a_later_word_that_the_old_id_is_gone_deletes_nothing(weekly: Weekly) -> None:
    weekly.add("tue", replaces="mon")
    weekly.late_gone("mon")
    await weekly.world.settle()
    assert len(weekly.live()) == 1


async def test_e4_the_activity_remembers_the_event_that_it_goes_on_with(weekly: Weekly) -> None:
    weekly.add("tue", replaces="mon")
    await weekly.world.exhaust()
    [activity] = weekly.live()
    assert activity.external_ref
    assert activity.external_ref.event_id == "tue"


async def test_e4_there_and_back_is_one_activity(weekly: Weekly) -> None:
    weekly.add("tue", replaces="mon")
    weekly.add("mon", replaces="tue")
    await weekly.world.settle()
    [activity] = weekly.live()
    assert (activity.note, set(await weekly.holders())) == ("agenda", {"mon"})


async def test_e4_an_id_used_again_beside_its_former_occurrence_is_an_activity_of_its_own(weekly: Weekly) -> None:
    weekly.add("tue", replaces="mon")
    await weekly.world.exhaust()
    weekly.add("mon")
    await weekly.world.settle()
    assert sorted(one.note for one in weekly.live()) == ["", "agenda"]
    holders = await weekly.holders()
    assert set(holders) == {"mon", "tue"}
    assert holders["mon"].activity_id != holders["tue"].activity_id


async def test_e4_an_id_whose_own_activity_was_deleted_goes_on_with_the_living_one(weekly: Weekly) -> None:
    weekly.world.calendar.tell_gone("mon")
    weekly.add("tue")
    await weekly.world.exhaust()
    [activity] = weekly.live()
    weekly.add("mon", replaces="tue")
    await weekly.world.settle()
    assert [one.id for one in weekly.live()] == [activity.id]


async def test_e4_a_half_that_comes_after_the_deletion_brings_the_activity_back(weekly: Weekly) -> None:
    weekly.world.calendar.tell_gone("mon")
    await weekly.world.exhaust()
    assert not weekly.live()
    weekly.add("tue", replaces="mon")
    await weekly.world.settle()
    assert [(one.note, one.done) for one in weekly.live()] == [("agenda", True)]
