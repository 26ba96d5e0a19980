"""What every message carries: identity, time, tenant, cause and the chain of causes."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Cause = Literal["api", "calendar", "sync"]
"""Who set the change off: a person through the API, a calendar, or the sync itself."""

Id = Annotated[str, Field(min_length=1, max_length=1024)]


class Value(BaseModel):
    """A part of a message: immutable, and tolerant of fields that a newer producer added."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Message(Value):
    """The envelope. Subclasses add `type: Literal["<event>.v<N>"]`, which tells them apart on their topic."""

    id: Id = Field(description="uuid7 of this message; the same on redelivery")
    occurred_at: AwareDatetime = Field(description="when it became true, by the producer's clock (UTC)")
    company_id: Id = Field(description="the tenant; user and linked-item ids are unique within it only (G4)")
    aggregate_version: int = Field(ge=0, description="version of the document that the message tells of")
    correlation_id: Id
    causation_id: Id | None = Field(default=None, description="id of the message or request this one answers")
    cause: Cause
    command_id: Id | None = Field(default=None, description="the command that this message answers")
