"""A document as a service sees it: a frozen model with a version, and an outbox of what is still to be sent.

State, version and messages are written by one single-document write, so they cannot disagree after a crash.
"""

from typing import Any, Self, TypeVar

from bson.codec_options import CodecOptions, TypeRegistry
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_jsonable_python

from chassis.ids import new_id
from chassis.messaging.publisher import Outgoing

_RECENT_WRITES = 5
"""How many writes back a writer can still recognise its own, when others wrote before it looked."""


class Document(BaseModel):
    """Base of everything a service stores. `id` is `_id` in the database (and in filters).

    `version` counts the writes: the first is 1, each update adds one. `outbox` holds messages in the order they are
    to be published. `state_owed` says that the messages of the present state (a compacted topic's) are still to be
    published: they are rendered from the document when that happens, never stored.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    version: int = 0
    schema_version: int = 1
    outbox: tuple[Outgoing, ...] = ()
    state_owed: bool = False
    write_id: str = Field(default="", repr=False)
    recent_writes: tuple[str, ...] = Field(default=(), repr=False)

    @property
    def has_outbox(self) -> bool:
        """Whether anything is still to be published."""
        return bool(self.outbox) or self.state_owed

    def with_messages(self, *messages: Outgoing) -> Self:
        """Return the document with messages added at the end of its outbox."""
        return self.model_copy(update={"outbox": (*self.outbox, *messages)})

    def with_state_unpublished(self) -> Self:
        """Return the document with its present state marked as still to be published."""
        return self.model_copy(update={"state_owed": True})

    def with_nothing_to_publish(self) -> Self:
        """Return the document as it is once everything it held was published."""
        return self.model_copy(update={"outbox": (), "state_owed": False})


D = TypeVar("D", bound=Document)


def prepared_for_write(document: D, *, version: int, outbox: tuple[Outgoing, ...], after: Document | None) -> D:
    """Return the document as the write that stores it: a version, and a token by which the writer knows its write."""
    recent = (*after.recent_writes, after.write_id)[-_RECENT_WRITES:] if after else ()
    stamp = {"version": version, "outbox": outbox, "write_id": new_id(), "recent_writes": recent}
    return document.model_copy(update=stamp)


CODEC: CodecOptions[dict[str, Any]] = CodecOptions(
    tz_aware=True, type_registry=TypeRegistry(fallback_encoder=to_jsonable_python)
)
"""BSON keeps datetimes and bytes as they are, and everything else that JSON lacks as in JSON."""


def encode(document: Document) -> dict[str, Any]:
    """Return the document as it is stored by `CODEC`, with the plain flag that the sweeper looks for."""
    raw = document.model_dump(by_alias=True)
    raw["_id"] = raw.pop("id")
    raw["has_outbox"] = document.has_outbox
    return raw


def decode(model: type[D], raw: dict[str, Any]) -> D:
    """Return the model of a stored document; fields it does not know are ignored."""
    return model.model_validate({**raw, "id": raw["_id"]})
