"""Topic `link.states.v1`: how links stand, for the store's `sync` field and the connector's status.

Key: the connection id.
"""

from typing import Annotated, Literal

from pydantic import Field

from contracts.envelope import Id, Message

LinkState = Literal["pending", "active", "dormant", "frozen", "closed", "quarantined"]
Origin = Literal["crm", "calendar"]


class LinkStateChanged(Message):
    """A link is now in this state. `aggregate_version` is the link's version."""

    type: Literal["link.state.changed.v1"] = "link.state.changed.v1"
    connection_id: Id
    activity_id: Id
    account_key: Id | None = None
    calendar_id: Id | None = None
    event_id: Id | None = None
    origin: Origin
    state: LinkState
    reason: str | None = None


class ConnectionCounted(Message):
    """How far a connection is: what its status and progress are made of (L2)."""

    type: Literal["connection.counted.v1"] = "connection.counted.v1"
    connection_id: Id
    replay_id: Id
    replayed: bool = Field(description="both sides of this replay have been taken in")
    links: int = Field(ge=0, description="as many as there were when the last replay had been taken in, or are so far")
    pending: int = Field(ge=0, description="links with a command under way")


class ConnectionDrained(Message):
    """Stopping: everything that was to be removed is removed or refused; credentials may go (K1)."""

    type: Literal["connection.drained.v1"] = "connection.drained.v1"
    connection_id: Id
    refused: int = Field(default=0, ge=0)


LinkStateMessage = Annotated[LinkStateChanged | ConnectionCounted | ConnectionDrained, Field(discriminator="type")]
