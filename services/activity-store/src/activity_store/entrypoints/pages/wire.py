"""A week as the page's script gets it: whole, or as what differs from what was sent before."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

from activity_store.entrypoints.pages.entries import Entry

View = Mapping[str, str]
"""The entries of a week as JSON, by id."""


def view_of(entries: Iterable[Entry]) -> View:
    """Return a week as JSON."""
    return {entry.id: json.dumps(_members(entry), ensure_ascii=False) for entry in entries}


def digest_of(view: View) -> str:
    """Return what tells a view from every other one, whichever process made it: an event id that needs no memory."""
    digest = sha256()
    for entry_id in sorted(view):
        digest.update(view[entry_id].encode("utf-8", "surrogatepass") + b"\n")
    return digest.hexdigest()[:32]


def whole(view: View) -> str:
    """Return a whole view as the script takes it."""
    return f'{{"digest":"{digest_of(view)}","shown":[{",".join(view.values())}]}}'


@dataclass(frozen=True)
class Message:
    """What a stream tells: `week` replaces what the page has, `changes` is applied to it."""

    event: Literal["week", "changes"]
    id: str
    data: str

    @property
    def text(self) -> str:
        """The message as server-sent events are written."""
        return f"event: {self.event}\nid: {self.id}\ndata: {self.data}\n\n"


@dataclass
class Difference:
    """What one page has been sent; `known` is the digest of what it says it has."""

    known: str | None
    _sent: View | None = field(default=None)

    def to(self, view: View) -> Message | None:
        """Return what brings the page to a view, None where it is there; the page is taken to have it then."""
        before, self._sent = self._sent, view
        digest = digest_of(view)
        if before is None:
            return None if digest == self.known else Message("week", digest, whole(view))
        shown = [entry for entry_id, entry in view.items() if before.get(entry_id) != entry]
        removed = [entry_id for entry_id in before if entry_id not in view]
        if not shown and not removed:
            return None
        return Message("changes", digest, f'{{"shown":[{",".join(shown)}],"removed":{json.dumps(removed)}}}')


def _members(entry: Entry) -> dict[str, object]:
    return {
        "id": entry.id,
        "title": entry.subject,
        "start": entry.start,
        "end": entry.end,
        "allDay": entry.all_day,
        "when": entry.when,
        "type": entry.type.name,
        "icon": entry.type.icon,
        "color": f"#{entry.type.color}",
        "done": entry.done,
        "private": entry.private,
        "locked": entry.lock_words,
        "standing": entry.standing,
        "standingWords": entry.standing_words,
        "overlap": entry.overlap_words,
    }
