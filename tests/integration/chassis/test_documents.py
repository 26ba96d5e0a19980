"""Documents on a real database: nothing is lost between concurrent writers, crashes and a broker that is away."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from chassis.clock import SystemClock
from chassis.errors import Rejected, Transient
from chassis.ids import new_id
from chassis.messaging.publisher import Outgoing
from chassis.persistence.document import Document
from chassis.persistence.documents import Documents
from chassis.persistence.mongo import MongoDatabase
from chassis.persistence.store import Store
from chassis.persistence.table import Index


class Counter(Document):
    total: int = 0
    email: str = ""


class Recorder:
    """A publisher that keeps what it is given, and can be away."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.away = False
        self.gate = asyncio.Event()
        self.gate.set()

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        await self.gate.wait()
        if self.away:
            raise Transient("kafka_unavailable")
        self.sent.extend(messages)

    @property
    def values(self) -> list[str]:
        return [message.value for message in self.sent]


def note(value: str) -> Outgoing:
    return Outgoing(id=new_id(), topic="t", key="k", value=value)


def state_of(counter: Counter) -> list[Outgoing]:
    return [note(f"state {counter.total}")]


@asynccontextmanager
async def opened(
    url: str, database: str, publisher: Recorder, *, unique_email: bool = False
) -> AsyncIterator[tuple[Store, Documents[Counter]]]:
    store = Store(MongoDatabase(url, database), publisher, SystemClock())
    indexes = [Index([("email", 1)], unique=True)] if unique_email else []
    documents = store.documents("counters", Counter, indexes=indexes, state_messages=state_of)
    await store.start()
    try:
        yield store, documents
    finally:
        await store.drain()
        await store.close()


@pytest.fixture
async def publisher() -> Recorder:
    return Recorder()


def add(amount: int, *notes: Outgoing, owe: bool = False) -> Callable[[Counter | None], Counter]:
    def change(current: Counter | None) -> Counter:
        counter = current or Counter(id="c")
        changed = counter.model_copy(update={"total": counter.total + amount}).with_messages(*notes)
        return changed.with_state_unpublished() if owe else changed

    return change


def created(name: str) -> Callable[[Counter | None], Counter]:
    return lambda _: Counter(id=name).with_messages(note(name))


async def test_concurrent_updates_never_lose_one(mongo_url: str, unique: str, publisher: Recorder) -> None:
    async with opened(mongo_url, unique, publisher) as (_, ours), opened(mongo_url, unique, publisher) as (_, theirs):
        await asyncio.gather(*(side.update("c", add(1)) for side in (ours, theirs) for _ in range(10)))
        counter = await ours.get("c")
    assert counter is not None
    assert (counter.total, counter.version) == (20, 20)


async def test_an_update_that_changes_nothing_writes_nothing(mongo_url: str, unique: str, publisher: Recorder) -> None:
    async with opened(mongo_url, unique, publisher) as (_, counters):
        first = await counters.update("c", add(1))
        assert await counters.update("c", lambda current: current) == first
        assert await counters.update("c", lambda _: None) == first
        assert await counters.update("absent", lambda _: None) is None


async def test_what_the_caller_has_seen_spares_a_read_and_hides_no_write(
    mongo_url: str, unique: str, publisher: Recorder
) -> None:
    async with opened(mongo_url, unique, publisher) as (_, ours), opened(mongo_url, unique, publisher) as (_, theirs):
        seen = await ours.update("c", add(1), seen=None)
        await theirs.update("c", add(10))
        await ours.update("c", add(100), seen=seen)
        await ours.update("c", add(1000), seen=None)
        counter = await theirs.get("c")
    assert counter is not None
    assert (counter.total, counter.version) == (1111, 4)


async def test_what_another_process_wrote_or_published_is_read(
    mongo_url: str, unique: str, publisher: Recorder
) -> None:
    async with opened(mongo_url, unique, publisher) as (_, ours), opened(mongo_url, unique, Recorder()) as (_, theirs):
        publisher.away = True
        await ours.update("c", add(1, note("1")))
        await ours.drain()
        assert (left := await ours.get("c"))
        assert left.outbox
        await theirs.sweep(skip_recent=False)
        assert (swept := await ours.get("c"))
        assert (swept.outbox, swept.total) == ((), 1)
        await theirs.update("c", add(1))
        assert (written := await ours.get("c"))
        assert written.total == 2


async def test_what_a_change_says_of_an_outdated_document_is_not_believed(
    mongo_url: str, unique: str, publisher: Recorder
) -> None:
    def spend(amount: int) -> Callable[[Counter | None], Counter]:
        def change(current: Counter | None) -> Counter:
            assert current is not None
            if current.total < amount:
                raise Rejected("too_little")
            return current.model_copy(update={"total": current.total - amount})

        return change

    async with opened(mongo_url, unique, publisher) as (_, ours), opened(mongo_url, unique, publisher) as (_, theirs):
        await ours.update("c", add(1, note("1")))
        await theirs.update("c", add(10))
        assert (spent := await ours.update("c", spend(5)))
        assert (spent.total, spent.version) == (6, 3)
        await theirs.delete("c", 3)
        await theirs.update("c", add(100))
        await theirs.update("c", add(100))
        await theirs.update("c", add(100))
        assert (spent := await ours.update("c", spend(5)))
        assert (spent.total, spent.version) == (295, 4)


async def test_insert_says_false_where_the_id_exists(mongo_url: str, unique: str, publisher: Recorder) -> None:
    async with opened(mongo_url, unique, publisher) as (_, counters):
        answers = await asyncio.gather(*(counters.insert(Counter(id=name)) for name in ("a", "b", "a")))
        assert sorted(answers) == [False, True, True]
        assert set(await counters.get_many(["a", "b", "c"])) == {"a", "b"}


