"""Events that are not told, each with the reason that explain gives (L1)."""

from dataclasses import dataclass
from typing import Literal

from contracts.decisions import Remedy

_LOOK_FURTHER = Remedy(words="Look further ahead.", setting="horizon_days", value=730)


@dataclass(frozen=True)
class SkippedEvent:
    """An event that stays outside the sync: by which rule, why, and what would bring it in."""

    event_id: str
    outcome: Literal["quarantined", "waiting"]
    rule: str
    words: str
    setting: str | None = None
    remedy: Remedy | None = None


def unreadable(event_id: str, rule: str, reason: str) -> SkippedEvent:
    """Return the reason for an item nobody can make sense of; it never stops the rest (E3, F6)."""
    words = f"The calendar's entry cannot be read, so it is left out: {reason}."
    return SkippedEvent(event_id, "quarantined", rule, words)


def beyond_horizon(event_id: str) -> SkippedEvent:
    """Return the reason for an event that lies too far ahead as yet (D5)."""
    words = "It lies further ahead than the sync looks, and comes in when it is nearer."
    return SkippedEvent(event_id, "waiting", "D5", words, "horizon_days", _LOOK_FURTHER)


def none_in_window(series_id: str) -> SkippedEvent:
    """Return the reason for a series without an occurrence between now and the horizon (D5, E3)."""
    words = "None of its occurrences lies between now and as far ahead as the sync looks."
    return SkippedEvent(series_id, "waiting", "D5", words, "horizon_days", _LOOK_FURTHER)
