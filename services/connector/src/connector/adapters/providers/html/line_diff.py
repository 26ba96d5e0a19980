"""Which lines of a text became which others, found in time proportional to the number of lines but for a sort.

Lines that both texts have once hold the two together (patience diff); what is between them is compared from both ends.
`difflib` may take time in proportion to the square, or worse.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hunk:
    """The old lines from `begin` to `end` (without it) became `lines`."""

    begin: int
    end: int
    lines: tuple[str, ...]


def changed(old: Sequence[str], new: Sequence[str]) -> list[Hunk]:
    """Return what changed from old to new lines, from the first to the last."""
    hunks: list[Hunk] = []
    at = there = 0
    for left, right in [*_anchors(old, new), (len(old), len(new))]:
        hunks += _between(old, new, (at, left), (there, right))
        at, there = left, right
    return hunks


def _between(old: Sequence[str], new: Sequence[str], left: tuple[int, int], right: tuple[int, int]) -> Iterator[Hunk]:
    """Yield what changed between two anchors, if anything: without what is equal at the beginning and the end."""
    (begin, end), (first, last) = left, right
    while begin < end and first < last and old[begin] == new[first]:
        begin, first = begin + 1, first + 1
    while begin < end and first < last and old[end - 1] == new[last - 1]:
        end, last = end - 1, last - 1
    if begin < end or first < last:
        yield Hunk(begin, end, tuple(new[first:last]))


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return the longest row of pairs of equal lines, of those which either text has once, that cross no other."""
    once = _unique(new)
    pairs = [(here, once[line]) for line, here in _unique(old).items() if line in once]
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for number, (_, there) in enumerate(pairs):
        place = bisect_left(tails, there)
        before.append(ends[place - 1] if place else -1)
        tails[place : place + 1] = [there]
        ends[place : place + 1] = [number]
    return _chain(pairs, before, ends[-1] if ends else -1)


def _chain(pairs: Sequence[tuple[int, int]], before: Sequence[int], last: int) -> list[tuple[int, int]]:
    chain: list[tuple[int, int]] = []
    while last >= 0:
        chain.append(pairs[last])
        last = before[last]
    return chain[::-1]


def _unique(lines: Sequence[str]) -> dict[str, int]:
    counts = Counter(lines)
    return {line: place for place, line in enumerate(lines) if counts[line] == 1}


def patched(old: Sequence[str], hunks: Iterable[Hunk]) -> list[str]:
    """Return the old lines with these changes, which are in order."""
    lines: list[str] = []
    at = 0
    for hunk in hunks:
        lines += [*old[at : hunk.begin], *hunk.lines]
        at = hunk.end
    return [*lines, *old[at:]]
