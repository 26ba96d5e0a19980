"""Lanes, batch loading, record processing and the relay: order, retries and what happens to failures."""

import asyncio
from collections.abc import Sequence

import pytest
from prometheus_client import REGISTRY

from chassis.errors import Rejected, Transient
from chassis.messaging.consumer_health import STUCK_AFTER, ConsumerHealth
from chassis.messaging.lanes import run_stages, stages
from chassis.messaging.publisher import Outgoing
from chassis.messaging.record_processing import RecordProcessor, RedeliveryNeeded
from chassis.persistence.batch_loader import BatchLoader
from chassis.persistence.clearing import Write
from chassis.persistence.document import Document
from chassis.persistence.relay import Relay
from tests.support.waiting import wait_until


def test_a_barrier_is_a_stage_of_its_own() -> None:
    planned = stages(["a1", "b1", "a2", "!", "a3"], lambda item: None if item == "!" else item[0])
    assert planned == [[["a1", "a2"], ["b1"]], [["!"]], [["a3"]]]
    assert stages([], lambda item: item) == []


async def test_lanes_run_side_by_side_and_each_in_order() -> None:
    done: list[str] = []
    other = asyncio.Event()

    async def work(item: str) -> None:
        if item == "a1":
            await other.wait()
        done.append(item)
        if item == "b2":
            other.set()

    await run_stages(stages(["a1", "a2", "b1", "b2", "!"], lambda i: None if i == "!" else i[0]), work, at_once=2)
    assert done == ["b1", "b2", "a1", "a2", "!"]


async def test_requests_of_one_tick_become_one_batch() -> None:
    batches: list[list[int]] = []

    async def run(items: Sequence[int]) -> Sequence[int | Exception]:
        batches.append(list(items))
        return [ValueError(str(item)) if item == 3 else item * 2 for item in items]

    ask = BatchLoader(run, size=4)
    answers = await asyncio.gather(*(ask(n) for n in range(6)), return_exceptions=True)
    assert batches == [[0, 1, 2, 3], [4, 5]]
    assert answers[:3] == [0, 2, 4]
    assert isinstance(answers[3], ValueError)
    assert await ask(9) == 18


async def test_a_failed_batch_fails_all_who_asked() -> None:
    async def run(items: Sequence[int]) -> Sequence[int | Exception]:
        raise Transient("away")

    ask: BatchLoader[int, int] = BatchLoader(run, size=4)
    answers = await asyncio.gather(ask(1), ask(2), return_exceptions=True)
    assert [str(answer) for answer in answers] == ["away", "away"]


