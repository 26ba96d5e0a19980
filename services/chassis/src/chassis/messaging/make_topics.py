"""`python -m chassis.messaging.make_topics contracts.catalogue:all_topics`: make the topics that a catalogue names.

For a Kafka that nobody else makes them in, such as a development cluster's; it waits until Kafka is there. The
catalogue is a function, named as `module:function`, for the chassis knows none.
"""

import argparse
import asyncio
import pkgutil
import sys
from collections.abc import Sequence

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_fixed

from chassis.errors import Rejected, Transient
from chassis.messaging.kafka_security import client_arguments, likely_cause
from chassis.messaging.topics import TopicSpec, ensure_topics
from chassis.settings import KafkaSettings, load_settings

_LOOK_AGAIN_SECONDS = 1.0


async def make_topics(
    settings: KafkaSettings, specs: Sequence[TopicSpec], *, replication: int = 1, within: float = 300.0
) -> None:
    """Make and check the topics, as soon as Kafka is there.

    Raises what `ensure_topics` does; `Transient`, with the likely cause, after `within` seconds.
    """
    waiting = AsyncRetrying(
        stop=stop_after_delay(within),
        wait=wait_fixed(_LOOK_AGAIN_SECONDS),
        retry=retry_if_exception_type(Transient),
        reraise=True,
    )
    try:
        await waiting(ensure_topics, client_arguments(settings), specs, replication=replication)
    except Transient as error:
        raise Transient(error.code, f"{error.detail}; {await likely_cause(settings)}") from error


def catalogue(name: str) -> list[TopicSpec]:
    """Return the topics that the function `module:function` returns: anything with name, partitions and config."""
    return [TopicSpec(one.name, one.partitions, one.config) for one in pkgutil.resolve_name(name)()]


def main(argv: Sequence[str] | None = None) -> int:
    """Make the topics; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m chassis.messaging.make_topics", description=__doc__)
    parser.add_argument("catalogue", type=catalogue, help="module:function that returns the topics")
    parser.add_argument("--replication", type=int, default=1, help="copies of each partition (default: %(default)s)")
    parser.add_argument("--within", type=float, default=300.0, help="seconds to wait for Kafka (default: %(default)s)")
    asked = parser.parse_args(argv)
    settings = load_settings(KafkaSettings)
    try:
        asyncio.run(make_topics(settings, asked.catalogue, replication=asked.replication, within=asked.within))
    except (Rejected, Transient) as error:
        sys.stderr.write(f"make_topics: {error}\n")
        return 1
    sys.stdout.write(f"make_topics: {len(asked.catalogue)} topics are as they must be\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
