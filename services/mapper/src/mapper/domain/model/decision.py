"""A decision: the next link, the actions on either side, and the explanation (L1)."""

from dataclasses import dataclass
from typing import Literal

from contracts.activity_commands import ActivityChanges
from contracts.calendar_objects import EventChanges
from contracts.decisions import LostValue, Outcome, Remedy
from mapper.domain.model.link import Link
from mapper.domain.model.states import RemovalReason, SkipReason

# fmt: off
RuleId = Literal[
    "A1", "A8", "A9", "B1", "B2", "B3", "C1", "C5", "C6", "D1", "D2", "D3", "D4", "D7", "D8", "E5", "F4", "G2",
    "H1", "H2", "H3", "H4", "I2", "J1", "J2", "J3", "K1", "K2", "K4",
]
# fmt: on
"""The rules that decide about an item."""

Setting = Literal[
    "backfill",
    "calendar_id",
    "direction",
    "include_context",
    "invite_guests",
    "on_event_deleted",
    "outbound_types",
    "private_events",
]
"""The settings of a connection that decide about an item."""


@dataclass(frozen=True)
class PutEvent:
    """Create the event, or change these fields of it; `block`: the context block in the description (F4)."""

    changes: EventChanges
    block: str | None = None
    create: bool = False


@dataclass(frozen=True)
class RemoveEvent:
    """Take the event out of the calendar; the link then closes for this reason."""

    closing: RemovalReason


@dataclass(frozen=True)
class PutActivity:
    """Create the activity, restore it, or change these fields of it."""

    changes: ActivityChanges


@dataclass(frozen=True)
class RemoveActivity:
    """Delete the activity; the link then closes for this reason."""

    closing: RemovalReason


Action = PutEvent | RemoveEvent | PutActivity | RemoveActivity


@dataclass(frozen=True)
class Explanation:
    """Why: the outcome, the rule that decided, the setting behind it, and what would change it.

    One that is `passing` holds for all items of a connection for a while: explain shows it, nothing is recorded.
    """

    outcome: Outcome
    rule: RuleId
    words: str
    setting: Setting | None = None
    remedy: Remedy | None = None
    lost: tuple[LostValue, ...] = ()
    passing: bool = False


Obstacle = tuple[SkipReason, Explanation]
"""Why an item is not synced."""


@dataclass(frozen=True)
class Decision:
    """The link as it is now, the actions, and why; without an explanation nothing new was decided."""

    link: Link
    explanation: Explanation | None = None
    actions: tuple[Action, ...] = ()
