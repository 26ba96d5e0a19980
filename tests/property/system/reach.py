"""What a run got to: a machine that never reaches a kind of trouble proves nothing about it."""

import os
from collections import Counter
from dataclasses import dataclass, field

from tests.support.providers import FEATURES, PROVIDER
from tests.support.sandboxes import PARTS

PUSH_TRAPS = FEATURES.pushes
FAULTS = FEATURES.faults
ACTS = ("edit", "delete")
SERIAL_ACTS = ("edit", "move", "cancel", "split", "cut", "delete")
PRIVATE_ACTS = ("edit", "move", "turn", "delete")
MEETING_ACTS = ("answer", "answer", "edit", "delete")
TEAM_ACTS = ("create_crm", "create_calendar", "edit_crm", "edit_calendar", "delete_crm", "delete_calendar")
SETTINGS = ("direction", "outbound_types", "inbound_type", "on_event_deleted", "private_events")
MODES = ("private", "public", "skip")
ANSWERS = ("delete", "restore")
REMOVES = ("none", "activities", "events")
_EXPECTED = (
    *(f"act:{side}_{act}" for side in ("crm", "calendar") for act in ("create", *ACTS)),
    "act:calendar_copy",
    "act:calendar_create_beyond",
    *(f"race:{ours}/{theirs}" for ours in ACTS for theirs in ACTS),
    *(f"series:{act}" for act in ("create", *SERIAL_ACTS)),
    *(f"clock:{what}" for what in ("forward", "came_in", "under_way", "over")),
    *(f"private:{act}" for act in ("create", *PRIVATE_ACTS, "ask", "nowhere")),
    *(f"private:{mode}:open" for mode in MODES),
    *(f"private:{mode}:masked" for mode in MODES if mode != "public"),
    *(f"kept:{origin}" for origin in ("crm", "calendar")),
    *(f"setting:{name}" for name in SETTINGS),
    *(f"struck:{trap}" for trap in (*PUSH_TRAPS, *FAULTS)),
    *(f"hand_over:{origin}:to_{owner}" for origin in ("crm", "calendar") for owner in "78"),
    *(f"brake:{answer}" for answer in ANSWERS),
    *(f"reconnect:{remove}" for remove in REMOVES),
    *(f"kill:{part}" for part in PARTS),
    *(f"killed_during:{name}" for name in ("act", "race", "serial", "secret", "choose", "hand_over")),
    *(f"meeting:{what}" for what in ("invited_accepted", "invited_declined", "accepted", "declined", "edit", "delete")),
)
_EXPECTED_OF_A_TEAM = (
    *(f"team:{act}" for act in TEAM_ACTS),
    *(f"team:stop_{remove}" for remove in REMOVES),
    *(f"team:{what}" for what in ("back", "taken_over", "given_back")),
    *(f"killed_during:{name}" for name in ("team_act", "team_stop")),
)
_SIMULATED = (os.environ.get("FORM") or "simulated") == "simulated"
_SEEN_IN_MEMORY = ("killed_in_flight:several_writes",) if _SIMULATED else ()
"""Kills while several writes of one connection were under way, which only the simulated form sees."""


@dataclass
class Reach:
    """Counts per kind of what happened; `struck:` counts come from the simulator itself."""

    counts: Counter[str] = field(default_factory=Counter)

    def note(self, kind: str) -> None:
        """Count one more of a kind."""
        self.counts[kind] += 1

    def strikes(self, before: dict[str, int], after: dict[str, int]) -> None:
        """Count what the simulator counted in an example."""
        for trap, count in after.items():
            self.counts[f"struck:{trap}"] += count - before.get(trap, 0)

    @property
    def steps(self) -> int:
        """How many steps were made."""
        return self.counts["steps"]

    def missing(self) -> list[str]:
        """Return the kinds that were never reached."""
        expected = _EXPECTED if PROVIDER == "exchange" else (*_EXPECTED, *_EXPECTED_OF_A_TEAM, *_SEEN_IN_MEMORY)
        return [kind for kind in expected if not self.counts[kind]]

    def report(self) -> str:
        """Return all counts in words."""
        return "\n".join(f"{count:6d} {kind}" for kind, count in sorted(self.counts.items()))
