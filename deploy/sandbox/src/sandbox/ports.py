"""Which port each part of the sandbox listens on."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Ports:
    """The ports people know; `moved` gives another set, so that two sandboxes fit on one machine."""

    start: int = 8000
    connector: int = 8001
    mapper: int = 8002
    activity_store: int = 8003
    google: int = 8010
    microsoft: int = 8011
    exchange: int = 8012
    kafka: int = 9092
    mongo: int = 27017
    kafka_controller: int = 9093

    @classmethod
    def moved(cls, base: int) -> Self:
        """Return the ports for `PORT_BASE=base`; all lie within the hundred above it."""
        return cls(
            start=base,
            connector=base + 1,
            mapper=base + 2,
            activity_store=base + 3,
            google=base + 10,
            microsoft=base + 11,
            exchange=base + 12,
            kafka=base + 92,
            mongo=base + 17,
            kafka_controller=base + 93,
        )
