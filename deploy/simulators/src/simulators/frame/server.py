"""`python -m simulators.<provider>`: a simulator as a server, with the arguments that all of them take."""

import argparse
import asyncio
import os
import zoneinfo
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeVar

import uvicorn
from starlette.types import ASGIApp

from simulators.frame.settings import SimulatorSettings

S = TypeVar("S", bound=SimulatorSettings)


def parser(name: str, port: int) -> argparse.ArgumentParser:
    """Return the arguments that all simulators take; a provider adds its own, named as its settings are."""
    made = argparse.ArgumentParser(prog=f"simulators.{name}", description=f"The {name} simulator as a server.")
    made.add_argument("--host", default="127.0.0.1")
    made.add_argument("--port", type=int, default=port)
    made.add_argument("--state", type=Path, help="a JSON file that keeps the state")
    made.add_argument("--journal", type=Path, help="a JSON-lines file of every request")
    made.add_argument(
        "--clock-file",
        type=Path,
        default=os.environ.get("TANDEM_CLOCK_FILE") or None,
        help="a file with seconds by which the clock is shifted (TANDEM_CLOCK_FILE)",
    )
    return made


def run(
    arguments: argparse.ArgumentParser,
    settings: type[S],
    make: Callable[[S], ASGIApp],
    *,
    http: type[asyncio.Protocol] | Literal["auto"] = "auto",
    keep_alive: int = 5,
) -> None:
    """Serve what the command line asks for, until stopped; zones are the pinned ones, not the system's older files.

    `http`: uvicorn's protocol, for a provider that has to know which connection a request came by. `keep_alive`: for so
    many seconds a connection stays open on which nothing is asked.
    """
    zoneinfo.reset_tzpath(to=())
    given = vars(arguments.parse_args())
    host, port = given.pop("host"), given.pop("port")
    uvicorn.run(
        make(settings(**given)), host=host, port=port, log_level="warning", http=http, timeout_keep_alive=keep_alive
    )
