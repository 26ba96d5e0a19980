"""The HTTP side of a service: FastAPI outermost, with the Kafka broker and the store in its lifespan."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from fastapi import FastAPI

from chassis.clock import Clock
from chassis.messaging.broker import ServiceBroker
from chassis.messaging.consumer import counts_of
from chassis.messaging.idle import idleness_of
from chassis.observability.census import Census, Count
from chassis.observability.tracing import configure_tracing
from chassis.persistence.store import Store
from chassis.runtime.background import Periodic
from chassis.runtime.event_loop import lag_measured
from chassis.runtime.lifecycle import Lifecycle
from chassis.settings import ChassisSettings
from chassis.web.auth import verifier_from
from chassis.web.management_port import ManagementPort
from chassis.web.middleware import BodyLimit, RequestId, RequestMetrics, Tracing, Waking
from chassis.web.openapi import install_openapi
from chassis.web.probes import probe_routes
from chassis.web.problem_handlers import install_problems


def make_api(  # noqa: PLR0913 - the composition root's parts
    settings: ChassisSettings,
    *,
    title: str,
    broker: ServiceBroker,
    store: Store,
    clock: Clock,
    on_start: Sequence[Callable[[], Awaitable[None]]] = (),
    on_drain: Sequence[Callable[[], Awaitable[None]]] = (),
    on_stop: Sequence[Callable[[], Awaitable[None]]] = (),
    background: Sequence[Periodic] = (),
    counts: Sequence[Count] = (),
) -> FastAPI:
    """Return the app of a service; add its routes and serve it.

    `on_start` hooks run after the store has started and before consumers do, and are repeated until they succeed;
    `on_drain` hooks run side by side, after the consumers have stopped and before the producer does, for work that goes
    on beside its batch; `on_stop` hooks after that. `counts` set the gauges that
    need the database, when they are scraped.
    """
    census = Census([*counts_of(broker), *counts], settings.metrics_count_seconds)
    lifecycle = Lifecycle(settings, broker, store, on_start, on_drain, on_stop, background)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        configure_tracing(settings, service=title.rsplit(maxsplit=1)[-1])
        async with lag_measured(idleness_of(broker)):
            lifecycle.start()
            try:
                yield
            finally:
                await census.stop()
                await lifecycle.stop()

    app = FastAPI(title=title, lifespan=lifespan, redirect_slashes=False, docs_url=None, redoc_url=None)
    app.state.settings, app.state.clock, app.state.verifier = settings, clock, verifier_from(settings)
    app.state.begin_drain, app.state.census = lifecycle.begin_drain, census
    for middleware in (BodyLimit, RequestMetrics, *((Tracing,) if settings.otlp_endpoint else ()), RequestId):
        app.add_middleware(middleware)  # the last one added is the outermost
    app.add_middleware(Waking, idleness=idleness_of(broker))
    if settings.management_port is not None:
        app.add_middleware(ManagementPort, port=settings.management_port)
    install_problems(app)
    install_openapi(app)
    app.include_router(probe_routes(title=title, broker=broker, store=store, lifecycle=lifecycle, census=census))
    return app
