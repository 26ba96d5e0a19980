"""`/control/…` of Google's simulator: what only it has; no authorisation."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter

from simulators.frame.http.control_api import NewAccount, access_routes, common_routes
from simulators.google.http.simulator import Simulator

Json = dict[str, Any]
_SCOPE = "https://www.googleapis.com/auth/calendar"


def control_router(simulator: Simulator) -> APIRouter:
    """Return the routes of the control API."""
    router = APIRouter(prefix="/control", tags=["control"])
    world = simulator.world

    @router.post("/accounts", status_code=201)
    async def create(body: NewAccount) -> Json:
        account = world.add_account(body.email, body.name or body.email, body.time_zone)
        simulator.save()
        return asdict(account)

    @router.post("/accounts/{email}/revoke")
    async def revoke(email: str) -> Json:
        gone = world.oauth.revoke_account(world.account(email).email)
        simulator.save()
        return {"revoked": gone}

    @router.get("/channels")
    async def channels() -> list[Json]:
        return [asdict(channel) for channel in world.channels.live.values()]

    common_routes(router, simulator)
    access_routes(router, simulator, _SCOPE)
    return router
