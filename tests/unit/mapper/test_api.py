"""What the mapper answers over HTTP while links come into being (G4, L1)."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

import httpx
from fastapi import FastAPI

from chassis.web.auth import Identity, require_identity
from chassis.web.problem_handlers import install_problems
from mapper.adapters.collections import Collections
from mapper.domain.model.connections.connection import Connection
from mapper.domain.model.link import Link
from mapper.entrypoints.http import explain, links
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


class SomeLinks:
    """Links that a filter of equal values finds, and of unequal ones."""

    def __init__(self, *links: Link) -> None:
        self._links = links

    async def find(self, where: Mapping[str, Any], limit: int = 0, after: object = None) -> list[Link]:
        def matches(link: Link) -> bool:
            values = {name: getattr(link, name) for name in where}
            return all(
                values[name] != wanted["$ne"] if isinstance(wanted, dict) else values[name] == wanted
                for name, wanted in where.items()
            )

        return [link for link in self._links if matches(link)][:limit]


async def links_for(user_id: str, *found: Link, **query: str) -> httpx.Response:
    app = FastAPI()
    install_problems(app)
    app.state.services = Services(cast("Collections", SimpleNamespace(links=SomeLinks(*found))))
    app.include_router(links.router)
    app.dependency_overrides[require_identity] = lambda: Identity(user_id=user_id, company_id="acme", role="regular")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://mapper") as client:
        return await client.get("/v1/links", params=query)


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


async def test_g4_ones_own_link_in_another_state_is_no_colleagues() -> None:
    bench = Bench()
    bench.crm()
    theirs, own = (
        bench.link.model_copy(update={"id": user, "user_id": user, "event_id": "shared", "state": state})
        for user, state in (("8", "active"), ("7", "closed"))
    )
    for state, ids in (("closed", ["7"]), ("active", [])):
        answer = await links_for("7", theirs, own, event_id="shared", state=state)
        assert (answer.status_code, [one["id"] for one in answer.json()["items"]]) == (200, ids)
    assert (await links_for("9", theirs, own, event_id="shared")).status_code == httpx.codes.NOT_FOUND


async def test_g4_and_nobody_elses() -> None:
    assert (await explained_to("8")).status_code == httpx.codes.NOT_FOUND
