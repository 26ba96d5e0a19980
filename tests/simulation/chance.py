"""What is left to chance in a run, all drawn from one seed: how long everything takes, and how much comes at once."""

import asyncio
from random import Random


class Chance:
    """Draws; one for a run."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)

    async def delay(self, longest: float) -> None:
        """Let some time pass, mostly little of it."""
        await asyncio.sleep(longest * self.rng.random() ** 3)

    def some(self, most: int) -> int:
        """Return a number from 1 on: all, as often as not."""
        return most if self.rng.random() < 0.5 else self.rng.randint(1, most)
