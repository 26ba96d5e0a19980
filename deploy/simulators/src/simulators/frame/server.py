"""`python -m sandbox.<provider>`: a simulator as a server, with the arguments that all of them take."""

import argparse
import os
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp


def parser(name: str, port: int) -> argparse.ArgumentParser:
    """The common arguments."""
    made = argparse.ArgumentParser(prog=f"simulators.{name}", description=f"The {name} simulator as a server.")
    made.add_argument("--host", default="127.0.0.1")
    made.add_argument("--port", type=int, default=port)
    made.add_argument("--state", type=Path, help="a JSON file that keeps the state")
    made.add_argument("--journal", type=Path, help="a JSON-lines file of every request")
    return made


def clock_file() -> Path | None:
    """The file that shifts every clock of the sandbox, if there is one."""
    given = os.environ.get("TANDEM_CLOCK_FILE")
    return Path(given) if given else None


def serve(app: ASGIApp, given: argparse.Namespace) -> None:
    """Serve until stopped."""
    uvicorn.run(app, host=given.host, port=given.port, log_level="warning")
