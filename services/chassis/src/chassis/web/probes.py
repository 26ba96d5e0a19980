"""What an operator asks a service: does it live, is it ready, its metrics, its AsyncAPI document.

Liveness touches no dependency (an outage of Kafka must not restart every pod): that it answers proves the event
loop; what was revoked and has not joined again, or what Kafka refuses, fails it after five minutes. Readiness asks
Kafka and Mongo, and says at once what waits and what is refused.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from faststream.kafka import KafkaBroker
from faststream.specification import AsyncAPI
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from chassis.errors import Transient
from chassis.messaging.consumer_health import ConsumerHealth, health_of
from chassis.observability.census import Census
from chassis.persistence.store import Store
from chassis.runtime.lifecycle import Lifecycle
from chassis.zone_data import zones_version

_SECONDS = 3.0
_LOOK_AGAIN_SECONDS = 0.2
_LONGEST_WAIT = 60.0


async def _outcome(check: Callable[[], Awaitable[Any]]) -> str:
    try:
        async with asyncio.timeout(_SECONDS):
            return "away" if await check() is False else "ok"
    except (Transient, TimeoutError) as error:
        return str(error) or "away"


def _listed(reasons: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {reason}" for name, reason in reasons.items()) or "ok"


@dataclass
class _Readiness:
    """Asks what a service needs. `reached`: it has been ready once, so its start is over."""

    broker: KafkaBroker
    store: Store
    lifecycle: Lifecycle
    reached: bool = False

    async def answer(self, wait: float) -> JSONResponse:
        """Return the checks; while the service starts, only when all are well or `wait` seconds are over.

        Once it is told to stop the answer is no, and yes to who waits: that is the platform that stops it.
        """
        if self.lifecycle.ending:
            return JSONResponse({"status": "stopping"}, 200 if wait else 503)
        loop, health = asyncio.get_running_loop(), health_of(self.broker)
        end = loop.time() + wait
        while True:
            checks = await self._checks(health)
            ready = set(checks.values()) == {"ok"}
            self.reached |= ready
            if self.reached or loop.time() >= end or health.stopping.is_set():
                body = {"status": "ready" if ready else "not_ready", "checks": checks, "zone_data": zones_version()}
                return JSONResponse(body, 200 if ready else 503)
            await health.pause(_LOOK_AGAIN_SECONDS)

    async def _checks(self, health: ConsumerHealth) -> dict[str, str]:
        ping = partial(self.broker.ping, timeout=_SECONDS)
        kafka, mongo = await asyncio.gather(_outcome(ping), _outcome(self.store.ping))
        return {
            "start": "ok" if self.lifecycle.started else self.lifecycle.waiting_for,
            "kafka": kafka,
            "mongo": mongo,
            "consumers": _listed(health.waiting | health.refused_consumers.reasons),
            "publishers": _listed(health.refused_topics.reasons),
        }


def _liveness(health: ConsumerHealth) -> JSONResponse:
    stuck = health.stuck()
    return JSONResponse({"status": "stuck" if stuck else "alive", "stuck": stuck}, 503 if stuck else 200)


def probe_routes(*, title: str, broker: KafkaBroker, store: Store, lifecycle: Lifecycle, census: Census) -> APIRouter:
    """Return the routes `/livez`, `/readyz`, `/metrics` and `/asyncapi`."""
    router = APIRouter(tags=["operations"])
    not_ready: dict[int | str, dict[str, Any]] = {503: {"description": "Not (yet)"}}

    @router.get("/livez", responses=not_ready)
    async def livez() -> JSONResponse:
        """Whether the process should be left running."""
        return _liveness(health_of(broker))

    readiness = _Readiness(broker, store, lifecycle)

    @router.get("/readyz", responses=not_ready)
    async def readyz(wait: Annotated[float, Query(ge=0, le=_LONGEST_WAIT)] = 0.0) -> JSONResponse:
        """Whether requests should be sent here, with the result of each check.

        `wait` is for the probe of a platform that starts and stops us, and is to see no failure in either: for so many
        seconds a service that is still starting holds back its no, and one that is stopping says yes to the end.
        """
        return await readiness.answer(wait)

    @router.get("/metrics", response_class=Response)
    async def metrics() -> Response:
        """Prometheus metrics."""
        await census.refresh()
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    @router.get("/asyncapi")
    async def asyncapi() -> JSONResponse:
        """The AsyncAPI 3 document of what this service consumes."""
        return JSONResponse(AsyncAPI(broker, title=title).to_specification().to_jsonable())

    return router
