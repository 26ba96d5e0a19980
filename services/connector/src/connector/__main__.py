"""Runs the connector: `python -m connector [--port 8001]`."""

import argparse
import os

from chassis.runtime.serve import serve
from chassis.settings import load_settings
from connector.app import make_app
from connector.settings import ConnectorSettings


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="connector")
    parser.add_argument("--host", default="0.0.0.0")  # noqa: S104 - a container's port is published by its platform
    parser.add_argument("--port", type=int, default=int(os.environ.get("TANDEM_PORT", "8001")))
    options = parser.parse_args()
    settings = load_settings(ConnectorSettings)
    serve(make_app(settings), host=options.host, port=options.port, settings=settings)


if __name__ == "__main__":
    main()
