"""The floor's connector: doorbell, reads and writes at the provider, with our hops and document writes."""

import asyncio
import os
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic

import httpx

from bench.floor.common import CALENDAR_COMMANDS, CALENDAR_EVENTS, Json, Kit, Message, Write
from bench.floor.providers import PROVIDERS, Calendar
from bench.floor.rows import Row

_DEBOUNCE = 1.0
_PAGE_WRITES = 250


@dataclass
class Account:
    """A connected calendar; what ours keep in documents and read again stands in memory here."""

    email: str
    calendar: Calendar
    cursor: str = ""
    read_at: float = 0.0
    waits: bool = False
    versions: dict[str, str] = field(default_factory=dict)


class Connector:
    """The work of all accounts: each in order, all side by side."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._words = PROVIDERS[os.environ["FLOOR_PROVIDER"]]
        self._http = httpx.AsyncClient(base_url=os.environ["FLOOR_PROVIDER_URL"], timeout=60)
        self._address = f"http://127.0.0.1:{os.environ['FLOOR_PORT']}/webhook"
        self._accounts: dict[str, Account] = {}

    async def open(self, body: Json) -> None:
        """Connect accounts (`email`, `token`): a cursor and a push channel each, nothing told."""
        for given in body["accounts"]:
            account = Account(given["email"], self._words.calendar(self._http, given["token"]))
            self._accounts[account.email] = account
            await self._kit.write("connections", [Write(account.email, new=True)])
            await account.calendar.watch(self._address, account.email)
            if body["read"]:
                await self._read(account, tell=False)

    async def ring(self, body: Json) -> str | None:
        """Take a push: ask for a read, and answer when Kafka has that. Before the first one, echo what is asked."""
        if (asked := self._words.echo(body)) is not None:
            return asked
        for email in self._words.rung(body):
            await self._kit.send([Message(CALENDAR_COMMANDS, email, {"account": email, "do": "pull"})])
        return self._words.thanks

    async def take(self, commands: Sequence[Json]) -> None:
        """Carry out a batch."""
        lanes: dict[str, list[Json]] = defaultdict(list)
        for command in commands:
            lanes[command["account"]].append(command)
        await asyncio.gather(*(self._lane(self._accounts[email], lane) for email, lane in lanes.items()))

    async def _lane(self, account: Account, commands: Sequence[Json]) -> None:
        works: dict[str, Callable[[Account, Json], Awaitable[None]]] = {
            "pull": self._pull,
            "put": self._put,
            "replay": self._replay,
        }
        for command in commands:
            await works[command["do"]](account, command)

    async def _pull(self, account: Account, _: Json) -> None:
        if monotonic() < account.read_at + _DEBOUNCE:
            if not account.waits:
                account.waits = True
                self._kit.later(self._ask_later(account))
            return
        await self._note(account)
        await self._read(account, tell=True)
        await self._note(account)

    async def _ask_later(self, account: Account) -> None:
        await asyncio.sleep(account.read_at + _DEBOUNCE - monotonic())
        account.waits = False
        await self._kit.send([Message(CALENDAR_COMMANDS, account.email, {"account": account.email, "do": "pull"})])

    async def _replay(self, account: Account, command: Json) -> None:
        account.cursor = ""
        await self._note(account)
        told = await self._read(account, tell=True, first=command["first"], again=True)
        ended = {"account": account.email, "is": "ended", "count": told, "first": command["first"]}
        await self._kit.send([Message(CALENDAR_EVENTS, account.email, ended)])
        await self._note(account)

    async def _read(self, account: Account, *, tell: bool, first: bool = False, again: bool = False) -> int:
        account.read_at, told = monotonic(), 0
        async for page in account.calendar.changes(account.cursor):
            news = [row for row in page.rows if again or account.versions.get(row.id) != row.version]
            told += len(news)
            if tell:
                await self._tell(account, news, first=first)
            account.versions |= {row.id: row.version for row in news}
            if page.cursor:
                account.cursor = page.cursor
            else:
                await self._note(account)
        return told

    async def _tell(self, account: Account, rows: Sequence[Row], *, first: bool) -> None:
        facts = [_changed(account, row, first=first) for row in rows]
        await self._kit.send([Message(CALENDAR_EVENTS, account.email, fact) for fact in facts])
        known = [Write(fact["id"], new=fact["new"]) for fact in facts if not fact["same"]]
        for start in range(0, len(known), _PAGE_WRITES):
            await self._kit.write("known", known[start : start + _PAGE_WRITES])

    async def _put(self, account: Account, command: Json) -> None:
        await self._note(account)
        new = "id" not in command
        calendar, event = account.calendar, command["event"]
        row = await (calendar.create(event) if new else calendar.update(command["id"], event))
        account.versions[row.id] = row.version
        seen, answered = Write(row.id, new=new), Write(f"{row.id} {row.version}", new=True)
        settled = {"account": account.email, "is": "settled", "link": command["link"], "created": new, "id": row.id}
        await asyncio.gather(self._kit.write("known", [seen]), self._kit.write("answers", [answered]))
        await self._kit.send([Message(CALENDAR_EVENTS, account.email, settled)])
        await self._note(account)

    async def _note(self, account: Account) -> None:
        await self._kit.write("connections", [Write(account.email)])


def _changed(account: Account, row: Row, *, first: bool) -> Json:
    known = row.id in account.versions
    return {
        "account": account.email,
        "is": "changed",
        "id": row.id,
        "summary": row.title,
        "first": first,
        "same": known and account.versions[row.id] == row.version,
        "new": not known,
    }


async def connector(kit: Kit) -> dict[str, Callable[[Json], Awaitable[str | None]]]:
    """Start consuming; return the routes."""
    part = Connector(kit)
    await kit.consume(CALENDAR_COMMANDS, part.take)
    return {"/accounts": part.open, "/webhook": part.ring}
