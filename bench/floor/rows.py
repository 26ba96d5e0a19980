"""What the floor keeps of an event that it read, whatever the provider."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """An event as it is now; another version is another content."""

    id: str
    version: str
    title: str


@dataclass(frozen=True)
class Page:
    """Events of one page of a read; the last page has the cursor."""

    rows: Sequence[Row]
    cursor: str = ""
