"""`python -m sandbox.google --port 8010`: the Google simulator as a server."""

import argparse
import os
from pathlib import Path

import uvicorn

from sandbox.google.app import make_google_simulator
from sandbox.google.settings import GoogleSettings


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sandbox.google", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8010)
    parser.add_argument("--state", type=Path, help="a JSON file that keeps the state")
    parser.add_argument("--journal", type=Path, help="a JSON-lines file of every request")
    parser.add_argument("--https-only", action="store_true", help="push to https addresses only")
    return parser.parse_args()


def main() -> None:
    """Serve until stopped."""
    given = _arguments()
    clock_file = os.environ.get("TANDEM_CLOCK_FILE")
    settings = GoogleSettings(
        state=given.state,
        journal=given.journal,
        https_only=given.https_only,
        clock_file=Path(clock_file) if clock_file else None,
    )
    uvicorn.run(make_google_simulator(settings), host=given.host, port=given.port, log_level="warning")


if __name__ == "__main__":
    main()
