"""Whole reads: splits over pages and reads (E4), the window that rolls (D5), what may be forgotten."""

from dataclasses import replace
from datetime import timedelta

import pytest

from connector.domain.provider.items import EventRemoved, SeriesRead
from connector.domain.provider.port import Traits
from connector.domain.sync_state.documents import EventState
from contracts.calendar_events import EventChanged, EventGone
from contracts.times import Timed
from tests.unit.series.pulled import Reader
from tests.unit.series.remembered import at, cancelled, exception, ids, series, single

WEEKLY = "RRULE:FREQ=WEEKLY;COUNT=4"
MONDAYS = [f"2026-03-{day:02d}T12:00:00Z" for day in (2, 9, 16, 23)]
MONDAY_IDS = [f"x_{one.replace('-', '').replace(':', '')}" for one in MONDAYS]
SPLIT = "x_R20260316T120000"
FIRST = series("x", at(2), "RRULE:FREQ=WEEKLY;UNTIL=20260316T115959Z")
SECOND = series(SPLIT, at(16, 15), "RRULE:FREQ=WEEKLY;COUNT=2", summary="Later")
AFTERWARDS = {
    "x_20260302T120000Z": "x_20260302T120000Z",
    "x_20260309T120000Z": "x_20260309T120000Z",
    "x_20260316T120000Z": f"{SPLIT}_20260316T150000Z",
    "x_20260323T120000Z": f"{SPLIT}_20260323T150000Z",
}


async def reading(*items: object, **settings: object) -> Reader:
    reader = Reader(**settings)
    reader.calendar.write(*items)  # type: ignore[arg-type]
    await reader.replay()
    return reader


@pytest.mark.parametrize("page_size", [1, 2, 100])
@pytest.mark.parametrize("order", [1, -1], ids=["cut first", "new first"])
async def test_e4_a_split_pairs_in_either_order_and_over_pages(page_size: int, order: int) -> None:
    reader = await reading(series("x", at(2), WEEKLY), single("y", at(5)))
    reader.calendar.page_size, reader.calendar.order = page_size, order
    reader.calendar.write(FIRST, single("y", at(6)), SECOND)
    told = await reader.pull()
    assert {name: held for name, held in reader.held().items() if name != "y"} == AFTERWARDS
    assert not [one for one in told if isinstance(one, EventGone)]


async def test_e4_a_split_whose_second_half_comes_while_the_first_is_read() -> None:
    reader = await reading(series("x", at(2), WEEKLY))
    reader.calendar.write(FIRST)
    reader.calendar.while_reading = [[SECOND]]
    told = await reader.pull()
    assert reader.held() == AFTERWARDS
    assert not [one for one in told if isinstance(one, EventGone)]


async def test_e4_a_split_whose_cut_comes_while_the_new_half_is_read() -> None:
    reader = await reading(series("x", at(2), WEEKLY))
    reader.calendar.write(SECOND)
    reader.calendar.items["x"] = FIRST  # the answer to asking for it; its row comes with the next read
    told = await reader.pull()
    assert (reader.held(), reader.calendar.asked) == (AFTERWARDS, 1)
    assert not [one for one in told if isinstance(one, EventGone)]
    reader.calendar.write(FIRST)
    assert not await reader.pull()


async def test_e4_an_edit_during_the_second_half_is_newer_than_what_the_first_told() -> None:
    reader = await reading(series("x", at(2), WEEKLY), single("y", at(5)))
    reader.calendar.write(FIRST, single("y", at(6)))
    reader.calendar.while_reading = [[single("y", at(7))]]
    told = [one for one in await reader.pull() if isinstance(one, EventChanged) and one.event.event_id == "y"]
    assert [one.event.fields.time for one in told] == [at(6), at(7)]
    assert told[0].seq < told[1].seq


