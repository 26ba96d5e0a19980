"""Events that are not published, each with the reason that explain shows (L1)."""

from dataclasses import dataclass
from typing import Literal

from contracts.decisions import Remedy

SkipOutcome = Literal["quarantined", "skipped", "waiting"]
SkipRule = Literal["A10", "D1", "D5", "E3", "F6"]
_LOOK_FURTHER = Remedy(words="Look further ahead.", setting="horizon_days", value=730)


@dataclass(frozen=True)
class SkippedEvent:
    """An event that is not synced: the rule that says so, the reason in words, and what would make it sync."""

    event_id: str
    outcome: SkipOutcome
    rule: SkipRule
    words: str
    setting: Literal["horizon_days"] | None = None
    remedy: Remedy | None = None
    reason: Literal["colleagues_event"] | None = None


def colleagues_event(event_id: str) -> SkippedEvent:
    """Return an event of a shared calendar that is a colleague's alone; nothing of what it says is told (A10)."""
    words = "The calendar is shared, and this event belongs to a colleague's sync; it is not yours as well."
    return SkippedEvent(event_id, "skipped", "A10", words, reason="colleagues_event")


def unreadable(event_id: str, rule: SkipRule, reason: str) -> SkippedEvent:
    """Return an item that cannot be interpreted: it is quarantined and never stops the rest (E3, F6)."""
    words = f"The calendar's entry cannot be read, so it is left out: {reason}."
    return SkippedEvent(event_id, "quarantined", rule, words)


def beyond_horizon(event_id: str) -> SkippedEvent:
    """Return an event that starts after the horizon (D5)."""
    words = "It lies further ahead than the sync looks, and comes in when it is nearer."
    return SkippedEvent(event_id, "waiting", "D5", words, "horizon_days", _LOOK_FURTHER)


def none_in_window(series_id: str) -> SkippedEvent:
    """Return a series that has no occurrence between now and the horizon (D5, E3)."""
    words = "None of its occurrences lies between now and as far ahead as the sync looks."
    return SkippedEvent(series_id, "waiting", "D5", words, "horizon_days", _LOOK_FURTHER)


def over(series_id: str) -> SkippedEvent:
    """Return a series whose last occurrence is over: no setting brings it in (D1, E3)."""
    return SkippedEvent(series_id, "skipped", "D1", "None of its occurrences lies ahead, and only what does is synced.")
