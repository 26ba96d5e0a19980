"""Who watches hears of changes that may concern him, and of nothing else; at rest nobody listens."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from activity_store.application import change_signals
from activity_store.application.change_signals import ChangeSignals, Watch
from chassis.errors import Transient
from chassis.persistence.table import Raw

SOON = 2.0
NEVER = 0.02


class Source:
    """Tells what it is given; counts who listens."""

    def __init__(self) -> None:
        self.opened = self.listening = 0
        self.queue: asyncio.Queue[Any] = asyncio.Queue()

    async def changes(self, fields: Mapping[str, Sequence[str]]) -> AsyncIterator[tuple[str, Raw] | None]:
        self.opened += 1
        self.listening += 1
        try:
            yield None
            while True:
                told = await self.queue.get()
                if isinstance(told, Exception):
                    raise told
                yield told
        finally:
            self.listening -= 1

    def activity(self, company: str, *owners: str) -> None:
        self.queue.put_nowait(("activities", {"company_id": company, "owners": list(owners)}))


async def settled(watch: Watch) -> None:
    """Take the first signal: changes can be missed no more."""
    assert await watch.heard(SOON)
    assert watch.live


async def test_g4_only_the_owners_of_the_same_company_concern_a_watch() -> None:
    source = Source()
    signals = ChangeSignals(source)
    with signals.watch("acme", "7", "7") as watch:
        await settled(watch)
        source.activity("rival", "7")
        source.activity("acme", "8")
        assert not await watch.heard(NEVER)
        source.activity("acme", "7", "8")
        assert await watch.heard(SOON)


async def test_who_gives_an_activity_away_hears_of_it() -> None:
    source = Source()
    signals = ChangeSignals(source)
    with signals.watch("acme", "7", "9") as watch:
        await settled(watch)
        source.activity("acme", "7", "8")
        assert await watch.heard(SOON)


async def test_g1_a_change_of_the_reader_himself_concerns_him() -> None:
    source = Source()
    signals = ChangeSignals(source)
    with signals.watch("acme", "7", "9") as watch:
        await settled(watch)
        source.queue.put_nowait(("users", {"company_id": "acme", "user_id": "9"}))
        assert await watch.heard(SOON)


async def test_one_stream_serves_all_and_none_is_open_at_rest() -> None:
    source = Source()
    signals = ChangeSignals(source)
    assert source.opened == 0
    with signals.watch("acme", "7", "7") as first, signals.watch("acme", "8", "8") as second:
        await settled(first)
        await settled(second)
        assert source.opened == 1
        assert (signals.count(), signals.count("acme", "7")) == (2, 1)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert source.listening == 0
    assert signals.count() == 0


async def test_who_comes_later_is_told_at_once_that_nothing_is_missed() -> None:
    signals = ChangeSignals(Source())
    with signals.watch("acme", "7", "7") as first:
        await settled(first)
        with signals.watch("acme", "8", "8") as second:
            await settled(second)


async def test_an_outage_is_told_and_ends(monkeypatch: Any) -> None:
    monkeypatch.setattr(change_signals, "_RETRY_SECONDS", 0.0)
    source = Source()
    signals = ChangeSignals(source)
    with signals.watch("acme", "7", "7") as watch:
        await settled(watch)
        source.queue.put_nowait(Transient("mongo_unavailable", "away"))
        assert await watch.heard(SOON)
        while not watch.live:
            assert await watch.heard(SOON)
        assert source.opened == 2


async def test_a_stop_ends_all_that_watch_and_whoever_comes_later() -> None:
    signals = ChangeSignals(Source())
    with signals.watch("acme", "7", "7") as watch:
        await settled(watch)
        signals.end()
        assert await watch.heard(SOON)
        assert watch.ended
        with signals.watch("acme", "7", "7") as later:
            assert later.ended