async def test_e4_after_a_lost_token_a_split_pairs_too() -> None:
    reader = await reading(series("x", at(2), WEEKLY))
    reader.calendar.write(FIRST, SECOND)
    reader.calendar.expired = True
    await reader.pull()
    assert reader.held() == AFTERWARDS


async def test_e4_nothing_of_the_old_ids_is_remembered_and_nothing_is_told_twice() -> None:
    reader = await reading(series("x", at(2), WEEKLY))
    reader.calendar.write(FIRST, SECOND)
    await reader.pull()
    assert await reader.known() == set(AFTERWARDS.values())
    assert not await reader.pull("horizon")
    reader.calendar.write(FIRST, SECOND)
    assert not await reader.pull()


async def test_e4_this_and_following_deleted_deletes_just_that() -> None:
    reader = await reading(series("x", at(2), WEEKLY))
    reader.calendar.write(FIRST)
    gone = [one for one in await reader.pull() if isinstance(one, EventGone)]
    assert {one.event_id for one in gone} == ids("x", MONDAYS[2:])
    assert {(one.series_id, one.sync_pass and one.sync_pass.deletions) for one in gone} == {(None, 2)}


async def test_h4_a_deleted_series_tells_its_id_with_each_of_its_occurrences_over_pages() -> None:
    reader = await reading(series("x", at(2), WEEKLY), exception("x", MONDAYS[1], at(10, 8), "Moved"))
    reader.calendar.page_size = 1
    reader.calendar.write(cancelled("x", MONDAYS[1]))
    reader.calendar.remove("x")
    gone = [one for one in await reader.pull("horizon") if isinstance(one, EventGone)]
    assert {one.event_id for one in gone} == ids("x", MONDAYS)
    assert {one.series_id for one in gone} == {"x"}
    assert (await reader.known(), await reader.stores.series.find({})) == (set(), [])


async def test_e3_an_exception_pages_before_its_series_is_told_as_it_is() -> None:
    reader = Reader()
    reader.calendar.page_size = 1
    reader.calendar.write(exception("x", MONDAYS[1], at(10, 8), "Moved"), cancelled("x", MONDAYS[2]))
    reader.calendar.write(series("x", at(2), WEEKLY))
    await reader.replay()
    told = {one.event.event_id: one.event.fields.summary for one in reader.published if isinstance(one, EventChanged)}
    assert set(told) == ids("x", [MONDAYS[0], MONDAYS[1], MONDAYS[3]])
    assert told["x_20260309T120000Z"] == "Moved"


async def test_e3_an_occurrence_restored_after_it_was_cancelled_is_there_again() -> None:
    reader = await reading(series("x", at(2), WEEKLY))
    reader.calendar.write(cancelled("x", MONDAYS[1]))
    assert len([one for one in await reader.pull() if isinstance(one, EventGone)]) == 1
    reader.calendar.write(exception("x", MONDAYS[1], at(9)))
    [back] = await reader.pull()
    assert isinstance(back, EventChanged)
    assert (back.event.event_id, back.replaces) == ("x_20260309T120000Z", None)


async def test_d5_what_slides_into_the_window_is_told_though_nobody_told_us() -> None:
    far, endless = single("far", at(20, month=5)), series("x", at(2), "RRULE:FREQ=WEEKLY")
    reader = await reading(far, endless, horizon_days=30)
    assert "far" not in reader.held()
    before = set(reader.held())
    reader.clock.advance(timedelta(days=60))
    told = [one for one in await reader.pull("horizon") if isinstance(one, EventChanged)]
    assert {one.event.event_id for one in told} == {"far"} | (set(reader.held()) - before)
    # 13 weeks in 91 days, less the five that were told before: none is left out that passed meanwhile (D1).
    assert len(told) == 1 + 13 - 5
    assert not [one for one in reader.published if isinstance(one, EventGone)]


