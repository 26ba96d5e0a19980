"""A dead letter as the services leave it: the record, and `dlq_*` headers that say where it was and why it is here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Self

from aiokafka import ConsumerRecord

from tandem.errors import CommandFailed, Exit

SUFFIX: Final = ".dlq"
REPLAYED: Final = "dlq_replayed"
"""Header of a mark: the dead letter at this place of its topic was put back. A record that has it is no letter."""

_OURS: Final = "dlq_"


@dataclass(frozen=True)
class Place:
    """Where a record is on Kafka."""

    topic: str
    partition: int
    offset: int

    @property
    def name(self) -> str:
        """How an operator names it: topic, partition and offset, without the topic's ending."""
        return f"{self.topic.removesuffix(SUFFIX)}:{self.partition}:{self.offset}"

    @classmethod
    def of_letter(cls, name: str) -> Self:
        """Return the place that an operator names; CommandFailed where it is none."""
        topic, _, rest = name.partition(":")
        partition, _, offset = rest.partition(":")
        if not (topic and partition.isdecimal() and offset.isdecimal()):
            raise CommandFailed(Exit.USAGE, f"{name} is no dead letter: `tandem dead-letters list` shows their names")
        return cls(f"{topic}{SUFFIX}", int(partition), int(offset))


@dataclass(frozen=True)
class Letter:
    """One dead letter. `source`: where the record was read, None where it was never on its topic (too large for it)."""

    place: Place
    at: datetime
    topic: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    about: Mapping[str, str]
    source: Place | None
    replayed_at: datetime | None = None

    @property
    def reason(self) -> str:
        """The slug of what went wrong."""
        return self.about.get("dlq_reason", "")

    @property
    def cut(self) -> tuple[str, ...]:
        """The parts for which a dead letter had no room."""
        return tuple(part for part in self.about.get("dlq_cut", "").split(",") if part)

    @property
    def size(self) -> int:
        """The size of the whole value, in bytes."""
        return int(self.about.get("dlq_value_bytes") or len(self.value or b""))

    def replayed(self, at: datetime) -> Self:
        """Return the letter as one that was put back."""
        return replace(self, replayed_at=at)


def letter_of(record: ConsumerRecord) -> Letter:
    """Return a record of a dead-letter topic as a letter."""
    about = {name: value.decode(errors="replace") for name, value in record.headers if name.startswith(_OURS)}
    return Letter(
        place=Place(record.topic, record.partition, record.offset),
        at=_time_of(record),
        topic=about.get("dlq_topic", record.topic.removesuffix(SUFFIX)),
        key=record.key,
        value=record.value,
        headers=own_headers(record),
        about=about,
        source=_source(about),
    )


def own_headers(record: ConsumerRecord) -> tuple[tuple[str, bytes], ...]:
    """Return the headers that the record had when it was published."""
    return tuple((name, value) for name, value in record.headers if not name.startswith(_OURS))


def letters_in(records: Sequence[ConsumerRecord]) -> list[Letter]:
    """Return the letters among the records of a dead-letter topic, oldest first; the marks say which were put back."""
    letters = {one.place: one for one in map(letter_of, records) if REPLAYED not in one.about}
    for record in records:
        if (place := _marked(record)) in letters:
            letters[place] = letters[place].replayed(_time_of(record))
    return sorted(letters.values(), key=lambda one: (one.at, one.place.name))


def _marked(record: ConsumerRecord) -> Place | None:
    named = next((value.decode(errors="replace") for name, value in record.headers if name == REPLAYED), "")
    return Place.of_letter(named) if named else None


def _time_of(record: ConsumerRecord) -> datetime:
    return datetime.fromtimestamp(record.timestamp / 1000, UTC)


def _source(about: Mapping[str, str]) -> Place | None:
    topic, partition, offset = (about.get(f"dlq_{part}", "") for part in ("topic", "partition", "offset"))
    if not (topic and partition.isdecimal() and offset.isdecimal()):
        return None
    return Place(topic, int(partition), int(offset))
