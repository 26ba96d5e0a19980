"""Topic `connection.events.v1` (compacted by connection): a connection's settings and status; no secrets."""

from typing import Literal

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


class ConnectionSettings(Value):
    """What the user chose. Names, values and defaults are those of the HTTP API."""

    calendar_id: Id
    direction: Literal["two_way", "one_way"] = "two_way"
    inbound_type: str = "meeting"
    outbound_types: tuple[str, ...] | None = Field(default=None, description="None: all active types")
    include_context: bool = False
    private_events: Literal["private", "public", "skip"] = "private"
    inbound_visibility: Literal["everyone", "owner"] = "everyone"
    on_event_deleted: Literal["delete", "keep"] = "delete"
    backfill: Literal["future", "none"] = "future"
    invite_guests: bool = False
    horizon_days: int = Field(default=180, ge=1, le=730)
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
