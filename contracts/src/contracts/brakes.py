"""Topic `sync.brakes.v1`: a pass would delete too much, and the user is asked first (H4). Key: connection id."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.envelope import Id, Message, Value


class BrakeItem(Value):
    """One item that would be deleted."""

    side: Literal["crm", "calendar"]
    activity_id: Id
    event_id: Id | None = None
    title: str
    start: str | None = Field(default=None, description="RFC 3339 instant or date")


class Restore(Value):
    """The settings as they were before the change behind a brake: what restoring puts back (C5, I2)."""

    outbound_types: tuple[str, ...] | None = Field(default=(), description="to select again; None: all active types")
    direction: Literal["one_way"] | None = None
    invite_guests: Literal[False] | None = None


class BrakeRequested(Message):
    """The mapper stopped before the first deletion of a pass and asks for a confirmation."""

    type: Literal["brake.requested.v1"] = "brake.requested.v1"
    connection_id: Id
    brake_id: Id
    pass_id: Id
    items: tuple[BrakeItem, ...] = Field(max_length=500, description="the first of them")
    total: int = Field(default=0, ge=0, description="how many there are in all")
    settings_version: int | None = Field(default=None, description="of the settings change behind the pass, if one is")
    restore: Restore | None = Field(default=None, description="what to put back, after a settings change")


class BrakeSettled(Message):
    """The answer was carried out, or a newer pass made the brake unnecessary; the connection may forget it."""

    type: Literal["brake.settled.v1"] = "brake.settled.v1"
    connection_id: Id
    brake_id: Id
    action: Literal["delete", "restore", "withdrawn"]


BrakeMessage = Annotated[BrakeRequested | BrakeSettled, Field(discriminator="type")]
