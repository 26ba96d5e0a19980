"""Measures of the simulation: how late (as a histogram, so that millions cost nothing) and how many calls a second."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

_PER_E = 20
"""Buckets per factor e: a quantile is right to 5 %."""


class Lateness:
    """A histogram of waiting times in seconds."""

    __slots__ = ("_buckets", "_most", "count")

    def __init__(self) -> None:
        self._buckets: Counter[int] = Counter()
        self._most = 0.0
        self.count = 0

    def note(self, seconds: float) -> None:
        """Count one waiting time."""
        self._buckets[int(math.log1p(seconds * 1000) * _PER_E)] += 1
        self.count += 1
        self._most = max(self._most, seconds)

    def quantile(self, share: float) -> float:
        """Return the time that this share of all did not exceed."""
        left = share * self.count
        for bucket in sorted(self._buckets):
            left -= self._buckets[bucket]
            if left <= 0:
                return min(self._most, math.expm1((bucket + 1) / _PER_E) / 1000)
        return self._most

    def add(self, other: "Lateness") -> None:
        """Take in what another has counted."""
        self._buckets.update(other._buckets)
        self._most = max(self._most, other._most)
        self.count += other.count

    def summary(self) -> dict[str, float]:
        """Return p50, p99 and max, in seconds."""
        times = {"p50": self.quantile(0.5), "p99": self.quantile(0.99), "max": self._most}
        return {"count": self.count, **{name: round(value, 2) for name, value in times.items()}}


def merged(slices: Sequence["Phase"]) -> "Phase":
    """Return consecutive slices of one phase as one."""
    whole = Phase(slices[0].name, slices[0].begins)
    for one in slices:
        whole.add(one)
    return whole


@dataclass
class Phase:
    """What is measured between two moments of the story."""

    name: str
    begins: float
    ends: float = 0.0
    late: dict[str, Lateness] = field(default_factory=dict)
    calls: dict[tuple[str, str], Counter[int]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def waited(self, what: str, seconds: float) -> None:
        """Note how late something was taken."""
        if what not in self.late:
            self.late[what] = Lateness()
        self.late[what].note(seconds)

    def called(self, provider: str, outcome: str, at: float) -> None:
        """Note one call to a provider."""
        key = (provider, outcome)
        if key not in self.calls:
            self.calls[key] = Counter()
        self.calls[key][int(at)] += 1

    def add(self, other: "Phase") -> None:
        """Take in the figures of a slice of this phase."""
        self.ends = other.ends
        self.counts.update(other.counts)
        for what, lateness in other.late.items():
            self.late.setdefault(what, Lateness()).add(lateness)
        for key, per in other.calls.items():
            self.calls.setdefault(key, Counter()).update(per)

    def rates(self) -> dict[str, dict[str, float]]:
        """Return calls a second, per provider and outcome: the mean, and the busiest second."""
        seconds = max(1.0, self.ends - self.begins)
        return {
            f"{provider} {outcome}": {
                "mean": round(sum(per.values()) / seconds, 1),
                "max": max(per.values()),
            }
            for (provider, outcome), per in sorted(self.calls.items())
        }

    def result(self) -> dict[str, object]:
        """Return everything as plain values."""
        return {
            "phase": self.name,
            "minutes": round((self.ends - self.begins) / 60),
            "late": {what: lateness.summary() for what, lateness in sorted(self.late.items())},
            "calls": self.rates(),
            "counts": dict(sorted(self.counts.items())),
        }
