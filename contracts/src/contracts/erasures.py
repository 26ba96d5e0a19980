"""Topic `erasures.v1`: a person or a company is erased, service after service. Key: the erasure's id. Ids alone.

The connector begins, since nothing more may be read or written for anybody; the mapper follows, so that no command
of its own makes anything again; the activity store ends. Each does its part when it hears that the one before has.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from contracts.envelope import Id, Message, Value

ErasingService = Literal["connector", "mapper", "activity-store"]


class ErasedConnection(Value):
    """A connection as it is after the erasure: what is older than this is late, and says nothing any more."""

    id: Id
    user_id: Id
    version: int = Field(ge=0, description="of its last message on connection.events")
    settings_version: int = Field(ge=1)


class ErasedDocuments(Value):
    """How many documents of a collection were erased."""

    collection: str
    count: int = Field(ge=0)


class Erasure(Message):
    """Shared body."""

    erasure_id: Id = Field(description="of the person or company; the same whenever it is erased again")
    run: Id = Field(description="of this request: a repeated one runs through all services anew")
    user_id: Id | None = Field(default=None, description="null: all of the company")
    connections: tuple[ErasedConnection, ...] = Field(default=(), description="all that there ever were")


class ErasureRequested(Erasure):
    """Somebody in charge asks for it."""

    type: Literal["erasure.requested.v1"] = "erasure.requested.v1"


class ErasureStepDone(Erasure):
    """A service has erased what it had."""

    type: Literal["erasure.step.done.v1"] = "erasure.step.done.v1"
    service: ErasingService
    erased: tuple[ErasedDocuments, ...] = ()


def erased_documents(counts: Mapping[str, int]) -> tuple[ErasedDocuments, ...]:
    """Return counts by collection as the message has them; what is none is left out."""
    return tuple(ErasedDocuments(collection=name, count=count) for name, count in sorted(counts.items()) if count)


ErasureMessage = Annotated[ErasureRequested | ErasureStepDone, Field(discriminator="type")]
