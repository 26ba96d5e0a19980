"""The commands of one connection that wait for their turn, or are under way, in this process: first come, first served.

Reads are done alone. Writes of different events may be under way together (`connector.domain.writing.write_order`).
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterator
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from datetime import datetime

from connector.adapters.collections import ParkedWork
from contracts.calendar_commands import CalendarCommandMessage, CalendarPull, CalendarPut, CalendarRemove

MOST_WAITING = 500
"""Commands of one connection in memory; what comes beyond that waits in the database alone."""
_STAYS_BUSY = 2.0
"""Seconds after several commands came together in which a batch waits for none of this connection."""


@dataclass(eq=False)
class Job:
    """A command that was handed to us, with the context (correlation, trace) that it came in.

    `kept`: as it is parked, so that its batch could go. `parked`: it ended in being parked, and waits its time.
    """

    command: CalendarCommandMessage
    done: "asyncio.Future[None]"
    key: str
    context: Context = field(default_factory=copy_context)
    kept: ParkedWork | None = None
    parked: bool = False

    @property
    def is_write(self) -> bool:
        """Whether it may be under way together with others."""
        return isinstance(self.command, CalendarPut | CalendarRemove)

    def takes_over(self, pull: CalendarPull) -> bool:
        """Do for another read, too, and count as asked for as late as that; False where it is none for this reason."""
        own = self.command
        if not isinstance(own, CalendarPull) or own.reason != pull.reason:
            return False
        self.command = max(own, pull, key=lambda one: one.occurred_at)
        return True

    def end(self, error: BaseException | None = None) -> None:
        """Let go whoever waits for it."""
        if self.done.done():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)
            self.done.exception()  # whoever waited may have gone


def made(command: CalendarCommandMessage, kept: ParkedWork | None = None) -> Job:
    """Return the job of a command that has just come, or that was parked."""
    return Job(command, asyncio.get_running_loop().create_future(), command.id, kept=kept)


class CommandQueue:
    """One connection's commands, in their order."""

    def __init__(self, connection_id: str) -> None:
        self.connection_id = connection_id
        self.whom = connection_id
        """Whose slowness it is where they take long: the server's, where the connection has its own."""
        self.crowded = asyncio.Event()
        self.came = asyncio.Event()
        self.again_at: datetime | None = None
        """When what is parked is taken up if this process dies, as it was stored."""
        self.stays_parked = False
        """What is parked waits for a time of its own: the connection is in trouble, or another process works on it."""
        self.overflowed = False
        """There are more in the database than here."""
        self.being_kept = 0
        self.kept_outside = 0
        self.looked_for: set[str] = set()
        """Commands of unknown end that were looked for among what is parked."""
        self._waiting: OrderedDict[str, Job] = OrderedDict()
        self._under_way: dict[str, Job] = {}
        self._busy_until = 0.0

    def __len__(self) -> int:
        """How many are waiting or under way."""
        return len(self._waiting) + len(self._under_way)

    @property
    def head(self) -> Job | None:
        """The one whose turn is next."""
        return next(iter(self._waiting.values()), None)

    @property
    def has_more(self) -> bool:
        """Whether anything waits, here or in the database; who is parking just now says so when it is done."""
        return self.head is not None or (self.overflowed and not self.being_kept and not self.stays_parked)

    def waiting(self) -> Iterator[Job]:
        """Yield those that wait, in their order; they may be taken meanwhile."""
        yield from list(self._waiting.values())

    def enter(self, command: CalendarCommandMessage) -> Job | None:
        """Put a command at the end, or find it there; None where it must wait outside, for too many do."""
        if known := self._same(command):
            return known
        if isinstance(command, CalendarPut | CalendarRemove) and (self.overflowed or len(self) >= MOST_WAITING):
            self.overflowed = True
            return None
        self._waiting[command.id] = job = made(command)
        self._note_arrival()
        return job

    def put_last(self, job: Job) -> None:
        """Put a job behind all others."""
        self._waiting[job.key] = job

    def put_first(self, job: Job) -> None:
        """Put a job before all others."""
        self._waiting[job.key] = job
        self._waiting.move_to_end(job.key, last=False)

    def knows(self, message_id: str) -> bool:
        """Whether this message is waiting or under way."""
        return message_id in self._waiting or message_id in self._under_way

    def has_command(self, command_id: str) -> bool:
        """Whether a write of this command is waiting or under way."""
        jobs = (*self._waiting.values(), *self._under_way.values())
        return any(getattr(job.command, "command_id", None) == command_id for job in jobs)

    def take(self, job: Job) -> Job:
        """Let a job begin."""
        self._under_way[job.key] = self._waiting.pop(job.key)
        return job

    def leave(self, job: Job) -> None:
        """Forget a job that has ended."""
        self._waiting.pop(job.key, None)
        self._under_way.pop(job.key, None)

    def rests_in(self) -> float:
        """Return in how many seconds a batch waits for this connection again."""
        return self._busy_until - asyncio.get_running_loop().time()

    def _same(self, command: CalendarCommandMessage) -> Job | None:
        """Return the job of the same message; of a pull, one that waits for the same reason, and takes it over."""
        if job := self._waiting.get(command.id) or self._under_way.get(command.id):
            return job
        for job in self._waiting.values():
            if isinstance(command, CalendarPull) and job.takes_over(command):
                return job
        return None

    def _note_arrival(self) -> None:
        self.came.set()
        now = asyncio.get_running_loop().time()
        if len(self) > 1:
            self._busy_until = now + _STAYS_BUSY
        if now < self._busy_until:
            self.crowded.set()
        else:
            self.crowded.clear()
