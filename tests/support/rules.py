"""The rules of the product, read from docs/rules.md: their ids, titles, homes, and what of them is not built yet."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).parents[2] / "docs" / "rules.md"

_HEADING: Final = re.compile(r"^### ([A-L]\d+)\. (.+)$", re.MULTILINE)
_MISSING: Final = re.compile(r"^\*\*Not yet built:\*\* (.+?)$(?=\n\n)", re.MULTILINE | re.DOTALL)
_HOMES: Final = re.compile(r"^\*\*Home:\*\* (.+?)$(?=\n\n)", re.MULTILINE | re.DOTALL)
_INVARIANT: Final = re.compile(r"^(\d)\. \*\*", re.MULTILINE)


@dataclass(frozen=True)
class Rule:
    """One rule: `homes` are the modules to read first, `missing` says what of it is not built yet."""

    id: str
    title: str
    homes: tuple[str, ...]
    missing: str | None


def read() -> tuple[Rule, ...]:
    """Return the rules in the order of the document."""
    return tuple(_rules(FILE.read_text()))


def invariants() -> frozenset[int]:
    """Return the numbers of the invariants."""
    _, _, text = FILE.read_text().partition("## Invariants")
    return frozenset(int(number) for number in _INVARIANT.findall(text))


def _rules(text: str) -> Iterator[Rule]:
    _, *parts = _HEADING.split(text.partition("## Invariants")[0])
    for rule, title, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        homes, missing = _HOMES.search(body), _MISSING.search(body)
        named = tuple(re.findall(r"`([\w.]+)`", homes[1])) if homes else ()
        yield Rule(rule, title, named, " ".join(missing[1].split()) if missing else None)
