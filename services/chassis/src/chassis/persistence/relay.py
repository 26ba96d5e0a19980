"""The relay of one collection: publishes what stands in its documents' outboxes, then clears them.

Invariants:
- The entries of a document are published in their order; a process runs one publishing task for a document at a time.
- An entry that Kafka has confirmed to this process is not written into an outbox again (`unpublished`). It is published
  twice only when another process publishes it, too; consumers are idempotent.
- An outbox is cleared only when the document has not been written since it was published. Otherwise the task that
  publishes the later write clears it.
- The state of a document is rendered when it is published. When the document was written meanwhile, its current state
  is published again, so the last message on a compacted topic is never an outdated one.

Entries that could not be published stay in the document; the sweeper tries them again.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from typing import Generic, Protocol

import structlog

from chassis.errors import TandemError
from chassis.messaging.publisher import Outgoing
from chassis.observability.metrics import OUTBOX_AGE, OUTBOX_FAILED
from chassis.persistence.document import D

log = structlog.get_logger()

_CONFIRMED_KEPT = 20_000


class MessagePublisher(Protocol):
    """Publishes messages in order and returns when the broker has them."""

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        """Publish all, or raise `Transient`."""
        ...


class Relay(Generic[D]):
    """Publishes the outboxes of documents in the background."""

    def __init__(
        self,
        name: str,
        publisher: MessagePublisher,
        *,
        clear_outbox: Callable[[tuple[str, str]], Awaitable[bool]],
        reload: Callable[[str], Awaitable[D | None]],
        state_messages: Callable[[D], Sequence[Outgoing]] | None = None,
    ) -> None:
        self._name = name
        self._publisher = publisher
        self._clear_outbox = clear_outbox
        self._reload = reload
        self._state_messages = state_messages
        self._next: dict[str, D] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._confirmed: OrderedDict[str, None] = OrderedDict()
        self._waiting: dict[str, float] = {}
        """Since when (monotonic) the outbox of a document is known to be unpublished; the oldest first."""
        self._tried: dict[str, str] = {}
        """Which write of an unpublished document this process publishes, or tried to: nobody else is about to."""
        OUTBOX_AGE.labels(name).set_function(self._age)
        OUTBOX_FAILED.labels(name)

    def unpublished(self, outbox: Iterable[Outgoing]) -> tuple[Outgoing, ...]:
        """Return the entries that this process has not yet published."""
        return tuple(entry for entry in outbox if entry.entry_id not in self._confirmed)

    def is_busy(self, document_id: str) -> bool:
        """Whether the document's outbox is being published right now."""
        return document_id in self._tasks

    def has_tried(self, document: D) -> bool:
        """Whether this process publishes this write of the document, or tried to and could not."""
        return self._tried.get(document.id) == document.write_id

    def enqueue(self, document: D) -> None:
        """Publish the outbox of a document that was just written or read, and its state where that is unpublished."""
        known = self._next.get(document.id)
        if not document.has_outbox or (known and known.version > document.version):
            return
        self._next[document.id] = document
        self.note_waiting(document.id)
        if document.id not in self._tasks:
            self._tasks[document.id] = asyncio.create_task(self._drain_document(document.id))

    def note_waiting(self, document_id: str) -> None:
        """Note that the outbox of a document is unpublished."""
        self._waiting.setdefault(document_id, time.monotonic())

    def forget_all_but(self, found: Collection[str]) -> None:
        """Forget what is no longer unpublished, since another process has published it; `found`: what still is."""
        for document_id in [one for one in self._waiting if one not in found and one not in self._tasks]:
            del self._waiting[document_id]
            self._tried.pop(document_id, None)

    def _age(self) -> float:
        oldest = next(iter(self._waiting.values()), None)
        return 0 if oldest is None else time.monotonic() - oldest

    async def drain(self) -> None:
        """Wait until every publication that was started has succeeded or failed."""
        while self._tasks:
            await asyncio.wait(list(self._tasks.values()))

    async def _drain_document(self, document_id: str) -> None:
        try:
            while document := self._next.pop(document_id, None):
                self._tried[document_id] = document.write_id
                await self._publish(document)
            self._waiting.pop(document_id, None)
            self._tried.pop(document_id, None)
        except TandemError as error:
            OUTBOX_FAILED.labels(self._name).inc()
            log.warning("outbox_postponed", collection=self._name, document=document_id, error=str(error))
        except Exception:  # the entries stay in the document, the sweeper tries again
            OUTBOX_FAILED.labels(self._name).inc()
            log.exception("outbox_failed", collection=self._name, document=document_id)
        finally:
            self._next.pop(document_id, None)
            del self._tasks[document_id]

    async def _publish(self, document: D) -> None:
        entries = self.unpublished(document.outbox)
        await self._publisher.publish([*entries, *self._state(document)])
        self._note_confirmed(entries)
        if document.id in self._next or await self._clear_outbox((document.id, document.write_id)):
            return
        if document.state_owed and (current := await self._reload(document.id)):
            self._next.setdefault(document.id, current.with_state_unpublished())

    def _state(self, document: D) -> Sequence[Outgoing]:
        return self._state_messages(document) if document.state_owed and self._state_messages else ()

    def _note_confirmed(self, entries: Iterable[Outgoing]) -> None:
        self._confirmed.update((entry.entry_id, None) for entry in entries)
        while len(self._confirmed) > _CONFIRMED_KEPT:
            self._confirmed.popitem(last=False)