async def test_a_taken_unique_value_is_rejected_for_good(mongo_url: str, unique: str, publisher: Recorder) -> None:
    async with opened(mongo_url, unique, publisher, unique_email=True) as (_, counters):
        await counters.insert(Counter(id="a", email="a@x"))
        assert not await counters.insert(Counter(id="b", email="a@x"))
        with pytest.raises(Rejected, match="duplicate_key"):
            await counters.update("b", lambda _: Counter(id="b", email="a@x"))
        await counters.insert(Counter(id="c", email="c@x"))
        with pytest.raises(Rejected, match="duplicate_key"):
            await counters.update("c", lambda _: Counter(id="c", email="a@x"))


async def test_the_outbox_is_published_in_order_and_cleared(mongo_url: str, unique: str, publisher: Recorder) -> None:
    async with opened(mongo_url, unique, publisher) as (_, counters):
        publisher.gate.clear()
        await counters.update("c", add(1, note("1"), note("2")))
        await counters.update("c", add(1, note("3")))
        publisher.gate.set()
        await counters.drain()
        assert publisher.values == ["1", "2", "3"]
        assert await counters.count({"has_outbox": True}) == 0
        stored = await counters.get("c")
    assert stored is not None
    assert (stored.outbox, stored.version) == ((), 2)


async def test_a_write_succeeds_while_the_broker_is_away_and_the_sweeper_sends_it(
    mongo_url: str, unique: str, publisher: Recorder
) -> None:
    async with opened(mongo_url, unique, publisher) as (store, counters):
        publisher.away = True
        await counters.update("c", add(1, note("1")))
        await counters.drain()
        publisher.away = False
        await store.sweep()
        assert publisher.values == ["1"]
        assert await counters.count({"has_outbox": True}) == 0


async def test_the_sweeper_of_another_process_sends_what_a_crash_left(
    mongo_url: str, unique: str, publisher: Recorder
) -> None:
    crashed = Recorder()
    crashed.away = True
    async with opened(mongo_url, unique, crashed) as (_, counters):
        await asyncio.gather(*(counters.insert(Counter(id=str(n)).with_messages(note(str(n)))) for n in range(5)))
        await counters.drain()
    async with opened(mongo_url, unique, publisher) as (store, counters):
        await store.sweep()
        assert publisher.values == []  # their writer might be about to publish them
        await store.sweep()
        assert sorted(publisher.values) == ["0", "1", "2", "3", "4"]
        assert await counters.count({"has_outbox": True}) == 0


async def test_owed_state_is_that_of_the_current_document(mongo_url: str, unique: str, publisher: Recorder) -> None:
    async with opened(mongo_url, unique, publisher) as (store, counters):
        publisher.away = True
        await counters.update("c", add(1, owe=True))
        await counters.update("c", add(1))
        await counters.drain()
        publisher.away = False
        await store.sweep(skip_recent=False)
        assert publisher.values == ["state 2"]


async def test_a_publication_overtaken_by_another_process_ends_with_the_current_state(
    mongo_url: str, unique: str, publisher: Recorder
) -> None:
    elsewhere = Recorder()
    async with opened(mongo_url, unique, publisher) as (_, ours), opened(mongo_url, unique, elsewhere) as (_, theirs):
        publisher.gate.clear()
        await ours.update("c", add(1, owe=True))
        await theirs.update("c", add(1, owe=True))
        await theirs.drain()
        publisher.gate.set()
        await ours.drain()
    assert elsewhere.values == ["state 2"]
    assert publisher.values == ["state 1", "state 2"]


async def test_republishing_sends_the_state_of_all(mongo_url: str, unique: str, publisher: Recorder) -> None:
    async with opened(mongo_url, unique, publisher) as (store, counters):
        await asyncio.gather(*(counters.insert(Counter(id=str(n), total=n)) for n in range(3)))
        await store.republish()
        assert sorted(publisher.values) == ["state 0", "state 1", "state 2"]
        assert await counters.count({"has_outbox": True}) == 0


async def test_pages_follow_the_order_without_gaps(mongo_url: str, unique: str, publisher: Recorder) -> None:
    order = [("total", -1)]
    async with opened(mongo_url, unique, publisher) as (_, counters):
        await asyncio.gather(*(counters.insert(Counter(id=str(n), total=n // 2)) for n in range(7)))
        seen: list[str] = []
        after = None
        while page := await counters.find({}, sort=order, limit=2, after=after):
            seen += [counter.id for counter in page]
            after = counters.position(page[-1], sort=order)
    assert seen == ["6", "4", "5", "2", "3", "0", "1"]


async def test_many_at_once_become_few_round_trips_and_all_are_stored(
    mongo_url: str, unique: str, publisher: Recorder
) -> None:
    async with opened(mongo_url, unique, publisher) as (_, counters):
        ids = [str(n) for n in range(250)]
        await asyncio.gather(*(counters.update(i, created(i)) for i in ids))
        await counters.drain()
        assert await counters.count({}) == 250
        assert sorted(publisher.values) == sorted(ids)


async def test_a_database_that_is_away_is_transient(unique: str, publisher: Recorder) -> None:
    store = Store(MongoDatabase("mongodb://127.0.0.1:1", unique), publisher, SystemClock())
    with pytest.raises(Transient, match="mongo_unavailable"):
        await store.ping()
    store.documents("counters", Counter)
    with pytest.raises(Transient, match="mongo_unavailable"):
        await store.start()
    await store.close()
