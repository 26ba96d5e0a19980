"""How fast work that can wait is asked for: as fast as the provider answers (AIMD, as TCP finds its rate).

A quota belongs to all pods and to users' own work too; nobody knows what is left of it but the provider's answers.
So each pod slows down by half where they tell of trouble, and speeds up again while they do not. Where a provider does
not answer at all, what is left of the rate is the probes that find out when it does.
"""

from dataclasses import dataclass, replace

_BAD_SHARE = 0.05
_BAD_AT_LEAST = 3
"""One connection's trouble is not its provider's."""
_NEAR = 0.8
_STEEP, _GENTLE = 1.5, 0.02
_BACK = 0.1
"""Of the highest rate: where it goes on once a provider answers again."""
LEAST = 0.05
"""Connections a second that are always dispatched: the probes."""


@dataclass(frozen=True, slots=True)
class Responses:
    """How the provider answered since the last look."""

    answered: int = 0
    refused: int = 0
    unanswered: int = 0


@dataclass(frozen=True, slots=True)
class Rate:
    """Connections a second; `knee` is where the provider last refused, `away` that it does not answer at all."""

    rate: float
    knee: float
    away: bool = False


def full_rate(most: float) -> Rate:
    """Return the rate for a provider that has refused nothing yet."""
    return Rate(most, most)


def adjusted(current: Rate, seen: Responses, most: float) -> Rate:
    """Return the rate after the provider's latest responses; unchanged where there were none."""
    bad, total = seen.refused + seen.unanswered, seen.answered + seen.refused + seen.unanswered
    if total == 0:
        return current
    if current.away and not seen.answered:
        return current
    if bad >= _BAD_AT_LEAST and bad > _BAD_SHARE * total:
        return _slower(current, seen)
    return _faster(current, most)


def _slower(current: Rate, seen: Responses) -> Rate:
    if seen.unanswered > seen.answered + seen.refused:
        return replace(current, rate=LEAST, away=True)
    knee = current.rate if current.rate > _NEAR * current.knee else current.knee
    return Rate(max(LEAST, current.rate / 2), max(LEAST, knee))


def _faster(current: Rate, most: float) -> Rate:
    """Steep up to near where it was refused, gentle from there on."""
    if current.away:
        return Rate(max(current.rate, most * _BACK), current.knee)
    near = _NEAR * current.knee
    faster = min(near, current.rate * _STEEP) if current.rate < near else current.rate + _GENTLE * most
    rate = min(faster, most)
    return Rate(rate, max(current.knee, rate))
