"""Says whose activities change, whoever changes them: requests here, the sync, or another process of the service.

One change stream of the database serves all who watch; it is open while somebody does, and costs nothing else. A
signal says only that something may be different: who hears it looks himself, so nothing is lost by one that came
twice, came together with others, or was missed while the database was away.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

import structlog

from chassis.outages import as_transient
from chassis.persistence.table import Raw

log = structlog.get_logger()

_RETRY_SECONDS = 2.0
_ACTIVITIES, _USERS = "activities", "users"
_FIELDS: Mapping[str, Sequence[str]] = {_ACTIVITIES: ["company_id", "owners"], _USERS: ["company_id", "user_id"]}


class ChangeSource(Protocol):
    """What tells of writes; see `chassis.persistence.table.Database.changes`."""

    def changes(self, fields: Mapping[str, Sequence[str]]) -> AsyncIterator[tuple[str, Raw] | None]:
        """Yield what is written, and None at first and now and then."""
        ...


@dataclass(eq=False)
class Watch:
    """One who watches an owner's activities; `live` while no change can be missed."""

    company_id: str
    owner_id: str
    viewer_id: str
    live: bool = False
    ended: bool = False
    _heard: asyncio.Event = field(default_factory=asyncio.Event)

    def notify(self, *, live: bool = True) -> None:
        """Say that something may be different."""
        self.live = live
        self._heard.set()

    def end(self) -> None:
        """Say that it is over."""
        self.ended = True
        self._heard.set()

    async def heard(self, seconds: float) -> bool:
        """Wait for the next signal; False where none came for so long."""
        try:
            await asyncio.wait_for(self._heard.wait(), seconds)
        except TimeoutError:
            return False
        self._heard.clear()
        return True


class ChangeSignals:
    """Everybody who watches in this process."""

    def __init__(self, source: ChangeSource) -> None:
        self._source = source
        self._watches: set[Watch] = set()
        self._listening: asyncio.Task[None] | None = None
        self._live = False
        self._ended = False

    @contextmanager
    def watch(self, company_id: str, owner_id: str, viewer_id: str) -> Iterator[Watch]:
        """Watch an owner's activities; the first signal comes when changes can be missed no more."""
        watch = Watch(company_id, owner_id, viewer_id)
        self._watches.add(watch)
        if self._ended:
            watch.end()
        elif self._listening is None:
            self._listening = asyncio.create_task(self._listen(), name="change_signals")
        elif self._live:
            watch.notify()
        try:
            yield watch
        finally:
            self._watches.discard(watch)
            if not self._watches:
                self._rest()

    def count(self, company_id: str | None = None, viewer_id: str | None = None) -> int:
        """Return how many watch, of all or of one user."""
        if viewer_id is None:
            return len(self._watches)
        return sum((one.company_id, one.viewer_id) == (company_id, viewer_id) for one in self._watches)

    def end(self) -> None:
        """End all that watch, and whoever comes later: the service stops."""
        self._ended = True
        for watch in self._watches:
            watch.end()

    def _rest(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
        self._listening, self._live = None, False

    async def _listen(self) -> None:
        while True:
            try:
                await self._pass_on()
            except Exception as error:  # whatever it is: pages say that they are not live, and it is tried again
                log.warning("change_stream_failed", error=repr(error), exc_info=None if as_transient(error) else error)
            self._live = False
            for watch in self._watches:
                watch.notify(live=False)
            await asyncio.sleep(_RETRY_SECONDS)

    async def _pass_on(self) -> None:
        changes = cast("Any", self._source.changes(_FIELDS))
        async with aclosing(changes):
            async for change in changes:
                if change is None and self._live:
                    continue
                self._live = True
                for watch in self._concerned(change):
                    watch.notify()

    def _concerned(self, change: tuple[str, Raw] | None) -> Iterable[Watch]:
        return [watch for watch in self._watches if change is None or _concerns(watch, *change)]


def _concerns(watch: Watch, table: str, written: Raw) -> bool:
    """Whether a write may change what one sees: an activity of the owner, also one he gave away, or who looks."""
    if written.get("company_id") != watch.company_id:
        return False
    if table == _USERS:
        return written.get("user_id") in {watch.viewer_id, watch.owner_id}
    return watch.owner_id in written.get("owners", ())
