"""J2 where edits of one field and our own writes cross: who wins, to the millisecond.

What was written is always based on what was read: a calendar edit that nobody has read yet makes the write a conflict
(If-Match, then the content), never a loss. See docs/architecture/mapper.md, Crossing writes.
"""

from datetime import timedelta

import pytest

from contracts.activity_commands import ActivityPut
from contracts.calendar_commands import CalendarPut
from tests.support.bench import HOUR, NOW, Bench, linked

EDITED = NOW + HOUR
MS = timedelta(milliseconds=1)
LATER_IN_THE_CALENDAR = pytest.mark.parametrize(("later", "winner"), [(MS, "Calendar"), (0 * MS, "CRM"), (-MS, "CRM")])


def check(bench: Bench, winner: str) -> None:
    """Check that both sides have the winner's title, and that the other one is on record."""
    assert bench.activity
    assert bench.event
    assert bench.activity.subject == bench.event.fields.summary == winner
    [lost] = [lost for entry in bench.link.history for lost in entry.lost]
    assert (lost.value, lost.side) == (("CRM", "crm") if winner == "Calendar" else ("Calendar", "calendar"))


@LATER_IN_THE_CALENDAR
@pytest.mark.parametrize("origin", ["crm", "calendar"])
def test_j2_a_calendar_edit_that_our_write_meets_is_weighed_and_never_overwritten_unread(
    origin: str, later: timedelta, winner: str
) -> None:
    bench = linked(origin)
    bench.crm(subject="CRM", at=EDITED)
    [put] = bench.commands
    assert isinstance(put, CalendarPut)
    bench.cal(tell=False, summary="Calendar", at=EDITED + later)
    bench.carry_out(put)
    assert bench.event
    assert bench.event.fields.summary == "Calendar", "the write found another content, and was none"
    bench.settle()
    check(bench, winner)


@LATER_IN_THE_CALENDAR
@pytest.mark.parametrize("origin", ["crm", "calendar"])
def test_j2_a_crm_edit_that_our_write_meets_is_weighed_in_the_same_way(
    origin: str, later: timedelta, winner: str
) -> None:
    bench = linked(origin)
    bench.cal(summary="Calendar", at=EDITED + later)
    [put] = bench.commands
    assert isinstance(put, ActivityPut)
    bench.crm(tell=False, subject="CRM", at=EDITED)
    bench.settle()
    check(bench, winner)


def test_j2_google_cuts_its_times_to_milliseconds_so_the_same_millisecond_is_a_tie() -> None:
    bench = linked("crm")
    bench.crm(subject="CRM", at=EDITED + MS / 2)
    bench.cal(tell=False, summary="Calendar", at=EDITED)  # really a quarter of a millisecond after the CRM's
    bench.settle()
    check(bench, "CRM")


def test_j2_the_time_of_our_own_write_is_nobodys_edit() -> None:
    """The event's `updated` moves with our write of another field; the title's time stays that of the user's edit."""
    bench = linked("crm")
    bench.crm(location="CRM", at=EDITED)
    bench.cal(tell=False, summary="Calendar", at=EDITED + MS)
    bench.now = EDITED + HOUR
    [put] = bench.commands
    bench.carry_out(put)
    bench.crm(tell=False, subject="CRM", at=EDITED + 2 * MS)
    [put] = [one for one in bench.commands if isinstance(one, CalendarPut)]
    bench.carry_out(put)
    assert bench.event
    assert (bench.event.fields.location, bench.event.updated) == ("CRM", EDITED + HOUR)
    bench.settle()
    assert bench.activity
    assert bench.activity.location == bench.event.fields.location == "CRM"
    check(bench, "CRM")


def test_j2_a_crm_edit_while_our_write_is_under_way_is_no_older_than_that_write() -> None:
    bench = linked("crm")
    bench.crm(subject="First", at=EDITED)
    [put] = bench.commands
    bench.crm(subject="Second", at=EDITED + MS)
    bench.now = EDITED + HOUR
    bench.carry_out(put)
    bench.settle()
    assert bench.activity
    assert bench.event
    assert bench.activity.subject == bench.event.fields.summary == "Second"
    assert [entry for entry in bench.link.history if entry.lost] == []
