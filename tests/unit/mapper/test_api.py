"""What the mapper answers over HTTP while links come into being (G4, L1)."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import httpx
from fastapi import FastAPI

from chassis.web.auth import Identity, require_identity
from chassis.web.problem_handlers import install_problems
from mapper.adapters.collections import Collections
from mapper.domain.model.connection import Connection
from mapper.domain.model.link import Link
from mapper.entrypoints.http import explain
from mapper.entrypoints.http.services import Services
from tests.support.bench import Bench, connection


class LinksThatAppear:
    """The link is there from the second look on."""

    def __init__(self, link: Link) -> None:
        self._looks = iter([[], [link]])

    async def find(self, _where: Any, limit: int = 0) -> list[Link]:
        return next(self._looks)


class OneConnection:
    """The connection of every link."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def get_many(self, ids: Sequence[str]) -> dict[str, Connection]:
        return dict.fromkeys(ids, self._connection)


async def explained_to(user_id: str, connected: Connection | None = None) -> httpx.Response:
    bench = Bench(connected)
    bench.crm()
    app = FastAPI()
    install_problems(app)
    collections = SimpleNamespace(links=LinksThatAppear(bench.link), connections=OneConnection(bench.connection))
    app.state.services = Services(cast("Collections", collections))
    app.include_router(explain.router)
    app.dependency_overrides[require_identity] = lambda: Identity(user_id=user_id, company_id="acme", role="regular")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://mapper") as client:
        return await client.get("/v1/explain", params={"activity_id": bench.link.activity_id})


async def test_l1_a_link_that_comes_between_two_looks_is_its_owners() -> None:
    answer = await explained_to("7")
    assert answer.status_code == httpx.codes.OK
    assert answer.json()["items"]


async def test_l1_what_waits_until_both_sides_are_read_says_so() -> None:
    (item,) = (await explained_to("7", connection(adopted=False))).json()["items"]
    assert (item["outcome"], item["rule"]) == ("waiting", "K4")
    assert "being read" in item["words"]


async def test_g4_and_nobody_elses() -> None:
    assert (await explained_to("8")).status_code == httpx.codes.NOT_FOUND
