"""The topics as data: loads `contracts/topics/*.yaml`, and says what Kafka has to create for them."""

from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ImportString, TypeAdapter, model_validator

CONTRACTS: Final = Path(__file__).resolve().parents[2]
"""The folder `contracts/` of a checkout: schemas and examples are files there."""

TOPICS: Final = Path(__file__).resolve().with_name("topic_files")
"""The topics' files; `contracts/topics` leads here. They are in the wheel, for programs that run without a checkout."""

Service = Literal["connector", "mapper", "activity-store"]
_DAY_MS: Final = 86_400_000
_DEAD_LETTER_DAYS: Final = 14
_SEGMENT_DAYS: Final = 1
"""Kafka deletes whole segments, by the newest record in them: a record is gone this much after its retention, at most.
Without it a segment of a busy partition spans seven days, and its first record stays for fourteen (G2)."""

_SUPERSEDED_DAYS: Final = 7
"""How long a compacted topic may keep a value after another one of its key."""


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CatalogueMissingError(Exception):
    """There is no file of a topic."""


class Key(_Data):
    """Where a message's Kafka key stands in its body: a dotted path, for some message types another one."""

    field: str
    by_type: dict[str, str] = Field(default_factory=dict)

    def of(self, message: dict[str, Any]) -> str:
        """Return the key of a decoded message; raises `KeyError` where the body lacks it."""
        value: Any = message
        for part in self.by_type.get(message["type"], self.field).split("."):
            value = value[part]
        return str(value)


class Topic(_Data):
    """One topic as its file describes it."""

    name: str
    description: str = Field(min_length=1)
    audience: Literal["public", "internal"] = Field(description="public: consumers exist that we do not deploy")
    producers: tuple[Service, ...] = Field(min_length=1)
    consumers: tuple[Service, ...] = Field(min_length=1)
    model: ImportString[Any]
    key: Key
    partitions: int = Field(ge=1)
    cleanup_policy: Literal["delete", "compact"]
    retention_days: int | None = Field(
        default=None, ge=1, description="how long Kafka keeps what was private (G2), a day more at most"
    )
    compatibility: Literal["backward", "full"] = Field(
        description="backward: a change may need its consumers deployed first; full: it may not"
    )
    examples: str = Field(description="folder under contracts/examples")

    @model_validator(mode="after")
    def _retention_fits_the_policy(self) -> Self:
        if (self.cleanup_policy == "delete") != (self.retention_days is not None):
            raise ValueError("retention_days is for cleanup_policy delete, and needed there")
        return self

    @property
    def adapter(self) -> TypeAdapter[Any]:
        """What reads this topic's messages."""
        return TypeAdapter(self.model)


class KafkaTopic(_Data):
    """What has to exist in Kafka: name, partitions and Kafka's own topic settings."""

    name: str
    partitions: int
    config: dict[str, str]


def load_topics(folder: Path = TOPICS) -> tuple[Topic, ...]:
    """Return the topics by name. `CatalogueMissingError` without files, `pydantic.ValidationError` on a wrong one."""
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise CatalogueMissingError(f"no topic files in {folder}")
    return tuple(Topic.model_validate({"name": file.stem, **_read(file)}) for file in files)


@lru_cache(maxsize=1)
def all_topics() -> tuple[KafkaTopic, ...]:
    """Return everything Kafka must hold: each topic followed by its dead-letter topic."""
    return tuple(kafka for topic in load_topics() for kafka in (kafka_topic(topic), dead_letters(topic)))


def kafka_topic(topic: Topic) -> KafkaTopic:
    """Return a topic as Kafka has to create it. Compacted ones keep the last message of a key for good."""
    if topic.retention_days is not None:
        config = _deleted_after(topic.retention_days)
    else:
        config = {
            "cleanup.policy": "compact",
            "segment.ms": str(_SEGMENT_DAYS * _DAY_MS),
            "max.compaction.lag.ms": str(_SUPERSEDED_DAYS * _DAY_MS),
        }
    return KafkaTopic(name=topic.name, partitions=topic.partitions, config=config)


def dead_letters(topic: Topic) -> KafkaTopic:
    """Return the dead-letter topic of a topic: one partition, because little goes there; two weeks to look at it."""
    return KafkaTopic(name=f"{topic.name}.dlq", partitions=1, config=_deleted_after(_DEAD_LETTER_DAYS))


def _deleted_after(days: int) -> dict[str, str]:
    return {
        "cleanup.policy": "delete",
        "retention.ms": str(days * _DAY_MS),
        "segment.ms": str(_SEGMENT_DAYS * _DAY_MS),
    }


def _read(file: Path) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return data
