"""What asks the machine for time or chance without being given it: for as long as a run lasts, the run answers."""

import gc
import random
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from random import Random
from unittest.mock import patch

import anyio.to_thread
import uuid_utils

from tests.simulation.clock import VirtualClock
from tests.simulation.loop import VirtualLoop


@contextmanager
def determined(loop: VirtualLoop, clock: VirtualClock, seed: int) -> Iterator[None]:
    """Let pauses of libraries (tenacity), ids (uuid7) and what spreads contenders follow from a run's seed alone.

    The garbage collector rests: it would end abandoned generators whenever it pleases.
    """
    before = random.getstate()
    random.seed(seed)
    gc.disable()
    with ExitStack() as stack:
        stack.enter_context(patch.object(time, "monotonic", loop.time))
        stack.enter_context(patch.object(anyio.to_thread, "run_sync", _refuse))
        stack.enter_context(patch.object(uuid_utils, "uuid7", _ids(clock, Random(seed))))
        yield
    gc.enable()
    random.setstate(before)


async def _refuse(work: Callable[..., object], *_: object, **__: object) -> None:
    raise RuntimeError(f"{work} wants a thread, and when that ends nobody can say")


class _ids:  # noqa: N801 - stands in for a function
    """UUIDs version 7 by the run's clock: sorting by when they were made."""

    def __init__(self, clock: VirtualClock, rng: Random) -> None:
        self._clock, self._rng, self._numbers = clock, rng, count()

    def __call__(self) -> uuid.UUID:
        moment, number = int(self._clock.now().timestamp() * 1000), next(self._numbers) & 0xFFF
        return uuid.UUID(int=moment << 80 | 7 << 76 | number << 64 | 2 << 62 | self._rng.getrandbits(62))
