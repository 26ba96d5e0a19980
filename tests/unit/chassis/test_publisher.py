"""Publishing: a message above its topic's limit is put aside, and holds up neither its neighbours nor what follows."""

import asyncio
from typing import Any, cast

import pytest
from aiokafka.errors import KafkaConnectionError, MessageSizeTooLargeError
from faststream.kafka import KafkaBroker

from chassis.errors import Transient
from chassis.messaging.publisher import Outgoing, Publisher

LIMIT = 10


class Broker:
    """Takes batches of all that is sent at once, and refuses a batch in which something is too large."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.headers: dict[str, str] = {}
        self.away = False
        self._batch: list[tuple[str, str, asyncio.Future[object]]] = []

    async def publish(self, value: str, *, topic: str, headers: dict[str, str], **_: Any) -> asyncio.Future[object]:
        loop = asyncio.get_running_loop()
        if not self._batch:
            loop.call_soon(self._flush)
        confirmed: asyncio.Future[object] = loop.create_future()
        self._batch.append((topic, value, confirmed))
        if topic.endswith(".dlq"):
            self.headers = headers
        return confirmed

    def _flush(self) -> None:
        batch, self._batch = self._batch, []
        too_large = any(len(value) > LIMIT for _, value, _ in batch)
        for topic, value, confirmed in batch:
            if self.away:
                confirmed.set_exception(KafkaConnectionError())
            elif too_large:
                confirmed.set_exception(MessageSizeTooLargeError())
            else:
                self.taken.append((topic, value))
                confirmed.set_result(None)


def message(value: str) -> Outgoing:
    return Outgoing(id=value[:3], topic="t", key="k", value=value)


async def test_a_message_that_is_too_large_is_put_aside_with_its_reason_and_the_others_go_on_in_order() -> None:
    broker = Broker()
    large = "x" * (LIMIT + 1)
    await Publisher(cast(KafkaBroker, broker)).publish([message("1"), message(large), message("2")])
    assert broker.taken == [("t", "1"), ("t.dlq", ""), ("t", "2")]
    told = {name: broker.headers[name] for name in ("dlq_reason", "dlq_topic", "dlq_value_bytes", "dlq_cut")}
    assert told == {
        "dlq_reason": "message_too_large",
        "dlq_topic": "t",
        "dlq_value_bytes": str(LIMIT + 1),
        "dlq_cut": "value",
    }


async def test_an_outage_is_told_as_one() -> None:
    broker = Broker()
    broker.away = True
    with pytest.raises(Transient):
        await Publisher(cast(KafkaBroker, broker)).publish([message("1"), message("x" * 20)])
    assert broker.taken == []
