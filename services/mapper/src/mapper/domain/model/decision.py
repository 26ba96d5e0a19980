"""What a decision is made of: the next link, what is asked of either side, and why (L1)."""

from dataclasses import dataclass

from contracts.activity_commands import ActivityChanges
from contracts.calendar_objects import EventChanges
from contracts.decisions import LostValue, Outcome, Remedy
from mapper.domain.model.link import Link


@dataclass(frozen=True)
class PutEvent:
    """Create the event, or change these fields of it; `block`: the context block in the description (F4)."""

    changes: EventChanges
    block: str | None = None
    create: bool = False


@dataclass(frozen=True)
class RemoveEvent:
    """Take the event out of the calendar; the link then closes for this reason."""

    closing: str


@dataclass(frozen=True)
class PutActivity:
    """Create the activity, bring it back, or change these fields of it."""

    changes: ActivityChanges


@dataclass(frozen=True)
class RemoveActivity:
    """Delete the activity; the link then closes for this reason."""

    closing: str


Action = PutEvent | RemoveEvent | PutActivity | RemoveActivity


@dataclass(frozen=True)
class Explanation:
    """Why: the outcome, the rule that decided, the setting behind it, and what would change it.

    One that is `passing` holds for all items of a connection for a while: explain tells it, nothing is recorded.
    """

    outcome: Outcome
    rule: str
    words: str
    setting: str | None = None
    remedy: Remedy | None = None
    lost: tuple[LostValue, ...] = ()
    passing: bool = False


@dataclass(frozen=True)
class Decision:
    """The link as it is now, what to ask for, and why; without a verdict nothing new was decided."""

    link: Link
    explanation: Explanation | None = None
    actions: tuple[Action, ...] = ()
