"""The floor's connector: doorbell, reads and writes at the provider, with our hops and document writes."""

import asyncio
import os
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic

import httpx

from bench.floor.common import CALENDAR_COMMANDS, CALENDAR_EVENTS, Json, Kit, Message, Write

_DEBOUNCE = 1.0
_PAGE_WRITES = 250


@dataclass
class Account:
    """A connected calendar; what ours keep in documents and read again stands in memory here."""

    email: str
    headers: dict[str, str]
    cursor: str = ""
    read_at: float = 0.0
    waits: bool = False
    etags: dict[str, str] = field(default_factory=dict)


class Connector:
    """The work of all accounts: each in order, all side by side."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._google = httpx.AsyncClient(base_url=f"{os.environ['FLOOR_GOOGLE_URL']}/calendar/v3", timeout=60)
        self._address = f"http://127.0.0.1:{os.environ['FLOOR_PORT']}/webhook"
        self._accounts: dict[str, Account] = {}

    async def open(self, body: Json) -> None:
        """Connect accounts (`email`, `token`): a cursor and a push channel each, nothing told."""
        for given in body["accounts"]:
            account = Account(given["email"], {"Authorization": f"Bearer {given['token']}"})
            self._accounts[account.email] = account
            await self._kit.write("connections", [Write(account.email, new=True)])
            watch = {"id": account.email.replace("@", "-at-").replace(".", "-"), "type": "web_hook"}
            address = {"address": f"{self._address}?{account.email}", "token": account.email}
            await self._call(account, "POST", "/events/watch", json=watch | address)
            if body["read"]:
                await self._read(account, tell=False)

    async def ring(self, body: Json) -> None:
        """Take a push: ask for a read, and answer when Kafka has that."""
        email = body["headers"]["x-goog-channel-token"]
        if body["headers"]["x-goog-resource-state"] != "sync":
            await self._kit.send([Message(CALENDAR_COMMANDS, email, {"account": email, "do": "pull"})])

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
        account.read_at = monotonic()
        query = {"singleEvents": "false", "maxResults": "2500"}
        query |= {"syncToken": account.cursor} if account.cursor else {}
        told = 0
        while True:
            page = await self._call(account, "GET", "/events", params=query)
            news = [item for item in page["items"] if again or account.etags.get(item["id"]) != item["etag"]]
            told += len(news)
            if tell:
                await self._tell(account, news, first=first)
            account.etags |= {item["id"]: item["etag"] for item in news}
            if "nextSyncToken" in page:
                account.cursor = page["nextSyncToken"]
                return told
            query["pageToken"] = page["nextPageToken"]
            await self._note(account)

    async def _tell(self, account: Account, items: Sequence[Json], *, first: bool) -> None:
        facts = [_changed(account, item, first=first) for item in items]
        await self._kit.send([Message(CALENDAR_EVENTS, account.email, fact) for fact in facts])
        known = [Write(fact["id"], new=fact["new"]) for fact in facts if not fact["same"]]
        for start in range(0, len(known), _PAGE_WRITES):
            await self._kit.write("known", known[start : start + _PAGE_WRITES])

    async def _put(self, account: Account, command: Json) -> None:
        await self._note(account)
        await self._note(account)  # the write in flight
        event = command["event"]
        new = "id" not in command
        method, path = ("POST", "/events") if new else ("PATCH", f"/events/{command['id']}")
        item = await self._call(account, method, path, json=event, params={"sendUpdates": "none"})
        account.etags[item["id"]] = item["etag"]
        await self._kit.write("known", [Write(item["id"], new=new)])
        settled = {"account": account.email, "is": "settled", "link": command["link"], "created": new, "id": item["id"]}
        await self._kit.send([Message(CALENDAR_EVENTS, account.email, settled)])
        await self._kit.write("answers", [Write(f"{item['id']} {item['etag']}", new=True)])
        await self._note(account)

    async def _note(self, account: Account) -> None:
        await self._kit.write("connections", [Write(account.email)])

    async def _call(self, account: Account, method: str, path: str, **request: object) -> Json:
        address = f"/calendars/primary{path}"
        answer = await self._google.request(method, address, headers=account.headers, **request)  # type: ignore[arg-type]
        answer.raise_for_status()
        body: Json = answer.json()
        return body


def _changed(account: Account, item: Json, *, first: bool) -> Json:
    known = item["id"] in account.etags
    return {
        "account": account.email,
        "is": "changed",
        "id": item["id"],
        "summary": item["summary"],
        "first": first,
        "same": known and account.etags[item["id"]] == item["etag"],
        "new": not known,
    }


async def connector(kit: Kit) -> dict[str, Callable[[Json], Awaitable[None]]]:
    """Start consuming; return the routes."""
    part = Connector(kit)
    await kit.consume(CALENDAR_COMMANDS, part.take)
    return {"/accounts": part.open, "/webhook": part.ring}
