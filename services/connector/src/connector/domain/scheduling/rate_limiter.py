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
"""Takings a second that always go on: the probes."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How the provider answered since the last look."""

    answered: int = 0
    refused: int = 0
    unanswered: int = 0


@dataclass(frozen=True, slots=True)
class Tempo:
    """A rate in takings a second; `knee` is where the provider last refused, `away` that it does not answer at all."""

    rate: float
    knee: float
    away: bool = False


def at_most(most: float) -> Tempo:
    """Return the tempo of a provider of which nothing bad is known."""
    return Tempo(most, most)


def adjusted(tempo: Tempo, seen: Seen, most: float) -> Tempo:
    """Return the tempo after what was seen of the provider; without any news, as it is."""
    bad, total = seen.refused + seen.unanswered, seen.answered + seen.refused + seen.unanswered
    if total == 0:
        return tempo
    if tempo.away and not seen.answered:
        return tempo
    if bad >= _BAD_AT_LEAST and bad > _BAD_SHARE * total:
        return _slower(tempo, seen)
    return _faster(tempo, most)


def _slower(tempo: Tempo, seen: Seen) -> Tempo:
    if seen.unanswered > seen.answered + seen.refused:
        return replace(tempo, rate=LEAST, away=True)
    knee = tempo.rate if tempo.rate > _NEAR * tempo.knee else tempo.knee
    return Tempo(max(LEAST, tempo.rate / 2), max(LEAST, knee))


def _faster(tempo: Tempo, most: float) -> Tempo:
    """Steep up to near where it was refused, gentle from there on."""
    if tempo.away:
        return Tempo(max(tempo.rate, most * _BACK), tempo.knee)
    near = _NEAR * tempo.knee
    rate = min(near, tempo.rate * _STEEP) if tempo.rate < near else tempo.rate + _GENTLE * most
    rate = min(rate, most)
    return Tempo(rate, max(tempo.knee, rate))
