"""An Apache Kafka of a test's own: killed, frozen and started again on its data, with rights taken and given back."""

import os
import signal
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import CreateAclsRequest, DeleteAclsRequest

from sandbox.processes import Process, free_port, kafka, ready
from tests.support.infrastructure import run_outside_any_loop

_EVERYONE, _ANY_HOST, _LITERAL, _DENY = "User:*", "*", 3, 2
_TOPIC, _GROUP = 2, 3
_ALL, _READ, _WRITE = 2, 3, 4  # operations; all numbers are Kafka's protocol's

WITH_RIGHTS: Mapping[str, str] = {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "allow.everyone.if.no.acl.found": "true",
}
"""Everybody may do everything but what a rule denies, so that a right is taken without users or passwords."""


class ApacheKafka:
    """A broker with its data in a folder."""

    def __init__(self, folder: Path, properties: Mapping[str, str], listeners: Sequence[str] = ()) -> None:
        self.unit = kafka(free_port(), free_port(), folder / "kafka", folder / "kafka.log", properties, listeners)
        self._process = Process.start(self.unit)

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.unit.port}"

    async def ready(self) -> None:
        """Wait until it answers."""
        await ready(self._process)

    def kill(self) -> None:
        """End it as a crash does."""
        self._process.kill()

    def start_again(self) -> None:
        """Start it on the data that it has."""
        self._process = Process.start(self.unit)

    def freeze(self) -> None:
        """Stop answering and keep every connection open, as a lost network does."""
        os.killpg(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Answer again."""
        os.killpg(self._process.pid, signal.SIGCONT)

    def close(self) -> None:
        """End it for good."""
        self._process.kill()

    @asynccontextmanager
    async def write_denied(self, topic: str) -> AsyncIterator[None]:
        """Take the right to write to a topic from everybody, for as long as the context lasts."""
        async with self._denied(_TOPIC, topic, _WRITE):
            yield

    @asynccontextmanager
    async def topic_denied(self, topic: str) -> AsyncIterator[None]:
        """Take every right to a topic, to know of it included."""
        async with self._denied(_TOPIC, topic, _ALL):
            yield

    @asynccontextmanager
    async def group_denied(self, group: str) -> AsyncIterator[None]:
        """Take the right to be a member of a consumer group."""
        async with self._denied(_GROUP, group, _READ):
            yield

    @asynccontextmanager
    async def _denied(self, kind: int, name: str, operation: int) -> AsyncIterator[None]:
        rule = (kind, name, _LITERAL, _EVERYONE, _ANY_HOST, operation, _DENY)
        await self._ask(CreateAclsRequest(*rule))
        try:
            yield
        finally:
            await self._ask(DeleteAclsRequest(*rule))

    async def _ask(self, request: Any) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        try:
            answer = await admin._send_request(request)
            lists = [parts for parts in answer.to_object().values() if isinstance(parts, list)]
            assert not any(part["error_code"] for parts in lists for part in parts)
        finally:
            await admin.close()


@contextmanager
def apache_kafka(folder: Path, properties: Mapping[str, str], listeners: Sequence[str] = ()) -> Iterator[ApacheKafka]:
    """Run an Apache Kafka, ready, for as long as the context lasts."""
    with closing(ApacheKafka(folder, properties, listeners)) as broker:
        run_outside_any_loop(broker.ready())
        yield broker