class Handler:
    """Raises the given errors, one a call, then succeeds."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls = 0
        self.dead_letters: list[str] = []

    async def __call__(self) -> None:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)

    async def dead_letter(self, reason: str, error: Exception) -> None:
        self.dead_letters.append(reason)


def processor(health: ConsumerHealth | None = None, *, longest_outage: float = 60) -> RecordProcessor:
    return RecordProcessor(
        "t",
        "g",
        health or ConsumerHealth(),
        retries=3,
        longest_outage=longest_outage,
        first_pause=0.001,
        longest_pause=0.002,
    )


async def test_an_outage_is_never_dead_lettered() -> None:
    handler = Handler(*[Transient("away")] * 20)
    assert await processor().process(handler, handler.dead_letter) == "handled"
    assert (handler.calls, handler.dead_letters) == (21, [])


async def test_what_can_never_succeed_is_dead_lettered_at_once() -> None:
    handler = Handler(Rejected("nonsense"))
    assert await processor().process(handler, handler.dead_letter) == "dead_lettered"
    assert (handler.calls, handler.dead_letters) == (1, ["nonsense"])


async def test_a_defect_gets_some_attempts_that_outages_do_not_use_up() -> None:
    handler = Handler(*[Transient("away")] * 5, KeyError(), KeyError())
    assert await processor().process(handler, handler.dead_letter) == "handled"
    handler = Handler(*[KeyError()] * 3)
    assert await processor().process(handler, handler.dead_letter) == "dead_lettered"
    assert (handler.calls, handler.dead_letters) == (3, ["handler_failed"])


async def test_a_dead_letter_that_cannot_be_sent_is_waited_for() -> None:
    handler = Handler(*[Rejected("nonsense")] * 2)
    attempts: list[str] = []

    async def dead_letter(reason: str, error: Exception) -> None:
        attempts.append(reason)
        if len(attempts) == 1:
            raise Transient("kafka_unavailable")

    assert await processor().process(handler, dead_letter) == "dead_lettered"
    assert attempts == ["nonsense", "nonsense"]


async def test_a_stop_leaves_the_record_for_redelivery_and_readiness_recovers() -> None:
    health = ConsumerHealth()
    seen: list[dict[str, str]] = []

    async def handle() -> None:
        seen.append(dict(health.waiting))
        if len(seen) == 2:
            health.stopping.set()
        raise Transient("away")

    with pytest.raises(RedeliveryNeeded):
        await processor(health).process(handle, Handler().dead_letter)
    assert seen == [{}, {"t@g": "away"}]
    assert health.waiting == {}


async def test_after_the_longest_outage_the_batch_is_redelivered() -> None:
    handler = Handler(*[Transient("away")] * 1000)
    with pytest.raises(RedeliveryNeeded):
        await processor(longest_outage=0.02).process(handler, handler.dead_letter)
    assert handler.dead_letters == []


def test_a_consumer_that_does_not_join_again_is_stuck() -> None:
    now = 1000.0
    health = ConsumerHealth(lambda: now)
    health.revoked("c")
    assert health.stuck() == []
    now += STUCK_AFTER.total_seconds() + 1
    assert health.stuck() == ["c"]
    health.joined("c")
    assert health.stuck() == []


def test_what_the_broker_refuses_for_minutes_ends_the_process() -> None:
    now = 1000.0
    health = ConsumerHealth(lambda: now)
    health.refused_consumers.note("c", "first")
    health.refused_topics.note("t", "refused")
    now += STUCK_AFTER.total_seconds() - 1
    health.refused_consumers.note("c", "again")
    assert health.stuck() == []
    now += 2
    assert health.stuck() == ["c", "t"]
    assert health.refused_consumers.reasons == {"c": "again"}
    health.refused_topics.clear("t")
    health.joined("c")
    assert health.stuck() == []


class Sink:
    def __init__(self) -> None:
        self.sent: list[str] = []
        self.failures = 0

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        if self.failures:
            self.failures -= 1
            raise Transient("kafka_unavailable")
        self.sent += [message.id for message in messages]


def document(version: int, *entries: str) -> Document:
    outbox = tuple(Outgoing(id=entry, topic="t", key="k", value="{}", entry_id=entry) for entry in entries)
    return Document(id="d", version=version, outbox=outbox, write_id=f"w{version}")


async def test_the_relay_keeps_the_order_of_a_document_and_clears_only_its_last_write() -> None:
    sink = Sink()
    cleared: list[Write] = []

    async def clear(writes: Sequence[Write]) -> Sequence[bool | Exception]:
        cleared.extend(writes)
        return [True] * len(writes)

    async def reload(_: str) -> Document | None:
        return None

    relay: Relay[Document] = Relay("c", sink, clear=clear, reload=reload)
    relay.enqueue(document(1, "a"))
    relay.enqueue(document(3, "a", "b", "c"))
    relay.enqueue(document(2, "a", "b"))
    await relay.drain()
    assert sink.sent == ["a", "b", "c"]
    assert cleared == [("d", "w3")]
    assert relay.unpublished(document(3, "a", "z").outbox) == document(3, "z").outbox


async def test_what_could_not_be_published_goes_out_before_what_came_later() -> None:
    sink = Sink()
    sink.failures = 1

    async def clear(writes: Sequence[Write]) -> Sequence[bool | Exception]:
        return [True] * len(writes)

    async def reload(_: str) -> Document | None:
        return None

    relay: Relay[Document] = Relay("c", sink, clear=clear, reload=reload)
    relay.enqueue(document(1, "a"))
    await relay.drain()
    assert sink.sent == []
    relay.enqueue(document(2, "a", "b"))
    await relay.drain()
    assert sink.sent == ["a", "b"]


async def test_the_age_of_an_outbox_counts_from_when_it_could_not_be_published() -> None:
    sink = Sink()
    sink.failures = 1

    async def clear(writes: Sequence[Write]) -> Sequence[bool | Exception]:
        return [True] * len(writes)

    async def reload(_: str) -> Document | None:
        return None

    def age() -> float:
        return REGISTRY.get_sample_value("tandem_outbox_age_seconds", {"collection": "ages"}) or 0

    relay: Relay[Document] = Relay("ages", sink, clear=clear, reload=reload)
    relay.enqueue(document(1, "a"))
    await relay.drain()
    assert age() > 0
    relay.forget_all_but(["d"])
    assert age() > 0, "the sweeper has found it"
    relay.enqueue(document(2, "a"))
    await relay.drain()
    assert age() == 0
    relay.note_waiting("d")
    relay.forget_all_but([])
    assert age() == 0, "another process has published it"


async def test_a_message_may_be_sent_again_on_purpose() -> None:
    sink = Sink()

    async def clear(writes: Sequence[Write]) -> Sequence[bool | Exception]:
        return [True] * len(writes)

    async def reload(_: str) -> Document | None:
        return None

    relay: Relay[Document] = Relay("c", sink, clear=clear, reload=reload)
    for version in (1, 2):
        again = Outgoing(id="command", topic="t", key="k", value="{}")
        relay.enqueue(Document(id="d", version=version, outbox=(again,), write_id=f"w{version}"))
        await relay.drain()
    assert sink.sent == ["command", "command"]


class Outboxes:
    """Takes what is cleared, and is where documents are read anew."""

    def __init__(self) -> None:
        self.cleared: list[Sequence[Write]] = []

    async def clear(self, writes: Sequence[Write]) -> Sequence[bool | Exception]:
        self.cleared.append(list(writes))
        return [True] * len(writes)

    async def reload(self, _: str) -> Document | None:
        return None


class Refusing(Sink):
    """Publishes nothing together with one message, and that one never."""

    def __init__(self, refused: str) -> None:
        super().__init__()
        self.batches: list[int] = []
        self._refused = refused

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        self.batches.append(len(messages))
        if self._refused in [message.id for message in messages]:
            raise Transient("kafka_refused")
        await super().publish(messages)


def of(document_id: str, version: int, *entries: str) -> Document:
    return document(version, *entries).model_copy(update={"id": document_id})


async def test_what_many_documents_hold_is_published_together_and_cleared_together() -> None:
    outboxes, sink = Outboxes(), Refusing("")
    relay: Relay[Document] = Relay("c", sink, clear=outboxes.clear, reload=outboxes.reload)
    for name in "abc":
        relay.enqueue(of(name, 1, name))
    await relay.drain()
    assert sink.batches == [3]
    assert outboxes.cleared == [[("a", "w1"), ("b", "w1"), ("c", "w1")]]


async def test_one_message_that_is_refused_holds_up_no_other_document() -> None:
    outboxes, sink = Outboxes(), Refusing("b")
    relay: Relay[Document] = Relay("c", sink, clear=outboxes.clear, reload=outboxes.reload)
    for name in "abc":
        relay.enqueue(of(name, 1, name))
    await relay.drain()
    assert sorted(sink.sent) == ["a", "c"]
    assert outboxes.cleared == [[("a", "w1"), ("c", "w1")]]
    assert relay.unpublished(document(1, "a", "b", "c").outbox) == document(1, "b").outbox


async def test_a_document_that_is_written_again_soon_needs_no_clearing() -> None:
    outboxes, sink = Outboxes(), Sink()
    relay: Relay[Document] = Relay("c", sink, clear=outboxes.clear, reload=outboxes.reload)
    relay.enqueue(of("a", 1, "1"))
    relay.enqueue(of("b", 1, "2"))
    await wait_until(lambda: relay.has_published("a"), awaited="both to be published")
    relay.enqueue(of("a", 2))
    assert not relay.has_published("a")
    await relay.drain()
    assert outboxes.cleared == [[("b", "w1")]]
