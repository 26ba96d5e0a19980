"""`make run ICS=` and `make demo`, again and again: nothing is put in twice, and no run stops the next."""

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sandbox.clients import Json
from sandbox.demo import CHAPTERS
from sandbox.stage import provider_of, read_settings, stage
from tests.support.infrastructure import sandbox_environ
from tests.support.ports import free_base
from tests.support.sandboxes import Sandbox

pytestmark = [pytest.mark.timeout(600), pytest.mark.own_broker]
FILE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:weekly
DTSTAMP:20260101T000000Z
SUMMARY:Every week
DTSTART;TZID=Europe/Berlin:20260105T090000
DTEND;TZID=Europe/Berlin:20260105T093000
RRULE:FREQ=WEEKLY;COUNT=3
END:VEVENT
BEGIN:VEVENT
UID:twice
DTSTAMP:20260101T000000Z
SUMMARY:Two starts
DTSTART:20260106T090000Z
DTSTART:20260106T100000Z
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox of its own, not started yet, with a calendar file."""
    file = tmp_path / "team.ics"
    file.write_text(FILE.replace("\n", "\r\n"))
    environ = {**sandbox_environ(), "ICS": str(file)}
    with closing(Sandbox(tmp_path / "sandbox", free_base(), environ)) as own:
        yield own


async def titles(sandbox: Sandbox) -> tuple[list[str], list[str]]:
    """Return what the CRM and the calendar show, by title."""

    def sorted_by(rows: list[Json], name: str) -> list[str]:
        return sorted(row[name] for row in rows)

    async with stage(read_settings(sandbox.folder), provider_of(sandbox.environ)) as opened:
        activities = await opened.anna.activities(owner_id=opened.anna.user_id)
        return sorted_by(activities, "subject"), sorted_by(await opened.calendar.events(), "summary")


async def demo(sandbox: Sandbox) -> str:
    """Play the demo; return what it tells."""
    command = (sys.executable, "-m", "sandbox.demo", "--folder", str(sandbox.folder))
    done = await asyncio.create_subprocess_exec(
        *command, env=sandbox.environ, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    told, _ = await done.communicate()
    assert done.returncode == 0, told.decode()
    return told.decode()


async def ended(sandbox: Sandbox) -> None:
    """End it as people do."""
    sandbox.signal(signal.SIGINT)
    assert await sandbox.ended() == 0
    assert sandbox.processes() == {}


async def test_a_calendar_file_goes_in_once_and_the_demo_plays_every_time(sandbox: Sandbox) -> None:
    sandbox.start()
    await sandbox.ready()
    await sandbox.says("team.ics: 1 events and series are in the calendar")
    await sandbox.says("“Two starts” was left out: ")
    await sandbox.says("in sync after .* 5 activities", within=120)
    for _ in range(2):
        told = await demo(sandbox)
        assert [one.__doc__ for one in CHAPTERS if (one.__doc__ or "") not in told] == []
    before = await titles(sandbox)
    assert before[0].count("Every week") == 3
    assert before[0].count("Demo: weekly") == 6
    await ended(sandbox)

    sandbox.start()
    await sandbox.says("team.ics is in the calendar already", within=120)
    await sandbox.says("in sync after ", within=120)
    crm, calendar = await titles(sandbox)
    assert (crm, calendar) == before
    await ended(sandbox)
