"""Runs the service: `python -m activity_store [--host 0.0.0.0] [--port 8003]`; settings come from TANDEM_*."""

import argparse
import os

from activity_store.app import make_app
from activity_store.settings import Settings
from chassis.runtime.serve import serve
from chassis.settings import load_settings

_DEFAULT_PORT = "8003"


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="activity_store", description="The store of CRM activities")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=int(os.environ.get("TANDEM_PORT", _DEFAULT_PORT)))
    arguments = parser.parse_args()
    settings = load_settings(Settings)
    serve(make_app(settings), host=arguments.host, port=arguments.port, settings=settings)


if __name__ == "__main__":
    main()
