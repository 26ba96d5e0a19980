"""Whose calendars the people of the tests have (PROVIDER), and what is different there: the one table of e2e tests."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Features:
    """How a provider's calls are named in the simulator's journal, and what it holds.

    `longest_text`: how many characters of a description it keeps, None for more than any test has. `any_rule`: it
    keeps rules that nobody can expand.
    """

    reads: str
    creates: str
    updates: str
    deletes: str
    longest_text: int | None = None
    any_rule: bool = False

    @property
    def writes(self) -> frozenset[str]:
        """All calls that change an event."""
        return frozenset({self.creates, self.updates, self.deletes})


_GOOGLE = Features(
    reads="calendar.events.list",
    creates="calendar.events.insert",
    updates="calendar.events.patch",
    deletes="calendar.events.delete",
    longest_text=8192,
    any_rule=True,
)
_GRAPH = Features(reads="calendarView.delta", creates="events.create", updates="events.update", deletes="events.delete")

PROVIDERS = {"google": _GOOGLE, "outlook": _GRAPH, "office365": _GRAPH}

PROVIDER = os.environ.get("PROVIDER") or "google"
FEATURES = PROVIDERS[PROVIDER]
