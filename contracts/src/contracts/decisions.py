"""Topic `sync.decisions.v1`: what was decided for an item and why, in words a user understands (L1).

Key: the connection id.
"""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from contracts.envelope import Id, Message, Value

Outcome = Literal["synced", "skipped", "waiting", "removed", "quarantined"]
Rule = Annotated[str, Field(pattern=r"^[A-L]\d{1,2}$", description="id of the rule that decided")]


class Remedy(Value):
    """The smallest change that would make the item sync."""

    words: str = Field(min_length=1)
    setting: str | None = None
    value: Any = None


class LostValue(Value):
    """A value that lost against a later change of the same field (J2) or was refused (E5)."""

    field: str
    side: Literal["crm", "calendar"]
    value: Any
    changed_at: AwareDatetime | None = None


class SyncDecided(Message):
    """A new outcome, or the same outcome by another rule."""

    type: Literal["sync.decided.v1"] = "sync.decided.v1"
    connection_id: Id
    user_id: Id
    activity_id: Id | None = None
    event_id: Id | None = None
    outcome: Outcome
    rule: Rule
    setting: str | None = None
    words: str = Field(min_length=1)
    remedy: Remedy | None = None
    lost: tuple[LostValue, ...] = ()
    reason: str | None = Field(default=None, description="the word of the rule: colleagues_event, ...")
