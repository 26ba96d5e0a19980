"""Documents that were decoded lately: what has not been written since is not decoded again."""

from collections import OrderedDict
from typing import Any, Generic

from chassis.persistence.document import D, decode

_CAPACITY = 2_000


class IdentityMap(Generic[D]):
    """Models by document id, each good as long as its write is the last: every write has a `write_id` of its own."""

    def __init__(self, model: type[D], *, size: int = _CAPACITY) -> None:
        self._model = model
        self._size = size
        self._documents: OrderedDict[str, D] = OrderedDict()

    def resolve(self, raw: dict[str, Any]) -> D:
        """Return the model of a document as it was just read."""
        known = self._documents.get(raw["_id"])
        if known is None or known.write_id != raw["write_id"] or raw["has_outbox"] > known.has_outbox:
            known = decode(self._model, raw)
        elif known.has_outbox and not raw["has_outbox"]:  # published since, which is no write
            known = known.with_nothing_to_publish()
        self.put(known)
        return known

    def known(self, document_id: str) -> D | None:
        """Return a document as it was read or written last, if that was lately."""
        return self._documents.get(document_id)

    def forget(self, document_id: str) -> None:
        """Forget a document: it is about to be deleted."""
        self._documents.pop(document_id, None)

    def put(self, document: D) -> None:
        """Remember a document as it was just read or written."""
        self._documents[document.id] = document
        self._documents.move_to_end(document.id)
        if len(self._documents) > self._size:
            self._documents.popitem(last=False)
