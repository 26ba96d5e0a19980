"""`/control/…`, the part that is the same for every provider: traps, settings, records; no authorisation."""

from dataclasses import asdict
from typing import Any, TypeVar

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from simulators.frame.domain.oauth import Grant
from simulators.frame.domain.traps import Armed
from simulators.frame.domain.world import BaseWorld, OAuthWorld
from simulators.frame.simulator import BaseSimulator

Json = dict[str, Any]
W = TypeVar("W", bound=BaseWorld[Any, Any])
OW = TypeVar("OW", bound=OAuthWorld[Any, Any])


class Body(BaseModel):
    """A request; what it does not know is refused."""

    model_config = ConfigDict(extra="forbid")


class NewAccount(Body):
    """An account to create."""

    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    name: str = ""
    time_zone: str = "UTC"


class NewToken(Body):
    """Tokens without the way over the consent page; `scope` empty: reading and writing of calendars."""

    client_id: str = "control"
    scope: str = ""


class SetTrap(Body):
    """A trap for the next `count` strikes; None: until taken off."""

    trap: str
    count: int | None = Field(default=1, ge=1)
    operation: str = "*"
    account: str = "*"
    parameters: Json = {}


class RandomMode(Body):
    """Traps by chance; rate 0 ends it."""

    seed: int = 0
    rate: float = Field(ge=0, le=1)
    only: list[str] = []


class ChangeSettings(Body):
    """What holds for the whole simulator; only what is given changes."""

    clock_shift_seconds: float | None = None
    page_cap: int | None = Field(default=None, ge=1)
    latency_ms: int | None = Field(default=None, ge=0)
    auto_approve: str | None = None


def common_routes(router: APIRouter, simulator: BaseSimulator[W]) -> None:
    """Add what every provider's control API has."""
    _accounts(router, simulator)
    _traps(router, simulator)
    _settings(router, simulator)
    _records(router, simulator)


def _accounts(router: APIRouter, simulator: BaseSimulator[W]) -> None:
    @router.get("/accounts")
    async def accounts() -> list[Json]:
        return [asdict(account) for account in simulator.world.accounts.values()]


def access_routes(router: APIRouter, simulator: BaseSimulator[OW], scope: str) -> None:
    """Add the ways to tokens; `scope`: what a token allows that is asked for without one."""
    world = simulator.world

    @router.post("/accounts/{email}/tokens", status_code=201)
    async def tokens(email: str, body: NewToken) -> Json:
        grant = Grant(world.account(email).email, body.client_id, body.scope or scope)
        answer: Json = world.oauth.sign_in(grant, simulator.now(), world.rng)
        simulator.save()
        return answer

    @router.post("/accounts/{email}/expire-access")
    async def expire(email: str) -> Json:
        world.oauth.expire_access(world.account(email).email)
        simulator.save()
        return {}


def _traps(router: APIRouter, simulator: BaseSimulator[W]) -> None:
    world = simulator.world

    @router.get("/traps")
    async def traps() -> Json:
        return {
            "known": [asdict(trap) for trap in world.traps.known.values()],
            "armed": [asdict(armed) for armed in world.traps.armed],
            "rate": world.traps.rate,
            "struck": world.traps.struck,
        }

    @router.post("/traps", status_code=201)
    async def arm(body: SetTrap, response: Response) -> Json:
        if body.trap not in world.traps.known:
            response.status_code = 404
            return {"error": f"There is no trap {body.trap}.", "known": sorted(world.traps.known)}
        armed = Armed(**body.model_dump())
        world.traps.armed.append(armed)
        return asdict(armed)

    @router.delete("/traps", status_code=204)
    async def disarm() -> None:
        world.traps.armed.clear()
        world.traps.randomise(0, 0)

    @router.put("/random")
    async def randomise(body: RandomMode) -> Json:
        world.traps.randomise(body.seed, body.rate, tuple(body.only))
        return body.model_dump()


def _settings(router: APIRouter, simulator: BaseSimulator[W]) -> None:
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
        simulator.save()
        return await settings()

    @router.post("/reset", status_code=204)
    async def reset() -> None:
        world.reset()
        simulator.journal.clear()
        simulator.save()


def _records(router: APIRouter, simulator: BaseSimulator[W]) -> None:
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

    @router.post("/accounts/{email}/ring")
    async def ring(email: str) -> Json:
        return {"rung": simulator.push.ring(email)}

    @router.post("/pushes/release")
    async def release() -> Json:
        return {"released": simulator.push.release()}
