"""Runs a service's app under uvicorn, one process a pod."""

import gc
import math

import uvicorn
from fastapi import FastAPI

from chassis.observability.logs import configure_logging
from chassis.settings import ChassisSettings

_YOUNG_OBJECTS = 50_000
"""Before a collection. Messages and documents are trees: they go without one. At Python's default of 700 a batch in
flight is looked through again and again, which took a fifth of the mapper's time (docs/performance.md)."""


def serve(app: FastAPI, *, host: str, port: int, settings: ChassisSettings) -> None:
    """Serve until SIGTERM or SIGINT, then give requests and the batch in flight their time to finish."""
    configure_logging(settings)
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS)
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=math.ceil(settings.shutdown_seconds),
    )
