"""The journal: every request that a client made, so that tests can count calls."""

import json
from collections import Counter, deque
from pathlib import Path
from typing import Any

Entry = dict[str, Any]
_KEPT = 100_000


class Journal:
    """The last requests in memory; all of them in a file where one is given."""

    def __init__(self, path: Path | None = None) -> None:
        """`path`: a JSON-lines file to append to."""
        self._path = path
        self._entries: deque[Entry] = deque(maxlen=_KEPT)
        self._count = 0

    def note(self, entry: Entry) -> Entry:
        """Number and keep an entry."""
        self._count += 1
        numbered = {"n": self._count, **entry}
        self._entries.append(numbered)
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(numbered, default=str) + "\n")
        return numbered

    def since(self, number: int) -> list[Entry]:
        """The entries after the given one."""
        return [entry for entry in self._entries if entry["n"] > number]

    def counts(self) -> dict[str, int]:
        """Requests per operation."""
        return dict(Counter(entry["operation"] or entry["path"] for entry in self._entries))

    def clear(self) -> None:
        """Forget the entries; numbers go on."""
        self._entries.clear()
