"""A dropped kept-alive connection is no outage: reads go again at once, writes are told apart (a server by sockets)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest

from chassis.errors import Transient
from connector.adapters.providers.keep_alive import KeepAliveClient, new_connections
from connector.adapters.providers.wire import send_authorised
from connector.domain.provider.errors import ConnectionLost, NeedsReauth
from connector.domain.provider.login import Login

_ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"


@dataclass
class Dropping:
    """Answers one request a connection, keeps it alive, and drops it when the next request comes."""

    requests: list[str] = field(default_factory=list)
    answers: int = 1
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            for number in range(self.answers + 1):
                head = await reader.readuntil(b"\r\n\r\n")
                self.requests.append(head.split(b" ", 1)[0].decode())
                if number < self.answers:
                    writer.write(_ANSWER)
        except asyncio.IncompleteReadError:
            pass
        writer.close()


@asynccontextmanager
async def dropping(answers: int = 1) -> AsyncIterator[tuple[Dropping, KeepAliveClient]]:
    script = Dropping(answers=answers)
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    script.port = server.sockets[0].getsockname()[1]
    client = KeepAliveClient(timeout=5)
    try:
        yield script, client
    finally:
        await client.aclose()
        server.close()


class Token:
    mailbox = "ann@example.com"

    async def token(self) -> str:
        return "t"

    async def renew(self) -> str:
        return "t"

    async def login(self) -> Login:
        raise NeedsReauth("no_login")

    async def login_refused(self) -> None:
        pass


async def ask(script: Dropping, client: KeepAliveClient, method: str, **headers: str) -> int:
    def build(_token: str) -> httpx.Request:
        return client.build_request(method, f"http://127.0.0.1:{script.port}/", headers=headers)

    return (await send_authorised(client, Token(), build, "Google")).status_code


async def test_a_read_on_a_dropped_connection_is_sent_again_at_once() -> None:
    async with dropping() as (script, client):
        assert [await ask(script, client, "GET") for _ in range(2)] == [200, 200]
        assert script.requests == ["GET", "GET", "GET"]


async def test_a_long_read_that_travels_as_a_post_is_a_read() -> None:
    async with dropping() as (script, client):
        override = {"x-http-method-override": "GET"}
        assert [await ask(script, client, "POST", **override) for _ in range(2)] == [200, 200]


async def test_a_write_on_a_dropped_connection_is_never_sent_again_unasked() -> None:
    async with dropping() as (script, client):
        await ask(script, client, "GET")
        with pytest.raises(ConnectionLost):
            await ask(script, client, "PATCH")
        assert script.requests == ["GET", "PATCH"]


async def test_the_next_try_of_a_write_trusts_no_kept_connection() -> None:
    async with dropping() as (script, client):
        await asyncio.gather(ask(script, client, "GET"), ask(script, client, "GET"))  # two are kept now
        with new_connections():
            assert [await ask(script, client, "PATCH") for _ in range(3)] == [200, 200, 200]


async def test_who_drops_new_connections_too_is_away() -> None:
    async with dropping(answers=0) as (script, client):
        with pytest.raises(Transient) as away:
            await ask(script, client, "GET")
        assert not isinstance(away.value, ConnectionLost)
        assert script.requests == ["GET", "GET"]
