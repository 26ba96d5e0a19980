"""Clears the outboxes of documents that were published: late, and many by one statement.

Most documents are written again soon after what they held was published, and that write clears the outbox, too. What a
crash leaves uncleared is published once more by the sweeper; consumers are idempotent.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog

log = structlog.get_logger()

Write = tuple[str, str]
"""A document's id and the id of its write."""

Clear = Callable[[Sequence[Write]], Awaitable[Sequence[bool | Exception]]]

_PATIENCE: Final = 1.0
"""Seconds that a document is given to be written again; less than any process waits between two looks for outboxes that
another one has left."""
_TOGETHER: Final = 100
"""Look-ups by `$in` get slow beyond this on the embedded server."""


class OutboxClearing:
    """The published documents of one collection whose outboxes are still to be cleared."""

    def __init__(self, name: str, clear: Clear) -> None:
        self._name = name
        self._clear = clear
        self._published: dict[str, tuple[str, float]] = {}
        """Write id and time of publication by document id, the oldest first."""
        self._task: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()

    def later(self, document_id: str, write_id: str) -> None:
        """Clear the outbox of a write in a while, unless it is forgotten until then."""
        self.forget(document_id)
        self._published[document_id] = (write_id, asyncio.get_running_loop().time())
        if self._task is None:
            self._task = asyncio.create_task(self._clear_in_time())

    def forget(self, document_id: str) -> None:
        """Clear nothing of a document: it was written since."""
        self._published.pop(document_id, None)

    def awaits(self, document_id: str) -> bool:
        """Whether the outbox of a document will be cleared."""
        return document_id in self._published

    async def at_once(self, document_id: str, write_id: str) -> bool:
        """Clear the outbox of a write, and say whether it is still the document's last."""
        [cleared] = await self._clear([(document_id, write_id)])
        return cleared is True

    async def finish(self) -> None:
        """Clear all that are left, without waiting."""
        while self._task is not None:
            self._hurry.set()
            await asyncio.wait([self._task])

    async def _clear_in_time(self) -> None:
        try:
            while self._published:
                await self._clear_until(await self._pause())
        finally:
            self._task = None

    async def _pause(self) -> float:
        """Give the documents their time; return until when published ones are to be cleared now."""
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._hurry.wait()
        except TimeoutError:
            return asyncio.get_running_loop().time() - _PATIENCE
        self._hurry.clear()
        return float("inf")

    async def _clear_until(self, moment: float) -> None:
        due = [(document_id, write) for document_id, (write, at) in self._published.items() if at <= moment]
        for document_id, _ in due:
            del self._published[document_id]
        for start in range(0, len(due), _TOGETHER):
            try:
                await self._clear(due[start : start + _TOGETHER])
            except Exception as error:  # noqa: BLE001 - what stays uncleared the sweeper finds
                log.warning("outboxes_not_cleared", collection=self._name, error=str(error))
