"""`/control/…`: set the stage. Accounts, traps, clock, journal; no authorisation, sandbox only."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from pydantic import Field

from simulators.frame.domain.oauth import Grant
from simulators.frame.http.control_api import Body, common_routes
from simulators.google.http.simulator import Simulator

Json = dict[str, Any]


class NewAccount(Body):
    """An account to create."""

    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    name: str = ""
    time_zone: str = "UTC"


class NewToken(Body):
    """Tokens without the way over the consent page."""

    client_id: str = "control"
    scope: str = "https://www.googleapis.com/auth/calendar"


def control_router(simulator: Simulator) -> APIRouter:
    """The routes of the stage manager."""
    router = APIRouter(prefix="/control", tags=["control"])
    _accounts(router, simulator)
    common_routes(router, simulator)

    @router.get("/channels")
    async def channels() -> list[Json]:
        return [asdict(channel) for channel in simulator.world.channels.live.values()]

    return router


def _accounts(router: APIRouter, simulator: Simulator) -> None:
    world = simulator.world

    @router.post("/accounts", status_code=201)
    async def create(body: NewAccount) -> Json:
        account = world.add_account(body.email, body.name or body.email, body.time_zone)
        simulator.save()
        return asdict(account)

    @router.get("/accounts")
    async def accounts() -> list[Json]:
        return [asdict(account) for account in world.accounts.values()]

    @router.post("/accounts/{email}/tokens", status_code=201)
    async def tokens(email: str, body: NewToken) -> Json:
        account = world.account(email)
        answer = world.oauth.sign_in(Grant(account.email, body.client_id, body.scope), simulator.now(), world.rng)
        simulator.save()
        return answer

    @router.post("/accounts/{email}/revoke")
    async def revoke(email: str) -> Json:
        gone = world.oauth.revoke_account(world.account(email).email)
        simulator.save()
        return {"revoked": gone}

    @router.post("/accounts/{email}/expire-access")
    async def expire(email: str) -> Json:
        world.oauth.expire_access(world.account(email).email)
        simulator.save()
        return {}
