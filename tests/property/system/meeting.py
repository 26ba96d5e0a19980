"""A meeting that the user is invited to, beside an appointment of his at the same time (D7, L3).

While he declines it, it takes no time and is no conflict; once synced, it keeps its activity as it was.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Literal

from sandbox.clients import Json, succeeded
from tests.property.system.forms import lasting, on_calendar, to_activity
from tests.property.system.hands import patiently
from tests.property.system.oracle import Choices, Content
from tests.property.system.reach import Reach
from tests.property.system.stage import Stage
from tests.support.providers import FEATURES

Answer = Literal["accepted", "declined"]

_AHEAD = timedelta(days=110)


@dataclass
class Meeting:
    """An invitation with the activity that it meets. `shown`: the title its activity has, once it has one."""

    key: str
    event: str
    appointment: str
    title: str
    answer: Answer
    shown: str | None = None

    @property
    def takes_time(self) -> bool:
        """Whether the user will be there."""
        return self.answer == "accepted"


class MeetingPlay:
    """One meeting at a time; people do something to it in the calendar alone, with both sides settled before."""

    def __init__(self, stage: Stage, reach: Reach, numbers: Iterator[int], choices: Choices) -> None:
        self._stage, self._reach, self._numbers, self._choices = stage, reach, numbers, choices
        self._meeting: Meeting | None = None

    @property
    def is_declined(self) -> bool:
        """Whether there is one that the user will not be at."""
        return self._meeting is not None and not self._meeting.takes_time

    async def act(self, what: str) -> None:
        """Answer, edit or delete it, or be invited; what is declined is not deleted: of that no rule speaks."""
        if self._meeting is None:
            what, self._meeting = await self._invite()
        elif what == "delete" and self._meeting.takes_time:
            await self._delete(self._meeting)
        elif what == "edit":
            await self._edit(self._meeting)
        else:
            what = await self._turn(self._meeting)
        self._reach.note(f"meeting:{what}")

    async def _invite(self) -> tuple[str, Meeting]:
        number = next(self._numbers)
        key, world = f"m{number}", self._stage.world
        answer: Answer = "declined" if number % 3 == 0 else "accepted"
        start = (self._stage.clock.now() + _AHEAD).replace(hour=8, minute=0, second=0, microsecond=0)
        when = lasting(start + timedelta(hours=number))
        who = {"email": world.calendar.email, "self": True, "responseStatus": answer}
        invitation = FEATURES.unmapped | {"attendees": [who], "organizer": {"email": "ann@client.example"}}
        made = await world.calendar.add(summary=f"{key}: meeting", **invitation, **on_calendar(*when))
        content: Content = {"title": f"{key}: appointment", "time": when}
        body = {"type": "call", "timezone": "Europe/Berlin", **to_activity(content)}
        beside = succeeded(await self._stage.crm("POST", "/v1/activities", json=body))
        return f"invited_{answer}", Meeting(key, made["id"], beside["id"], f"{key}: meeting", answer)

    async def _edit(self, meeting: Meeting) -> None:
        meeting.title = f"{meeting.key}: meeting {next(self._numbers)}"
        await self._stage.world.calendar.change(meeting.event, summary=meeting.title)

    async def _turn(self, meeting: Meeting) -> str:
        meeting.answer = "declined" if meeting.takes_time else "accepted"
        await self._stage.world.calendar.answer(meeting.event, meeting.answer)
        return meeting.answer

    async def _delete(self, meeting: Meeting) -> None:
        await self._stage.world.calendar.delete(meeting.event)
        await self._stage.delete_activity(meeting.appointment)
        self._meeting = None

    async def problems(self, activities: list[Json]) -> list[str]:
        """Say where its activity is not what the user's answer makes of it."""
        meeting = self._meeting
        if meeting is None:
            return []
        if meeting.takes_time and self._choices.direction == "two_way":
            meeting.shown = meeting.title  # the calendar's word counts
        mine = [one for one in activities if one["subject"].startswith(f"{meeting.key}: meeting")]
        found = [(one["subject"], one["busy"]) for one in mine]
        wanted = [] if meeting.shown is None else [(meeting.shown, meeting.takes_time)]
        if found != wanted:
            return [f"the meeting is {found}, not {wanted}"]
        pairs = [pair for pair in await self._conflicts() if meeting.appointment in pair]
        expected = [{mine[0]["id"], meeting.appointment}] if mine and meeting.takes_time else []
        return [] if pairs == expected else [f"the conflicts are {pairs}, not {expected}"]

    async def _conflicts(self) -> list[set[str]]:
        now = self._stage.clock.now()
        query = {"from": now.isoformat(), "to": (now + timedelta(days=365)).isoformat(), "limit": 500}
        ask = partial(self._stage.crm, "GET", "/v1/conflicts", params=query)
        return [set(one["activity_ids"]) for one in succeeded(await patiently(ask, "the conflicts"))["items"]]
