"""`/control/…`: set the stage. Accounts, traps, clock, journal; no authorisation, sandbox only."""

from dataclasses import asdict
from random import Random
from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from sandbox.google.domain.traps import TRAPS, Armed
from sandbox.google.edge.simulator import Simulator

Json = dict[str, Any]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewAccount(_Body):
    """An account to create."""

    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    name: str = ""
    time_zone: str = "UTC"


class NewToken(_Body):
    """Tokens without the way over the consent page."""

    client_id: str = "control"
    scope: str = "https://www.googleapis.com/auth/calendar"


class SetTrap(_Body):
    """A trap for the next `count` strikes; None: until taken off."""

    trap: str
    count: int | None = Field(default=1, ge=1)
    operation: str = "*"
    account: str = "*"
    parameters: Json = {}


class RandomMode(_Body):
    """Traps by chance; rate 0 ends it."""

    seed: int = 0
    rate: float = Field(ge=0, le=1)
    only: list[str] = []


class ChangeSettings(_Body):
    """What holds for the whole simulator; only what is given changes."""

    clock_shift_seconds: float | None = None
    page_cap: int | None = Field(default=None, ge=1)
    latency_ms: int | None = Field(default=None, ge=0)
    auto_approve: str | None = None


def control_router(simulator: Simulator) -> APIRouter:
    """The routes of the stage manager."""
    router = APIRouter(prefix="/control", tags=["control"])
    _accounts(router, simulator)
    _traps(router, simulator)
    _settings(router, simulator)
    _records(router, simulator)
    return router


def _accounts(router: APIRouter, simulator: Simulator) -> None:
    world = simulator.world

    @router.post("/accounts", status_code=201)
    async def create(body: NewAccount) -> Json:
        account = world.add_account(body.email, body.name or body.email, body.time_zone)
        simulator.settle()
        return asdict(account)

    @router.get("/accounts")
    async def accounts() -> list[Json]:
        return [asdict(account) for account in world.accounts.values()]

    @router.post("/accounts/{email}/tokens", status_code=201)
    async def tokens(email: str, body: NewToken) -> Json:
        account = world.account(email)
        refresh = world.oauth.grant(account.email, body.client_id, body.scope, world.rng)
        answer = world.oauth.answer(refresh, simulator.now(), world.rng)
        simulator.settle()
        return answer | {"refresh_token": refresh}

    @router.post("/accounts/{email}/revoke")
    async def revoke(email: str) -> Json:
        gone = world.oauth.revoke_account(world.account(email).email)
        simulator.settle()
        return {"revoked": gone}

    @router.post("/accounts/{email}/expire-access")
    async def expire(email: str) -> Json:
        world.oauth.expire_access(world.account(email).email)
        simulator.settle()
        return {}


def _traps(router: APIRouter, simulator: Simulator) -> None:
    @router.get("/traps")
    async def traps() -> Json:
        box = simulator.world.traps
        return {
            "known": [asdict(trap) for trap in TRAPS.values()],
            "armed": [asdict(armed) for armed in box.armed],
            "rate": box.rate,
            "struck": box.struck,
        }

    @router.post("/traps", status_code=201)
    async def arm(body: SetTrap, response: Response) -> Json:
        if body.trap not in TRAPS:
            response.status_code = 404
            return {"error": f"There is no trap {body.trap}.", "known": sorted(TRAPS)}
        armed = Armed(**body.model_dump())
        simulator.world.traps.armed.append(armed)
        return asdict(armed)

    @router.delete("/traps", status_code=204)
    async def disarm() -> None:
        simulator.world.traps.armed.clear()
        simulator.world.traps.randomise(0, 0)

    @router.put("/random")
    async def randomise(body: RandomMode) -> Json:
        simulator.world.traps.randomise(body.seed, body.rate, tuple(body.only))
        return body.model_dump()


def _settings(router: APIRouter, simulator: Simulator) -> None:
    world = simulator.world

    @router.get("/settings")
    async def settings() -> Json:
        return {
            "clock_shift_seconds": world.shift_seconds,
            "page_cap": world.page_cap,
            "latency_ms": world.latency_ms,
            "auto_approve": world.auto_approve,
            "now": simulator.now().isoformat(),
        }

    @router.patch("/settings")
    async def change(body: ChangeSettings) -> Json:
        given = body.model_dump(exclude_unset=True)
        world.shift_seconds = given.get("clock_shift_seconds", world.shift_seconds) or 0.0
        world.page_cap = given.get("page_cap", world.page_cap)
        world.latency_ms = given.get("latency_ms", world.latency_ms) or 0
        world.auto_approve = given.get("auto_approve", world.auto_approve)
        simulator.settle()
        return await settings()

    @router.post("/reset", status_code=204)
    async def reset() -> None:
        empty = type(world)(rng=world.rng)
        empty.traps.rng = Random(0)
        for name in type(world).__slots__:
            setattr(world, name, getattr(empty, name))
        simulator.journal.clear()
        simulator.settle()


def _records(router: APIRouter, simulator: Simulator) -> None:
    @router.get("/journal")
    async def journal(since: int = 0) -> list[Json]:
        return simulator.journal.since(since)

    @router.get("/journal/counts")
    async def counts() -> dict[str, int]:
        return simulator.journal.counts()

    @router.delete("/journal", status_code=204)
    async def clear() -> None:
        simulator.journal.clear()

    @router.get("/mails")
    async def mails() -> list[Json]:
        return simulator.world.mails

    @router.get("/pushes")
    async def pushes() -> list[Json]:
        return list(simulator.push.log)

    @router.post("/pushes/release")
    async def release() -> Json:
        return {"released": simulator.push.release()}

    @router.get("/channels")
    async def channels() -> list[Json]:
        return [asdict(channel) for channel in simulator.world.channels.live.values()]
