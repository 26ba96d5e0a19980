"""Topic `connection.events.v1` (compacted by connection): a connection's settings and status; no secrets."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from contracts.envelope import Id, Message, Value

Provider = Literal["google", "outlook", "office365", "exchange"]
ConnectionStatus = Literal[
    "connecting",
    "initial_sync",
    "in_sync",
    "catching_up",
    "throttled",
    "calendar_unavailable",
    "needs_reauth",
    "needs_confirmation",
    "stopping",
    "stopped",
]
Remove = Literal["none", "activities", "events"]


@dataclass(frozen=True)
class ReadsAnew:
    """Marks a setting: a change may let in what was passed over, or alter how it looks, so both sides are replayed.

    Any change does, or only one `to` a value, or only what is `added` to a list.
    """

    to: str | None = None
    added: bool = False

    def applies(self, before: Any, after: Any) -> bool:  # noqa: ANN401 - a setting of any type
        """Whether a change of the setting asks for a replay."""
        if self.added:
            return bool(set(after) - set(before))
        return bool(before != after and self.to in {None, after})


class ConnectionSettings(Value):
    """What the user chose: the one declaration of every setting.

    HTTP requests and views, the connector's document and this topic's messages derive from it, and so does which
    changes make the calendar be read anew.
    """

    calendar_id: Annotated[Id, ReadsAnew()]
    direction: Annotated[Literal["two_way", "one_way"], ReadsAnew(to="two_way")] = "two_way"
    inbound_type: str = Field(default="meeting", description="type of activities made from events; two-way only (C2)")
    outbound_types: Annotated[tuple[str, ...] | None, ReadsAnew(added=True)] = Field(
        default=None, description="null: all active types (C1)"
    )
    include_context: bool = Field(default=False, strict=True, description="deal and contact information in events (F4)")
    private_events: Annotated[Literal["private", "public", "skip"], ReadsAnew()] = "private"
    inbound_visibility: Literal["everyone", "owner"] = "everyone"
    on_event_deleted: Literal["delete", "keep"] = "delete"
    backfill: Literal["future", "none"] = "future"
    invite_guests: bool = Field(default=False, strict=True, description="true lets the provider mail guests (I1)")
    horizon_days: int = Field(default=180, ge=1, le=730, strict=True, description="how far ahead events come in (D5)")
    timezone: str = Field(default="UTC", description="IANA")


class Coverage(Value):
    """Since when the connection covers items: the *now* of D1 is never before these (B4, C5, D1)."""

    connected_at: AwareDatetime
    two_way_since: AwareDatetime | None = Field(default=None, description="last switch to two-way")
    calendar_since: AwareDatetime | None = Field(default=None, description="last choice of another calendar (A9)")
    private_since: AwareDatetime | None = Field(default=None, description="since private events are not skipped (G2)")
    types_since: dict[str, AwareDatetime] = Field(default_factory=dict, description="last selection of each type")


class BrakeAnswer(Value):
    """The user's answer to a brake; stays until the mapper reports the brake settled (H4)."""

    brake_id: Id
    action: Literal["delete", "restore"]


class ConnectionChanged(Message):
    """A connection is now like this. `aggregate_version` is the version of its document."""

    type: Literal["connection.changed.v1"] = "connection.changed.v1"
    connection_id: Id
    user_id: Id
    provider: Provider
    account_key: Id
    email: str
    status: ConnectionStatus
    settings: ConnectionSettings
    settings_version: int = Field(ge=1)
    coverage: Coverage
    replay_id: Id = Field(description="a new one asks the mapper to replay both sides (K4)")
    remove: Remove = Field(default="none", description="for stopping: what the mapper has to take away first (K1)")
    brake_answer: BrakeAnswer | None = None