async def test_d5_a_shrunk_or_closed_window_deletes_nothing_and_tells_nothing_twice() -> None:
    reader = await reading(series("x", at(2), "RRULE:FREQ=WEEKLY"), single("y", at(20, month=5)), horizon_days=120)
    held = reader.held()
    await reader.settings(horizon_days=7)
    assert not await reader.pull("settings")
    reader.calendar.expired = True
    assert not await reader.pull("settings")
    await reader.settings(horizon_days=120)
    assert not await reader.pull("settings")
    assert reader.held() == held


async def test_d5_an_occurrence_moved_out_of_the_window_and_back_stays_the_same_activity() -> None:
    reader = await reading(series("x", at(2), WEEKLY), horizon_days=30)
    for there in (at(20, month=6), at(9, 8)):
        reader.calendar.write(exception("x", MONDAYS[1], there))
        [told] = await reader.pull()
        assert isinstance(told, EventChanged)
        assert (told.event.event_id, told.event.fields.time) == ("x_20260309T120000Z", there)


async def test_d5_an_occurrence_moved_into_the_window_comes_in() -> None:
    reader = await reading(series("x", at(20, month=6), WEEKLY), horizon_days=30)
    assert not reader.held()
    reader.calendar.write(exception("x", "2026-06-20T12:00:00Z", at(9)))
    [told] = await reader.pull()
    assert isinstance(told, EventChanged)
    assert told.event.event_id == "x_20260620T120000Z"


async def test_d5_what_was_removed_before_it_slid_into_the_window_is_never_told() -> None:
    reader = await reading(single("far", at(20, month=5)), series("x", at(20, month=5), WEEKLY), horizon_days=30)
    reader.calendar.remove("far")
    reader.calendar.remove("x")
    reader.clock.advance(timedelta(days=60))
    assert not [one for one in await reader.pull("horizon") if isinstance(one, EventChanged)]


async def test_d5_what_is_over_is_forgotten_and_what_is_ahead_is_not() -> None:
    reader = await reading(single("old", at(5)), single("new", at(20, month=5)), series("x", at(2), "RRULE:FREQ=DAILY"))
    reader.clock.advance(timedelta(days=30))
    told = len(reader.published)
    await reader.pull("horizon")
    await reader.pull("horizon")  # the first one still looks at all since the last read
    known = await reader.known()
    assert ("old" in known, "new" in known, "x_20260305T120000Z" in known) == (False, True, False)
    assert not [one for one in reader.published[told:] if isinstance(one, EventGone)]
    assert {one.event_id for one in await reader.stores.events.find({}) if one.ends_at > reader.clock.now()} >= {"new"}


async def test_d2_a_forgotten_event_moved_into_the_future_is_told_under_its_own_id() -> None:
    reader = await reading(single("old", at(5)))
    reader.clock.advance(timedelta(days=30))
    await reader.pull()
    await reader.pull("horizon")
    assert not await reader.known()
    reader.calendar.write(single("old", at(20, month=5)))
    [told] = await reader.pull()
    assert isinstance(told, EventChanged)
    assert (told.event.event_id, told.baseline) == ("old", False)


async def test_d5_a_past_exception_is_not_told_again_once_it_is_forgotten() -> None:
    reader = await reading(series("x", at(2), "RRULE:FREQ=DAILY"), exception("x", MONDAYS[1], at(10, 8), "Moved"))
    reader.clock.advance(timedelta(days=12))
    await reader.pull("horizon")
    reader.clock.advance(timedelta(days=9))
    for reason in ("horizon", "horizon", "push"):
        told = await reader.pull(reason)
        assert "x_20260309T120000Z" not in {one.event.event_id for one in told if isinstance(one, EventChanged)}
    [known] = await reader.stores.series.find({})
    assert known.deviations == ()


async def test_e4_a_series_that_was_cut_long_ago_is_never_asked_for() -> None:
    reader = await reading(series("x", at(2), WEEKLY))
    reader.clock.advance(timedelta(days=60))
    reader.calendar.write(series("x_R20260501T120000", at(1, month=5), WEEKLY))
    await reader.pull()
    assert reader.calendar.asked == 0


