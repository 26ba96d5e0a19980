"""`/control/…`: what only the Exchange simulator has; no authorisation."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter

from simulators.exchange.domain.account.accounts import PASSWORD
from simulators.exchange.domain.traps import ALWAYS
from simulators.exchange.http.login import Scheme
from simulators.exchange.http.simulator import Simulator
from simulators.frame.http.control_api import Body, NewAccount, common_routes

Json = dict[str, Any]


class NewMailbox(NewAccount):
    """An account to create."""

    password: str = PASSWORD


class ChangeMailbox(Body):
    """Changes to an account; only what is given changes."""

    password: str | None = None
    name: str | None = None


class Authentication(Body):
    """The schemes that the server offers."""

    schemes: list[Scheme]


def control_router(simulator: Simulator) -> APIRouter:
    """Return the routes of the control API."""
    router = APIRouter(prefix="/control", tags=["control"])
    _accounts(router, simulator)
    _server(router, simulator)
    common_routes(router, simulator)

    @router.get("/traps/always")
    async def always() -> dict[int, tuple[str, ...]]:
        return ALWAYS

    return router


def _accounts(router: APIRouter, simulator: Simulator) -> None:
    world = simulator.world

    @router.post("/accounts", status_code=201)
    async def create(body: NewMailbox) -> Json:
        account = world.add_account(body.email, body.name or body.email, body.time_zone, body.password)
        simulator.save()
        return asdict(account)

    @router.patch("/accounts/{email}")
    async def change(email: str, body: ChangeMailbox) -> Json:
        account = world.account(email)
        if body.password is not None:
            account.password, account.refused = body.password, 0
        account.name = account.name if body.name is None else body.name
        simulator.save()
        return asdict(account)

    @router.delete("/accounts/{email}", status_code=204)
    async def delete(email: str) -> None:
        world.remove_account(email)
        simulator.save()


def _server(router: APIRouter, simulator: Simulator) -> None:
    @router.put("/authentication")
    async def offer(body: Authentication) -> Json:
        simulator.gate.schemes = tuple(body.schemes)
        return body.model_dump()

    @router.post("/restart", status_code=204)
    async def restart() -> None:
        simulator.restarted()

    @router.get("/subscriptions")
    async def subscriptions() -> list[Json]:
        return [asdict(one) | {"events": sorted(one.events)} for one in simulator.world.subscriptions.live.values()]
