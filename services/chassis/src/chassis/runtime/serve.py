"""The entry point of every service: reads its settings and runs its app under uvicorn, one process a pod."""

import argparse
import gc
import math
import socket
from collections.abc import Callable, Sequence
from typing import TypeVar

import uvicorn
from fastapi import FastAPI

from chassis.observability.logs import configure_logging
from chassis.runtime.server import KEEP_ALIVE_SECONDS, DrainingServer, nothing
from chassis.settings import ChassisSettings, load_settings
from chassis.zone_data import use_pinned_zones

S = TypeVar("S", bound=ChassisSettings)

_YOUNG_OBJECTS = 50_000
"""Allocations between two runs of the garbage collector. Messages and documents are trees, freed without it; at
Python's default of 700 it looked through a batch in flight again and again, a fifth of the mapper's time
(docs/performance.md)."""


def run(make_app: Callable[[S], FastAPI], settings_type: type[S], argv: Sequence[str] | None = None) -> None:
    """Serve until SIGTERM or SIGINT, then give requests and the batch in flight their time to finish.

    `--host` and `--port` win over TANDEM_HTTP_HOST and TANDEM_PORT; every other setting comes from the environment.
    """
    use_pinned_zones()
    settings = load_settings(settings_type, **address(argv))
    configure_logging(settings)
    config = uvicorn.Config(
        "",
        host=settings.http_host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=math.ceil(settings.shutdown_seconds),
    )
    sockets = _sockets(config, settings.management_port)
    config.app = app = make_app(settings)
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS)
    server = DrainingServer(
        config,
        drain_seconds=settings.drain_seconds,
        begin_drain=getattr(app.state, "begin_drain", nothing),
        end_streams=getattr(app.state, "end_streams", nothing),
    )
    server.run(sockets=sockets)


def _sockets(config: uvicorn.Config, management_port: int | None) -> list[socket.socket]:
    """Return what is listened on: one process answers on both ports, and the app tells them apart.

    The kernel takes connections from now on: what asks while the app is still imported waits, and is not refused.
    """
    sockets = [config.bind_socket()]
    if management_port is not None:
        sockets.append(uvicorn.Config("", host=config.host, port=management_port, log_config=None).bind_socket())
    for one in sockets:
        one.listen(config.backlog)
    return sockets


def address(argv: Sequence[str] | None = None) -> dict[str, str]:
    """Return the settings that the command line gives, by name (default: the process's own arguments)."""
    parser = argparse.ArgumentParser(
        description="Runs the service. All other settings are TANDEM_* variables: docs/reference/settings.md",
        argument_default=argparse.SUPPRESS,
    )
    parser.add_argument("--host", dest="http_host", help="address to listen on, in place of TANDEM_HTTP_HOST")
    parser.add_argument("--port", help="port to listen on, in place of TANDEM_PORT")
    return vars(parser.parse_args(argv))
