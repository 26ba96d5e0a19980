"""Putting a dead letter back on its topic: with its key, on its partition, and once.

A mark on the dead-letter topic says that it was done. It is written after the record: where the program ends between
the two, the letter can be put back once more, which the services pass over as they do with everything repeated.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tandem.letters.kafka import Kafka
from tandem.letters.letter import REPLAYED, Letter, own_headers

Refusal = Literal["replayed_before", "incomplete", "superseded"]

WORDS: dict[Refusal, str] = {
    "replayed_before": "was put back before (--again puts it back once more)",
    "incomplete": "was cut, and its topic keeps the whole record no more: read both sides anew (tandem resync)",
    "superseded": "is older than what its topic keeps of the same key: it would undo that for whoever reads it anew",
}


@dataclass(frozen=True)
class Replay:
    """What became of a letter: the offset at which it is on its topic now, or why not."""

    letter: Letter
    partition: int | None = None
    offset: int | None = None
    whole_from_source: bool = False
    refused: Refusal | None = None


@dataclass(frozen=True)
class _Record:
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


async def replay(kafka: Kafka, letter: Letter, *, again: bool = False) -> Replay:
    """Put one letter back, and say what was done."""
    if letter.replayed_at and not again:
        return Replay(letter, refused="replayed_before")
    whole = await _whole(kafka, letter)
    if whole is None and letter.cut:
        return Replay(letter, refused="incomplete")
    record = whole or _Record(letter.key, letter.value, letter.headers)
    if letter.source and await kafka.is_compacted(letter.topic) and await kafka.has_newer(letter.source, record.key):
        return Replay(letter, refused="superseded")
    return await _send(kafka, letter, record, whole_from_source=whole is not None)


async def _whole(kafka: Kafka, letter: Letter) -> _Record | None:
    """Return the record as it was, where its topic still keeps it: that is better than any copy."""
    found = await kafka.record(letter.source) if letter.source else None
    return _Record(found.key, found.value, own_headers(found)) if found else None


async def _send(kafka: Kafka, letter: Letter, record: _Record, *, whole_from_source: bool) -> Replay:
    async with kafka.producer() as producer:
        sent = await producer.send_and_wait(
            letter.topic,
            record.value,
            key=record.key,
            headers=list(record.headers),
            partition=letter.source.partition if letter.source else None,
        )
        mark = [(REPLAYED, letter.place.name.encode())]
        place = letter.place
        await producer.send_and_wait(place.topic, b"", key=letter.key, headers=mark, partition=place.partition)
    return Replay(letter, sent.partition, sent.offset, whole_from_source)