async def test_j3_a_cancelled_occurrence_keeps_its_time_when_the_window_rolls_in_the_same_read() -> None:
    reader = await reading(series("x", at(2), WEEKLY))
    reader.calendar.write(cancelled("x", MONDAYS[1]))
    [told] = await reader.pull("horizon")
    assert isinstance(told, EventGone)
    assert told.gone_at == cancelled("x", MONDAYS[1]).at


async def test_e3_exceptions_that_come_with_their_master_are_all_there_are() -> None:
    moved, skipped = exception("x", MONDAYS[1], at(10)), cancelled("x", MONDAYS[2])
    reader = await reading(replace(series("x", at(2), WEEKLY), exceptions=(moved, skipped)))
    assert set(reader.held()) == ids("x", [MONDAYS[0], MONDAYS[1], MONDAYS[3]])
    reader.calendar.write(replace(series("x", at(2), WEEKLY), exceptions=(cancelled("x", MONDAYS[3]),)))
    told = await reader.pull()
    assert [one.event_id for one in told if isinstance(one, EventGone)] == sorted(ids("x", MONDAYS[3:]))
    assert set(reader.held()) == ids("x", MONDAYS[:3])


@pytest.mark.parametrize("by_master", [True, False])
async def test_h1_a_series_that_is_gone_under_ids_nobody_knows_is_asked_for(*, by_master: bool) -> None:
    reader = await reading(series("x", at(2), WEEKLY), series("y", at(3), WEEKLY), single("z", at(5)))
    reader.calendar.traits = Traits(series_by_master=by_master)
    reader.calendar.items["x"] = EventRemoved("x")
    reader.calendar.write(EventRemoved("an occurrence's own id"))
    told = await reader.pull()
    gone = {one.event_id for one in told if isinstance(one, EventGone)}
    assert gone == (ids("x", MONDAYS) if by_master else set())
    assert reader.calendar.asked == (2 if by_master else 0)


@pytest.mark.parametrize("hides", [True, False])
async def test_h1_what_was_deleted_before_any_complete_read_showed_it_is_asked_for(*, hides: bool) -> None:
    """Exchange's sync states tell no deletion of what they never told of: what we wrote, what a broken read showed."""
    reader = await reading(single("x", at(4)), single("z", at(5)), single("w", at(6)))
    reader.calendar.traits = Traits(hides_what_came_and_went=hides)
    for event_id in ("z", "w"):
        await reader.stores.events.update(f"c1:cal:{event_id}", lambda state: state and stored_by(state, 100))
    reader.calendar.items["z"] = EventRemoved("z")
    gone = {one.event_id for one in await reader.pull() if isinstance(one, EventGone)}
    assert gone == ({"z"} if hides else set())
    assert reader.calendar.asked == (2 if hides else 0)
    assert await reader.pull() == []
    assert reader.calendar.asked == (3 if hides else 0), "what is there and was not shown is asked for again"
    await reader.stores.events.update("c1:cal:w", lambda state: state and stored_by(state, 1))
    assert await reader.pull() == []
    assert reader.calendar.asked == (3 if hides else 0)


def stored_by(state: EventState, seq: int) -> EventState:
    return state.model_copy(update={"seq": seq})


