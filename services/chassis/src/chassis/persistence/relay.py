"""The relay of one collection: publishes what stands in its documents' outboxes, then clears them.

Invariants:
- The entries of a document are published in their order; a process publishes one write of a document at a time.
- An entry that Kafka has confirmed to this process is not written into an outbox again (`unpublished`). It is published
  twice only when another process publishes it, too; consumers are idempotent.
- An outbox is cleared only when the document has not been written since it was published. Otherwise the publication
  of the later write clears it.
- The state of a document is rendered when it is published. When the document was written meanwhile, its current state
  is published again, so the last message on a compacted topic is never an outdated one.

What many documents hold is published together. Their outboxes are cleared a second later, many at once: a document
that is written within that time needs no write of its own for it.

Entries that could not be published stay in the document; the sweeper tries them again.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from typing import Final, Generic, Protocol

import structlog

from chassis.errors import TandemError
from chassis.messaging.publisher import Outgoing
from chassis.observability.metrics import OUTBOX_AGE, OUTBOX_FAILED
from chassis.persistence.clearing import Clear, OutboxClearing
from chassis.persistence.document import D

log = structlog.get_logger()

_CONFIRMED_KEPT: Final = 20_000
_TOGETHER: Final = 200
_AT_ONCE: Final = 4


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
        clear: Clear,
        reload: Callable[[str], Awaitable[D | None]],
        state_messages: Callable[[D], Sequence[Outgoing]] | None = None,
    ) -> None:
        self._name = name
        self._publisher = publisher
        self._clearing = OutboxClearing(name, clear)
        self._reload = reload
        self._state_messages = state_messages
        self._next: dict[str, D] = {}
        self._busy: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._scheduled = False
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
        """Whether the document's outbox is being published right now, or waits for that."""
        return document_id in self._busy or document_id in self._next

    def has_tried(self, document: D) -> bool:
        """Whether this process publishes this write of the document, or tried to and could not."""
        return self._tried.get(document.id) == document.write_id

    def has_published(self, document_id: str) -> bool:
        """Whether all that a document left to publish is out, and its outbox will be cleared."""
        return self._clearing.awaits(document_id)

    def enqueue(self, document: D) -> None:
        """Publish the outbox of a document that was just written or read, and its state where that is unpublished."""
        known = self._next.get(document.id)
        if known and known.version > document.version:
            return
        self._clearing.forget(document.id)  # this write has cleared it, or publishing it will
        if not document.has_outbox:
            return
        self._next[document.id] = document
        self.note_waiting(document.id)
        self._schedule()

    def note_waiting(self, document_id: str) -> None:
        """Note that the outbox of a document is unpublished."""
        self._waiting.setdefault(document_id, time.monotonic())

    def forget_all_but(self, found: Collection[str]) -> None:
        """Forget what is no longer unpublished, since another process has published it; `found`: what still is."""
        for document_id in [one for one in self._waiting if one not in found and not self.is_busy(one)]:
            del self._waiting[document_id]
            self._tried.pop(document_id, None)

    def _age(self) -> float:
        oldest = next(iter(self._waiting.values()), None)
        return 0 if oldest is None else time.monotonic() - oldest

    async def drain(self) -> None:
        """Wait until every publication that was started has succeeded or failed, and outboxes are cleared."""
        while self._tasks or self._next:
            await (asyncio.wait(self._tasks) if self._tasks else asyncio.sleep(0))
        await self._clearing.finish()

    def _schedule(self) -> None:
        """Publish soon: what is written in the same tick goes out together."""
        if self._next and not self._scheduled and len(self._tasks) < _AT_ONCE:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._launch)

    def _launch(self) -> None:
        self._scheduled = False
        ready = [one for one in self._next.values() if one.id not in self._busy][:_TOGETHER]
        if not ready:
            return
        for document in ready:
            del self._next[document.id]
            self._tried[document.id] = document.write_id
        self._busy.update(one.id for one in ready)
        task = asyncio.create_task(self._process(ready))
        self._tasks.add(task)
        task.add_done_callback(self._done)
        self._schedule()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._schedule()

    async def _process(self, documents: Sequence[D]) -> None:
        try:
            refused = await self._attempt(documents)
            if refused and len(documents) > 1:  # it may be what one of them alone holds
                answers = await asyncio.gather(*(self._attempt([one]) for one in documents))
                for document, error in zip(documents, answers, strict=True):
                    self._note_refused(document, error)
            else:
                self._note_refused(documents[0], refused)
        finally:
            self._busy.difference_update(one.id for one in documents)

    async def _attempt(self, documents: Sequence[D]) -> Exception | None:
        try:
            await self._publish(documents)
        except Exception as error:  # noqa: BLE001 - told for each document
            return error
        return None

    def _note_refused(self, document: D, error: Exception | None) -> None:
        """Leave the entries in the document: the sweeper tries them again, with what was written meanwhile."""
        if error is None:
            return
        self._next.pop(document.id, None)
        OUTBOX_FAILED.labels(self._name).inc()
        if isinstance(error, TandemError):
            log.warning("outbox_postponed", collection=self._name, document=document.id, error=str(error))
        else:
            log.error("outbox_failed", collection=self._name, document=document.id, exc_info=error)

    async def _publish(self, documents: Sequence[D]) -> None:
        entries = [entry for document in documents for entry in self.unpublished(document.outbox)]
        await self._publisher.publish([*entries, *(one for document in documents for one in self._state(document))])
        self._note_confirmed(entries)
        last = [document for document in documents if document.id not in self._next]
        for document in last:
            self._waiting.pop(document.id, None)
            self._tried.pop(document.id, None)
            if not document.state_owed:
                self._clearing.later(document.id, document.write_id)
        await asyncio.gather(*(self._clear_state(document) for document in last if document.state_owed))

    async def _clear_state(self, document: D) -> None:
        """Clear the outbox at once; where the document was written meanwhile, publish its current state, too."""
        cleared = await self._clearing.at_once(document.id, document.write_id)
        if not cleared and (current := await self._reload(document.id)):
            self._next.setdefault(document.id, current.with_state_unpublished())

    def _state(self, document: D) -> Sequence[Outgoing]:
        return self._state_messages(document) if document.state_owed and self._state_messages else ()

    def _note_confirmed(self, entries: Iterable[Outgoing]) -> None:
        self._confirmed.update((entry.entry_id, None) for entry in entries)
        while len(self._confirmed) > _CONFIRMED_KEPT:
            self._confirmed.popitem(last=False)
