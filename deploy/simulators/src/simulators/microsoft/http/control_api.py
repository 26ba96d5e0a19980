"""`/control/…`: what only Microsoft's simulator has; no authorisation."""

from dataclasses import asdict
from typing import Any, Literal

from fastapi import APIRouter, Response

from simulators.frame.http.control_api import Body, NewAccount, access_routes, common_routes
from simulators.microsoft.domain.traps import ALWAYS
from simulators.microsoft.http.simulator import Simulator

Json = dict[str, Any]
_SCOPE = "offline_access User.Read Calendars.ReadWrite"


class NewMailbox(NewAccount):
    """An account to create."""

    kind: Literal["work", "personal"] = "work"


class Revocation(Body):
    """How access ends: by the AADSTS number that the next refresh is told."""

    code: Literal[50173, 65001, 700082] = 50173


class Lifecycle(Body):
    """A lifecycle notification to send now."""

    event: Literal["reauthorizationRequired", "subscriptionRemoved", "missed"]


def control_router(simulator: Simulator) -> APIRouter:
    """Return the routes of the control API."""
    router = APIRouter(prefix="/control", tags=["control"])
    _accounts(router, simulator)
    _access(router, simulator)
    _subscriptions(router, simulator)
    common_routes(router, simulator)
    access_routes(router, simulator, _SCOPE)

    @router.get("/traps/always")
    async def always() -> dict[int, tuple[str, ...]]:
        return ALWAYS

    return router


def _accounts(router: APIRouter, simulator: Simulator) -> None:
    world = simulator.world

    @router.post("/accounts", status_code=201)
    async def create(body: NewMailbox) -> Json:
        account = world.add_account(body.email, body.name or body.email, body.time_zone, body.kind)
        simulator.save()
        return asdict(account)


def _access(router: APIRouter, simulator: Simulator) -> None:
    world = simulator.world

    @router.post("/accounts/{email}/revoke")
    async def revoke(email: str, body: Revocation | None = None) -> Json:
        account = world.account(email)
        gone = world.oauth.revoke_account(account.email, (body or Revocation()).code)
        for one in [one for one in world.subscriptions.live.values() if one.email == account.email]:
            del world.subscriptions.live[one.id]
            simulator.push.lifecycle(one, "subscriptionRemoved")
        simulator.save()
        return {"revoked": gone}


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