@pytest.mark.parametrize("hour", [12, 15])
@pytest.mark.parametrize("shift", [0, 1])
async def test_e4_a_split_whose_provider_tells_no_lineage_pairs_by_its_place(hour: int, shift: int) -> None:
    """Exchange makes an unrelated series of "this and following"."""
    reader = await reading(unrelated("x", at(2), WEEKLY), unrelated("z", at(3), WEEKLY))
    reader.calendar.write(
        unrelated("x", at(2), "RRULE:FREQ=WEEKLY;UNTIL=20260316T115959Z"),
        unrelated("n", at(16 + shift, hour), "RRULE:FREQ=WEEKLY;COUNT=2", summary="Later"),
    )
    told = await reader.pull()
    assert not [one for one in told if isinstance(one, EventGone)]
    held = reader.held()
    assert held[MONDAY_IDS[2]] == f"n_202603{16 + shift}T{hour}0000Z"
    assert held[MONDAY_IDS[3]] == f"n_202603{23 + shift}T{hour}0000Z"
    reader.calendar.write(unrelated("n", at(16 + shift, hour), "RRULE:FREQ=WEEKLY;COUNT=2", summary="Later still"))
    changed = {one.event.event_id for one in await reader.pull() if isinstance(one, EventChanged)}
    assert changed == {held[one] for one in MONDAY_IDS[2:]}


async def test_e4_a_split_whose_first_half_was_cut_again_before_it_was_read_pairs_by_its_day() -> None:
    reader = await reading(unrelated("x", at(2), WEEKLY))
    reader.calendar.write(
        unrelated("x", at(2), "RRULE:FREQ=WEEKLY;UNTIL=20260309T115959Z"),
        unrelated("n", at(23, 15), "RRULE:FREQ=WEEKLY;COUNT=1", summary="Later"),
    )
    told = await reader.pull()
    assert {one.event_id for one in told if isinstance(one, EventGone)} == set(MONDAY_IDS[1:3])
    assert reader.held()[MONDAY_IDS[3]] == "n_20260323T150000Z"


async def test_e4_a_new_series_elsewhere_continues_nothing() -> None:
    reader = await reading(unrelated("x", at(2), WEEKLY))
    reader.calendar.write(
        unrelated("x", at(2), "RRULE:FREQ=WEEKLY;UNTIL=20260316T115959Z"),
        unrelated("n", at(4), "RRULE:FREQ=WEEKLY;COUNT=2", summary="Another"),
    )
    told = await reader.pull()
    assert {one.event_id for one in told if isinstance(one, EventGone)} == set(MONDAY_IDS[2:])


def unrelated(event_id: str, time: Timed, *lines: str, summary: str = "Stand-up") -> SeriesRead:
    return replace(series(event_id, time, *lines, summary=summary), lineage=event_id, exceptions=())


@pytest.mark.parametrize(
    ("rule", "outcome", "by", "remedy"),
    [
        ("RRULE:FREQ=WEEKLY;COUNT=0", "quarantined", "E3", False),
        ("RRULE:FREQ=WEEKLY;INTERVAL=0", "quarantined", "E3", False),
        ("RRULE:FREQ=WEEKLY;COUNT=2", "skipped", "D1", False),
        ("RRULE:FREQ=YEARLY", "waiting", "D5", True),
    ],
)
async def test_e3_a_series_without_occurrences_is_said_to_wait_only_if_it_does(
    rule: str, outcome: str, by: str, *, remedy: bool
) -> None:
    reader = Reader(horizon_days=30)
    reader.calendar.write(series("x", at(2, month=1), rule))
    await reader.replay()
    [decided] = reader.decided
    assert (decided.outcome, decided.rule, decided.remedy is not None) == (outcome, by, remedy)
    assert outcome != "quarantined" or rule in decided.words


REST = series("n", at(16, 15), "RRULE:FREQ=WEEKLY;COUNT=2")
APART = AFTERWARDS | {MONDAY_IDS[2]: "n_20260316T150000Z", MONDAY_IDS[3]: "n_20260323T150000Z"}


