"""`/control/…`: set the stage. Accounts, subscriptions, traps, clock, journal; no authorisation, sandbox only."""

from dataclasses import asdict
from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import Field

from simulators.frame.domain.oauth import Grant
from simulators.frame.http.control_api import Body, common_routes
from simulators.microsoft.domain.traps import ALWAYS
from simulators.microsoft.http.simulator import Simulator

Json = dict[str, Any]


class NewAccount(Body):
    """An account to create."""

    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    name: str = ""
    time_zone: str = "UTC"
    kind: Literal["work", "personal"] = "work"


class NewToken(Body):
    """Tokens without the way over the consent page."""

    client_id: str = "control"
    scope: str = "offline_access User.Read Calendars.ReadWrite"


class Revocation(Body):
    """How access ends: by the AADSTS number that the next refresh is told."""

    code: Literal[50173, 65001, 700082] = 50173


class Lifecycle(Body):
    """A lifecycle notification to send now."""

    event: Literal["reauthorizationRequired", "subscriptionRemoved", "missed"]


def control_router(simulator: Simulator) -> APIRouter:
    """The routes of the stage manager."""
    router = APIRouter(prefix="/control", tags=["control"])
    _accounts(router, simulator)
    _access(router, simulator)
    _subscriptions(router, simulator)
    common_routes(router, simulator)

    @router.get("/traps/always")
    async def always() -> dict[int, tuple[str, ...]]:
        return ALWAYS

    return router


def _accounts(router: APIRouter, simulator: Simulator) -> None:
    world = simulator.world

    @router.post("/accounts", status_code=201)
    async def create(body: NewAccount) -> Json:
        account = world.add_account(body.email, body.name or body.email, body.time_zone, body.kind)
        simulator.save()
        return asdict(account)

    @router.get("/accounts")
    async def accounts() -> list[Json]:
        return [asdict(account) for account in world.accounts.values()]


def _access(router: APIRouter, simulator: Simulator) -> None:
    world = simulator.world

    @router.post("/accounts/{email}/tokens", status_code=201)
    async def tokens(email: str, body: NewToken) -> Json:
        grant = Grant(world.account(email).email, body.client_id, body.scope)
        answer = world.oauth.sign_in(grant, simulator.now(), world.rng)
        simulator.save()
        return answer

    @router.post("/accounts/{email}/revoke")
    async def revoke(email: str, body: Revocation | None = None) -> Json:
        account = world.account(email)
        gone = world.oauth.revoke_account(account.email, (body or Revocation()).code)
        for one in [one for one in world.subscriptions.live.values() if one.email == account.email]:
            del world.subscriptions.live[one.id]
            simulator.push.lifecycle(one, "subscriptionRemoved")
        simulator.save()
        return {"revoked": gone}

    @router.post("/accounts/{email}/expire-access")
    async def expire(email: str) -> Json:
        world.oauth.expire_access(world.account(email).email)
        simulator.save()
        return {}


def _subscriptions(router: APIRouter, simulator: Simulator) -> None:
    @router.get("/subscriptions")
    async def subscriptions() -> list[Json]:
        return [asdict(one) for one in simulator.world.subscriptions.live.values()]

    @router.post("/subscriptions/{subscription_id}/lifecycle")
    async def lifecycle(subscription_id: str, body: Lifecycle, response: Response) -> Json:
        one = simulator.world.subscriptions.live.get(subscription_id)
        if one is None:
            response.status_code = 404
            return {}
        if body.event == "subscriptionRemoved":
            del simulator.world.subscriptions.live[one.id]
        one.paused = body.event == "reauthorizationRequired"
        simulator.push.lifecycle(one, body.event)
        return asdict(one)
