"""What a real provider does to its clients now and then, by name, and when it strikes.

A trap is armed for the next k calls, or drawn by a seeded random mode. Each provider has a table of its own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from random import Random
from typing import Any

Parameters = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Trap:
    """One trap: `number` is its place in the list of the provider's known traps.

    `drawn`: the random mode may choose it (else it only strikes when armed, because nothing
    but a person heals what it does).
    """

    id: str
    number: int
    meaning: str
    defaults: Parameters = field(default_factory=dict)
    drawn: bool = True


Table = Mapping[str, Trap]


def table(traps: Iterable[Trap]) -> Table:
    """The traps by their names."""
    return {trap.id: trap for trap in traps}


@dataclass(slots=True)
class Armed:
    """A trap set by hand: for `count` strikes (None: until taken off) of matching operations."""

    trap: str
    count: int | None = 1
    operation: str = "*"
    account: str = "*"
    parameters: Parameters = field(default_factory=dict)


@dataclass(slots=True)
class TrapBox:
    """Which traps of the table strike. The random mode draws each with probability `rate`."""

    known: Table
    armed: list[Armed] = field(default_factory=list)
    rate: float = 0.0
    rng: Random = field(default_factory=Random)
    only: tuple[str, ...] = ()
    struck: dict[str, int] = field(default_factory=dict)

    def randomise(self, seed: int, rate: float, only: tuple[str, ...] = ()) -> None:
        """Start the random mode anew (rate 0 ends it); `only` narrows it by patterns."""
        self.rng, self.rate, self.only = Random(seed), rate, only

    def take(self, trap_id: str, operation: str = "", account: str = "") -> Parameters | None:
        """The trap's parameters if it strikes now, else None."""
        trap = self.known[trap_id]
        for armed in self.armed:
            fits = fnmatch(operation, armed.operation) and fnmatch(account, armed.account)
            if armed.trap == trap_id and fits:
                self._used(armed)
                return self._strike(trap, armed.parameters)
        if trap.drawn and self._may_draw(trap_id) and self.rng.random() < self.rate:
            return self._strike(trap, {})
        return None

    def _may_draw(self, trap_id: str) -> bool:
        if self.rate <= 0:
            return False
        return not self.only or any(fnmatch(trap_id, one) for one in self.only)

    def _used(self, armed: Armed) -> None:
        if armed.count is None:
            return
        armed.count -= 1
        if armed.count <= 0:
            self.armed.remove(armed)

    def _strike(self, trap: Trap, parameters: Parameters) -> Parameters:
        self.struck[trap.id] = self.struck.get(trap.id, 0) + 1
        return trap.defaults | parameters