@pytest.mark.parametrize("page_size", [1, 2, 100])
@pytest.mark.parametrize("order", [1, -1], ids=["cut first", "new first"])
async def test_e4_a_split_that_a_client_made_by_itself_pairs_in_either_order(page_size: int, order: int) -> None:
    """Nothing but title, organiser and place says that the one continues the other."""
    reader = await reading(
        series("x", at(2), WEEKLY), series("y", at(16), WEEKLY, summary="Another"), single("s", at(5))
    )
    before = len(reader.held())
    reader.calendar.page_size, reader.calendar.order = page_size, order
    reader.calendar.write(FIRST, single("s", at(6)), REST)
    told = await reader.pull()
    assert {name: held for name, held in reader.held().items() if name in APART} == APART
    assert (len(reader.held()), [one for one in told if isinstance(one, EventGone)]) == (before, [])
    assert not await reader.pull("horizon")


async def test_e4_such_a_split_whose_second_half_comes_while_the_first_is_read() -> None:
    reader = await reading(series("x", at(2), WEEKLY))
    reader.calendar.write(FIRST)
    reader.calendar.while_reading = [[REST]]
    told = await reader.pull()
    assert (reader.held(), [one for one in told if isinstance(one, EventGone)]) == (APART, [])


async def test_e4_such_a_split_whose_cut_comes_while_the_new_half_is_read() -> None:
    reader = await reading(series("x", at(2), WEEKLY))
    reader.calendar.write(REST)
    reader.calendar.items["x"] = FIRST  # the answer to asking for it; its row comes with the next read
    told = await reader.pull()
    assert (reader.held(), reader.calendar.asked) == (APART, 1)
    assert not [one for one in told if isinstance(one, EventGone)]


async def test_e4_a_continuation_stays_one_when_it_is_changed_or_split_by_its_provider() -> None:
    reader = await reading(series("x", at(2), WEEKLY))
    reader.calendar.write(FIRST, REST)
    await reader.pull()
    reader.calendar.write(exception("n", "2026-03-16T15:00:00Z", at(17), "Moved"))
    [moved] = await reader.pull()
    assert isinstance(moved, EventChanged)
    assert moved.event.occurrence is not None
    assert moved.event.occurrence.lineage == "x"
    reader.calendar.write(
        series("n", at(16, 15), "RRULE:FREQ=WEEKLY;UNTIL=20260323T145959Z"),
        series("n_R20260323T150000", at(23, 16), "RRULE:FREQ=WEEKLY;COUNT=1"),
    )
    told = await reader.pull()
    assert not [one for one in told if isinstance(one, EventGone)]
    assert reader.held()[MONDAY_IDS[3]] == "n_R20260323T150000_20260323T160000Z"


@pytest.mark.parametrize(
    "other",
    [
        series("n", at(16, 15), "RRULE:FREQ=WEEKLY;COUNT=2", summary="Another"),
        series("n", at(4), "RRULE:FREQ=WEEKLY;COUNT=2"),
    ],
    ids=["another title", "elsewhere"],
)
async def test_e4_where_lineages_are_reported_what_only_looks_similar_continues_nothing(other: SeriesRead) -> None:
    reader = await reading(series("x", at(2), WEEKLY))
    reader.calendar.write(FIRST, other)
    told = await reader.pull()
    assert {one.event_id for one in told if isinstance(one, EventGone)} == set(MONDAY_IDS[2:])


async def test_e4_a_series_of_another_organiser_continues_nothing() -> None:
    reader = await reading(series("x", at(2), WEEKLY))
    theirs = REST.event.model_copy(update={"is_organizer": False})
    reader.calendar.write(FIRST, replace(REST, event=theirs))
    told = await reader.pull()
    assert {one.event_id for one in told if isinstance(one, EventGone)} == set(MONDAY_IDS[2:])


async def test_e4_a_double_of_a_series_that_goes_on_leaves_both() -> None:
    reader = await reading(series("x", at(2), WEEKLY))
    reader.calendar.write(REST)
    told = await reader.pull()
    assert [one.replaces for one in told if isinstance(one, EventChanged)] == [None, None]
    assert not [one for one in told if isinstance(one, EventGone)]
