"""Threads for calls that block: a bounded number, of which no server and no mailbox holds more than its share.

A server that hangs keeps each of its calls in a thread until the time-out. So one server gets half of the threads at
most, and one mailbox a single one: Exchange limits calls per mailbox, and its sync state knows one reader.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import TypeVar
from weakref import WeakValueDictionary

from connector.adapters.providers.patience import LONGEST
from connector.domain.provider.errors import Throttled, Transient

_T = TypeVar("_T")

_SHARE = 2
_TURN = 10.0
"""Seconds that a call waits for its turn: with a usual call, below the life of a lease."""
_GRACE = 1.0
"""Seconds in which a call ends that was cut off; one that hangs in the resolver of names cannot be."""


class Threads:
    """Runs blocking work in an executor of its own; `size` is how many threads that has."""

    def __init__(self, executor: Executor, size: int) -> None:
        self._executor = executor
        self._all = asyncio.Semaphore(size)
        self._share = max(1, size // _SHARE)
        self._servers: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._mailboxes: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def run(self, server: str, mailbox: str, work: Callable[[], _T], cut: Callable[[], None]) -> _T:
        """Return what `work` does in a thread.

        Raises Transient where it takes too long, after `cut` was called, and Throttled where its turn does not come.
        The turn is given back when the thread ends, and not before: a lost thread counts for its server and mailbox.
        """
        held = await self._turn(server, mailbox)
        ended = asyncio.get_running_loop().run_in_executor(self._executor, work)
        ended.add_done_callback(lambda _: _give_back(held))
        return await _in_time(ended, cut)

    async def _turn(self, server: str, mailbox: str) -> Sequence[asyncio.Semaphore]:
        turns = (_known(self._mailboxes, mailbox, 1), _known(self._servers, server, self._share), self._all)
        held: list[asyncio.Semaphore] = []
        try:
            async with asyncio.timeout(_TURN):
                for turn in turns:
                    await turn.acquire()
                    held.append(turn)
        except TimeoutError as error:
            _give_back(held)
            raise Throttled("too_many_calls", "more calls to this server wait than can be made at a time") from error
        except BaseException:
            _give_back(held)
            raise
        return held


def _known(among: WeakValueDictionary[str, asyncio.Semaphore], key: str, size: int) -> asyncio.Semaphore:
    known = among.get(key)
    if known is None:
        known = among[key] = asyncio.Semaphore(size)
    return known


def _give_back(held: Sequence[asyncio.Semaphore]) -> None:
    for turn in held:
        turn.release()


async def _in_time(ended: "asyncio.Future[_T]", cut: Callable[[], None]) -> _T:
    try:
        done, _ = await asyncio.wait({ended}, timeout=LONGEST)
        if not done:
            cut()
            done, _ = await asyncio.wait({ended}, timeout=_GRACE)
    except asyncio.CancelledError:
        cut()
        raise
    if done:
        return ended.result()
    ended.add_done_callback(lambda late: late.exception())  # nobody waits for it any more
    raise Transient("timeout", "the server did not answer in time")
