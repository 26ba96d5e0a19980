"""Runs a service's app under uvicorn, one process a pod."""

import math

import uvicorn
from fastapi import FastAPI

from chassis.logs import configure_logging
from chassis.settings import ChassisSettings


def serve(app: FastAPI, *, host: str, port: int, settings: ChassisSettings) -> None:
    """Serve until SIGTERM or SIGINT, then give requests and the batch in flight their time to finish."""
    configure_logging(settings)
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=math.ceil(settings.shutdown_seconds),
    )
